"""The tracker: what the city promised, how far it is, and what is late, for everyone to see."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.i18n import Message, in_language, say
from participation.forums.models import Forum
from policy.commitments.models import Commitment, Department
from policy.commitments.queries.chain import proposals_per_theme
from policy.commitments.queries.commitments import CommitmentView, commitment_views
from policy.commitments.states import AWAITING, HANDED_ON, WORKING, CommitmentState, date_in_force, days_late, today

PER_PAGE = 50
S = CommitmentState


@dataclass(frozen=True)
class Group:
    """A filter of the tracker: its name in the address, its words, the states it holds."""

    name: str
    words: Message
    states: tuple[CommitmentState, ...]


OVERDUE = Group("overdue", say("기한 지남"), ())
GROUPS = (
    OVERDUE,
    Group("reviewing", say("검토 중"), AWAITING),
    Group("in_progress", say("추진 중"), WORKING),
    Group("done", say("완료"), (S.DONE, S.ALREADY)),
    Group("declined", say("미채택"), (S.DECLINED,)),
    Group("handed_on", say("이송·병합"), HANDED_ON),
)


@dataclass(frozen=True)
class Asked:
    """What the reader asked to see; empty means everything."""

    group: str = ""
    department: int | None = None
    forum: int | None = None
    words: str = ""
    page: int = 1


@dataclass(frozen=True)
class Kept:
    """The promise to answer: `in_time` of `due` answers that were given or should have been."""

    in_time: int
    due: int

    @property
    def missed(self) -> int:
        return self.due - self.in_time


@dataclass(frozen=True)
class Tracker:
    """Everything the tracker shows. `counts` are by group over the same department, forum and words."""

    kept: Kept
    promised: int
    forums: int
    done: int
    overdue: int
    overdue_told: int
    overdue_departments: tuple[str, ...]
    counts: dict[str, int]
    total: int
    rows: tuple[CommitmentView, ...]
    proposals: dict[int, int]
    page: int
    pages: int
    departments: tuple[tuple[int, str], ...]
    forum_choices: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class _Line:
    """A commitment as far as figures, filters and order need it."""

    id: int
    forum_id: int
    forum: str
    department_id: int | None
    department: str
    state: CommitmentState
    kept: bool | None
    expected_on: date | None
    late: int
    due: date | None
    searched: str


def _lines(session: Session) -> list[_Line]:
    wanted = (
        select(
            Commitment.id,
            Commitment.forum_id,
            Commitment.department_id,
            Commitment.state,
            Commitment.answer_due_on,
            Commitment.answered_on,
            Commitment.due_on,
            Commitment.expected_on,
            Commitment.title_ko,
            Commitment.title_en,
            Forum.title_ko,
            Forum.title_en,
            Department.name_ko,
            Department.name_en,
        )
        .join(Forum, Forum.id == Commitment.forum_id)
        .join(Department, Department.id == Commitment.department_id, isouter=True)
        .order_by(Commitment.number.desc())
    )
    on, lines = today(), []
    for row in session.execute(wanted):
        number, forum_id, department_id, written, answer_due_on, answered_on, due_on, expected_on, *texts = row
        state = CommitmentState(written)
        due = date_in_force(state, answer_due_on, answered_on, due_on)
        late = days_late(due, on)
        kept: bool | None = answered_on <= answer_due_on if answered_on else None
        if answered_on is None and late:
            kept = False
        title_ko, title_en, forum_ko, forum_en, name_ko, name_en = (text or "" for text in texts)
        forum, name = in_language(forum_ko, forum_en), in_language(name_ko, name_en)
        searched = f"{title_ko}\n{title_en}".casefold()
        lines.append(_Line(number, forum_id, forum, department_id, name, state, kept, expected_on, late, due, searched))
    return lines


def _is_in(line: _Line, group: Group) -> bool:
    return line.late > 0 if group is OVERDUE else line.state in group.states


def _filtered(lines: list[_Line], asked: Asked) -> list[_Line]:
    words = asked.words.casefold().split()
    return [
        line
        for line in lines
        if (asked.department is None or line.department_id == asked.department)
        and (asked.forum is None or line.forum_id == asked.forum)
        and all(word in line.searched for word in words)
    ]


def _order(line: _Line) -> tuple[int, int, int, int]:
    """The latest first, then by the next date due, then what is over; within each, the newest first."""
    return (-line.late, line.due is None, line.due.toordinal() if line.due else 0, -line.id)


def _chosen(lines: list[_Line], asked: Asked) -> list[_Line]:
    group = next((one for one in GROUPS if one.name == asked.group), None)
    return sorted((line for line in lines if group is None or _is_in(line, group)), key=_order)


def _rows(session: Session, lines: list[_Line]) -> tuple[CommitmentView, ...]:
    order = {line.id: place for place, line in enumerate(lines)}
    views = commitment_views(session, Commitment.id.in_(order)) if order else []
    return tuple(sorted(views, key=lambda view: order[view.id]))


def tracker(session: Session, asked: Asked, *, whole: bool = False) -> Tracker:
    """The page asked for, or all of it where `whole` (for the table to download)."""
    everything = _lines(session)
    among = _filtered(everything, asked)
    chosen = _chosen(among, asked)
    pages = max(1, -(-len(chosen) // PER_PAGE))
    page = min(max(1, asked.page), pages)
    rows = _rows(session, chosen if whole else chosen[(page - 1) * PER_PAGE : page * PER_PAGE])
    late = [line for line in everything if line.late]
    answers = Counter(line.kept for line in everything)
    counts = {group.name: sum(_is_in(line, group) for line in among) for group in GROUPS}
    return Tracker(
        kept=Kept(answers[True], answers[True] + answers[False]),
        promised=len(everything),
        forums=len({line.forum_id for line in everything}),
        done=sum(line.state is S.DONE for line in everything),
        overdue=len(late),
        overdue_told=sum(line.expected_on is not None for line in late),
        overdue_departments=tuple(sorted({line.department for line in late if line.department})),
        counts={"": len(among), **counts},
        total=len(chosen),
        rows=rows,
        proposals=proposals_per_theme(session, [row.theme_id for row in rows if row.theme_id]),
        page=page,
        pages=pages,
        departments=_choices((line.department_id, line.department) for line in everything),
        forum_choices=_choices((line.forum_id, line.forum) for line in everything),
    )


def _choices(pairs: Iterable[tuple[int | None, str]]) -> tuple[tuple[int, str], ...]:
    found = {number: name for number, name in pairs if number is not None}
    return tuple(sorted(found.items(), key=lambda pair: pair[1]))
