"""Which line of the guidance a table is on, and how its next speaker is found."""

from sqlalchemy.orm import Session

from core.errors import Conflict
from core.events.log import record
from core.i18n import say
from core.permissions import Actor
from facilitation.tables.events import StepMoved, TurnModeChanged
from facilitation.tables.models import TableStep, TurnMode
from facilitation.tables.operations.turns import live_table


def _step(session: Session, forum_id: int, table: int) -> TableStep:
    step = session.get(TableStep, (forum_id, table))
    if step is None:
        step = TableStep(forum_id=forum_id, table_number=table, mode=TurnMode.ROUND, line=0)
        session.add(step)
    return step


def move_step(session: Session, actor: Actor, forum_id: int, table: int, line: int) -> TableStep:
    """Go to a line of the present segment; from then on it no longer follows the time.

    Raises `Forbidden`, `TooLate` outside the evening, `Conflict` for a line that the segment does not have.
    """
    forum = live_table(session, actor, forum_id, table)
    segment = next(one for one in forum.segments if one.id == forum.segment_id)
    if not 0 <= line < len(segment.guidance):
        raise Conflict("no_line", say("그런 할 일이 없습니다."))
    step = _step(session, forum_id, table)
    step.segment_id, step.line = segment.id, line
    record(session, forum_id, actor.person_key, StepMoved(table=table, segment=segment.id, line=line))
    return step


def choose_mode(session: Session, actor: Actor, forum_id: int, table: int, mode: TurnMode) -> TableStep:
    """Choose how the next speaker is found. Raises `Forbidden`, `TooLate` outside the evening."""
    live_table(session, actor, forum_id, table)
    step = _step(session, forum_id, table)
    if step.mode != mode:
        step.mode = mode
        record(session, forum_id, actor.person_key, TurnModeChanged(table=table, mode=mode))
    return step
