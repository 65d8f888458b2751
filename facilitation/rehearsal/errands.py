"""What simulated people do beside talking: vote, answer the survey, hear messages, call for help and come to it."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.permissions import Actor
from facilitation.rehearsal.content_files import content
from facilitation.rehearsal.room import Scene
from facilitation.stage.queries.messages import Unheard, unheard
from facilitation.tables.queries import open_help_calls
from participation.ballots.models import Method
from participation.ballots.queries import BallotView, open_ballot, seat_turnout
from participation.forums.models import Act, SegmentKind
from participation.surveys.models import QuestionKind, SurveyDone
from participation.surveys.queries import questions

VOTES, ANSWERS = 3, 3
CALL = 0.005
REASONS = {"device": "device", "facts": "fact"}
BEFORE_HEARD, BEFORE_COMING, BEFORE_SOLVED = timedelta(seconds=8), timedelta(seconds=45), timedelta(seconds=75)
SCALE_WEIGHTS = (1, 2, 6, 9, 6)


def run_errands(scene: Scene) -> None:
    """Whatever is to be done now."""
    _vote(scene)
    _answer_survey(scene)
    _hear_messages(scene)
    _call_for_help(scene)
    _come_to_help(scene)


def _some(scene: Scene, waiting: list[Actor], most: int) -> list[Actor]:
    return scene.random.sample(waiting, min(most, len(waiting)))


def _everyone(scene: Scene) -> list[Actor]:
    return [seat for table in scene.room.tables for seat in scene.room.phones[table]]


def _vote(scene: Scene) -> None:
    """When a ballot is open, a few who have not voted do."""
    ballot = scene.read(lambda session: open_ballot(session, scene.forum.id))
    if ballot is None:
        return
    waiting = scene.read(lambda session: _not_voted(session, ballot.id, _everyone(scene)))
    for seat in _some(scene, waiting, VOTES):
        scene.do(seat, "ballot.cast", ballot=ballot.id, choice=_choices(scene, ballot))


def _not_voted(session: Session, ballot_id: int, seats: list[Actor]) -> list[Actor]:
    return [seat for seat in seats if seat_turnout(session, ballot_id, seat.seat_id or 0) is None]


def _choices(scene: Scene, ballot: BallotView) -> list[int]:
    """What one resident chooses: mostly as many as they may, and the first options more often."""
    left = [option.number for option in ballot.options]
    fewest = 1 if ballot.method is not Method.DOTS else ballot.choose
    number = max(scene.random.randint(fewest, ballot.choose) for _ in range(2))
    chosen: list[int] = []
    while left and len(chosen) < number:
        weights = [1 / (1 + position) for position in range(len(left))]
        chosen.append(left.pop(left.index(scene.random.choices(left, weights)[0])))
    return sorted(chosen)


def _answer_survey(scene: Scene) -> None:
    segment = scene.forum.segment
    if segment is None or segment.kind is not SegmentKind.SURVEY:
        return
    done = select(SurveyDone.seat_id).where(SurveyDone.segment_id == segment.id)
    answered = scene.read(lambda session: set(session.scalars(done)))
    asked = scene.read(lambda session: questions(session, scene.forum.id))
    scales = [question.position for question in asked if question.kind is QuestionKind.SCALE]
    for seat in _some(scene, [one for one in _everyone(scene) if one.seat_id not in answered], ANSWERS):
        given = {f"answer_{n}": scene.random.choices(range(1, 6), SCALE_WEIGHTS)[0] for n in scales}
        scene.do(seat, "survey.answer", segment=segment.id, **given)


def _is_over(since: datetime, patience: timedelta) -> bool:
    return clock.now() - since >= patience


def _hear_messages(scene: Scene) -> None:
    """One table after the other hears what the stage said."""
    waiting = scene.read(lambda session: _not_heard(session, scene))
    if waiting:
        message = scene.random.choice(waiting)
        facilitator = scene.room.facilitators[message.table]
        scene.do(facilitator, "message.acknowledge", message=message.id, table=message.table)


def _not_heard(session: Session, scene: Scene) -> list[Unheard]:
    found = [message for table in scene.room.free for message in unheard(session, scene.forum.id, table)]
    return [message for message in found if _is_over(message.at, BEFORE_HEARD)]


def _call_for_help(scene: Scene) -> None:
    """Now and then a table in a round calls; never two at once."""
    if not scene.forum.opens(Act.SPEAK) or not scene.room.free or not scene.happens(CALL):
        return
    if scene.read(lambda session: open_help_calls(session, scene.forum.id)):
        return
    table = scene.random.choice(scene.room.free)
    reasons = [entry for entry in content("stage_messages")["help_reasons"] if entry["key"] in REASONS]
    entry = scene.random.choice(reasons)
    facilitator = scene.room.facilitators[table]
    scene.do(facilitator, "help.call", table=table, reason=REASONS[entry["key"]], note=entry["note_ko"])


def _come_to_help(scene: Scene) -> None:
    """A helper comes where nobody else said so in time, and is done after a while."""
    for call in scene.read(lambda session: open_help_calls(session, scene.forum.id)):
        if call.coming_at is None and _is_over(call.called_at, BEFORE_COMING):
            scene.do(scene.room.helper, "help.come", call=call.id, name=scene.room.helper.name)
        elif call.coming_at is not None and _is_over(call.coming_at, BEFORE_SOLVED):
            scene.do(scene.room.helper, "help.solve", call=call.id)
