"""What a table adds to the phones of its residents: who speaks, who is next, one's own raised hand."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.web.templates import draw
from facilitation.tables.events import HAND_EVENTS, TURN_EVENTS, HandRaised, TurnEnded, TurnModeChanged, TurnStarted
from facilitation.tables.fragments.console import FOLDER, once, table_at
from facilitation.tables.models import HandRaise, Turn, TurnState
from participation.forums.events import CLOCK_EVENTS
from participation.forums.models import Act
from participation.forums.queries import the_forum
from participation.seats.events import SEATING_EVENTS, SeatTaken
from participation.seats.phone import PHONE

HAND = ("hand", "hand-button")


@PHONE.contents
def contents(_session: Session, _forum_id: int, table: int, seat: int) -> list[str]:
    """The line of turns, whether this step has turns, and one's own hand."""
    return [f"turn-{table}", "speaks", *(f"{name}-{seat}" for name in HAND)]


@PHONE.region("turn-{table}")
def turn_line(session: Session, forum_id: int, table: int) -> str:
    """Who speaks and who is next; never for how long."""
    return draw(FOLDER + "phone_turn.html", view=table_at(session, forum_id, table))


@PHONE.region("speaks")
def speaks(session: Session, forum_id: int) -> str:
    """Whether hands are taken in this step, for the style sheet."""
    return draw(FOLDER + "phone_speaks.html", speaks=the_forum(session, forum_id).opens(Act.SPEAK))


def _state(session: Session, forum_id: int, seat: int) -> str:
    """`speaking`, `up` or `down`."""
    running = select(Turn.id).where(Turn.seat_id == seat, Turn.forum_id == forum_id, Turn.state != TurnState.DONE)
    if session.scalars(running).first() is not None:
        return "speaking"
    up = select(HandRaise.id).where(HandRaise.seat_id == seat, HandRaise.lowered_at.is_(None))
    return "up" if session.scalars(up).first() is not None else "down"


def _slug(session: Session, forum_id: int) -> str:
    return once(session, ("slug", forum_id, 0), lambda: the_forum(session, forum_id)).slug


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
