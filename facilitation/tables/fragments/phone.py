"""What a table adds to the phones of its residents: who speaks, who is next, one's own raised hand."""

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from core.db.once import once
from core.web.templates import draw
from facilitation.tables.events import HAND_EVENTS, TURN_EVENTS, HandRaised, TurnEnded, TurnModeChanged, TurnStarted
from facilitation.tables.fragments.console import FOLDER
from facilitation.tables.models import HandRaise, Turn, TurnState
from facilitation.tables.queries import line_of_turns
from participation.forums.events import CLOCK_EVENTS
from participation.forums.models import Act
from participation.forums.queries import the_forum
from participation.seats.events import SEATING_EVENTS, SeatTaken
from participation.seats.phone import PHONE

HAND = ("hand", "hand-button")
_SPEAKING_OR_UP = select(
    exists().where(
        Turn.seat_id == bindparam("seat"), Turn.forum_id == bindparam("forum"), Turn.state != TurnState.DONE
    ),
    exists().where(HandRaise.seat_id == bindparam("seat"), HandRaise.lowered_at.is_(None)),
)


@PHONE.contents
def contents(_session: Session, _forum_id: int, table: int, seat: int) -> list[str]:
    """The line of turns, whether this step has turns, and one's own hand."""
    return [f"turn-{table}", "speaks", *(f"{name}-{seat}" for name in HAND)]


@PHONE.region("turn-{table}", lasting=True)
def turn_line(session: Session, forum_id: int, table: int) -> str:
    """Who speaks and who is next; never for how long."""
    return draw(FOLDER + "phone_turn.html", table=table, line=line_of_turns(session, forum_id, table))


@PHONE.region("speaks", lasting=True)
def speaks(session: Session, forum_id: int) -> str:
    """Whether hands are taken in this step, for the style sheet."""
    return draw(FOLDER + "phone_speaks.html", speaks=the_forum(session, forum_id).opens(Act.SPEAK))


def _state(session: Session, forum_id: int, seat: int) -> str:
    """`speaking`, `up` or `down`."""

    def read() -> str:
        speaking, up = session.execute(_SPEAKING_OR_UP, {"seat": seat, "forum": forum_id}).one()
        return "speaking" if speaking else "up" if up else "down"

    return once(session, ("hand", forum_id, seat), read)


def _slug(session: Session, forum_id: int) -> str:
    return the_forum(session, forum_id).slug


@PHONE.region("hand-{seat}")
def hand(session: Session, forum_id: int, seat: int) -> str:
    """That one's hand is up, and taking it down."""
    state, slug = _state(session, forum_id, seat), _slug(session, forum_id)
    return draw(FOLDER + "phone_hand.html", seat=seat, state=state, slug=slug)


@PHONE.region("hand-button-{seat}")
def hand_button(session: Session, forum_id: int, seat: int) -> str:
    """Raising one's hand, where it is down."""
    state, slug = _state(session, forum_id, seat), _slug(session, forum_id)
    return draw(FOLDER + "phone_hand_button.html", seat=seat, state=state, slug=slug)


@PHONE.on(*CLOCK_EVENTS)
def room(_event: object) -> list[str]:
    return ["speaks"]


@PHONE.on(*TURN_EVENTS)
def turn(event: TurnStarted | TurnEnded | TurnModeChanged) -> list[str]:
    names = [f"turn-{event.table}"]
    seats = [] if isinstance(event, TurnModeChanged) else [event.seat]
    seats += [event.before] if isinstance(event, TurnStarted) and event.before else []
    return [*names, *(f"{name}-{seat}" for seat in seats for name in HAND)]


@PHONE.on(*HAND_EVENTS)
def raised(event: HandRaised) -> list[str]:
    return [f"turn-{event.table}", *(f"{name}-{event.seat}" for name in HAND)]


@PHONE.on(*SEATING_EVENTS)
def seating(event: SeatTaken) -> list[str]:
    return [f"turn-{event.table}"]
