"""What the machine writes: places of proposals that no person has placed, and groupings of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from core import clock
from core.events.log import record
from core.permissions import SYSTEM
from participation.forums.clock import locked_forum
from participation.proposals.models import Proposal, Stance, StanceValue
from policy.themes.events import ProposalPlaced, SupportChanged, ThemesRegrouped, ThemesSuggested, ThemeTextsChanged
from policy.themes.events import listed as listed_ids
from policy.themes.models import (
    Grouping,
    PlacedBy,
    PlacementReason,
    Theme,
    ThemePlacement,
    ThemeState,
    ThemeSuggestion,
)

LABEL_MOST = 120
NAMELESS = "이름을 지어 주세요"
UNREAD = 0


@dataclass(frozen=True)
class Found:
    """Where the machine says one proposal stands, on the wording it read; themes by their keys."""

    proposal_id: int
    version: int
    theme: str | None
    confidence: float = 0.0
    reason: str = "nothing_near"
    choices: tuple[tuple[str, float], ...] = ()
    words: tuple[tuple[str, float], ...] = ()
    nearest: tuple[int, ...] = ()


@dataclass(frozen=True)
class FoundTheme:
    """A theme the machine found, by its key: the id of the one it carries on, or None; its name and words."""

    key: str
    theme_id: int | None
    label: str
    terms: tuple[str, ...]


def place_by_machine(session: Session, forum_id: int, found: Sequence[Found]) -> bool:
    """Place proposals where no person has. False where a theme is gone by now: then nothing is written."""
    locked_forum(session, forum_id)
    ids = _keys(session, forum_id)
    if any(one.theme is not None and one.theme not in ids for one in found):
        return False
    placed: list[int] = []
    for one in found:
        before = session.get(ThemePlacement, one.proposal_id)
        home = before.theme_id if before is not None else None
        row = _write(session, forum_id, one, ids)
        if row is None:
            continue
        placed.append(one.proposal_id)
        event = ProposalPlaced(proposal=one.proposal_id, theme=row.theme_id or 0, before=home or 0)
        record(session, forum_id, SYSTEM, event)
    _take_over(session, placed)
    return True


def regroup_afresh(session: Session, forum_id: int, themes: Iterable[FoundTheme], found: Iterable[Found]) -> bool:
    """Write a whole new grouping. False where a person came before it: then nothing is written."""
    locked_forum(session, forum_id)
    if is_touched(session, forum_id):
        return False
    before = {theme.id: theme for theme in _active(session, forum_id)}
    ids: dict[str, int] = {}
    for one in themes:
        theme = before.pop(one.theme_id, None) if one.theme_id else None
        if theme is None:
            theme = Theme(forum_id=forum_id, origin="machine", created_at=clock.now())
            session.add(theme)
        theme.label_ko = (one.label or ", ".join(one.terms[:2]) or NAMELESS)[:LABEL_MOST]
        theme.terms = list(one.terms)
        session.flush()
        ids[one.key] = theme.id
    for gone in before.values():
        gone.state = ThemeState.DROPPED
    session.flush()
    written = [_write(session, forum_id, one, ids) for one in found]
    _leave(session, set(before))
    _regrouped(session, forum_id, set(ids.values()) | set(before), len(written))
    _take_over(session, [row.proposal_id for row in written if row is not None])
    return True


def _leave(session: Session, gone: set[int]) -> None:
    """Let what was placed in these themes while they were found anew be placed again."""
    for row in session.scalars(select(ThemePlacement).where(ThemePlacement.theme_id.in_(gone))):
        row.theme_id, row.second_theme_id, row.version, row.reason = None, None, UNREAD, PlacementReason.NOTHING_NEAR


def carry_on(session: Session, forum_id: int, found: Iterable[Found], suggested: Iterable[tuple[str, Any, Any]]) -> int:
    """Write a refreshed grouping: what a person placed stays; new themes are suggested only. Returns how many moved."""
    locked_forum(session, forum_id)
    ids = _keys(session, forum_id)
    touched: set[int] = set()
    moved = read = 0
    for one in found:
        before = session.get(ThemePlacement, one.proposal_id)
        home = before.theme_id if before is not None else None
        row = _write(session, forum_id, one, ids)
        read += 1
        if row is None:
            continue
        touched |= {home or 0, row.theme_id or 0}
        moved += home != row.theme_id
    _take_over(session, [one.proposal_id for one in found])
    _suggest(session, forum_id, suggested)
    _regrouped(session, forum_id, touched, read, moved)
    return moved


def take_over_support(session: Session, forum_id: int, proposal_ids: Iterable[int]) -> None:
    """Let the desk show the stances on these proposals as they stand now."""
    touched = _take_over(session, list(proposal_ids))
    if touched:
        record(session, forum_id, SYSTEM, SupportChanged(themes=listed_ids(touched)))


def tell_texts_changed(session: Session, forum_id: int, proposal_ids: Iterable[int] | None) -> None:
    """Let the desk draw anew the themes where these proposals are shown, also as near to others; all of them
    where none are named."""
    changed = None if proposal_ids is None else set(proposal_ids)
    if changed is None:
        touched = set(_keys(session, forum_id).values())
    else:
        rows = session.execute(
            select(
                ThemePlacement.proposal_id,
                ThemePlacement.nearest,
                ThemePlacement.theme_id,
                ThemePlacement.second_theme_id,
            ).where(ThemePlacement.forum_id == forum_id)
        )
        shown_with = [homes for one, nearest, *homes in rows if one in changed or changed & set(nearest)]
        touched = {one for homes in shown_with for one in homes if one}
    if touched:
        record(session, forum_id, SYSTEM, ThemeTextsChanged(themes=listed_ids(touched)))


def inherit(session: Session, forum_id: int, parent_id: int) -> None:
    """Let a merged proposal stand where all its sources that have a place stand, with a person's word if one was."""
    if session.get(ThemePlacement, parent_id) is not None:
        return
    parent = session.get_one(Proposal, parent_id)
    sources = session.scalars(
        select(ThemePlacement)
        .join(Proposal, Proposal.id == ThemePlacement.proposal_id)
        .where(Proposal.parent_id == parent_id, ThemePlacement.theme_id.is_not(None))
        .order_by(ThemePlacement.placed_by.desc(), ThemePlacement.proposal_id)
    ).all()
    by_person = [row for row in sources if row.placed_by == PlacedBy.PERSON]
    if len({row.theme_id for row in by_person or sources}) != 1:
        return
    like = sources[0]
    row = ThemePlacement(proposal_id=parent_id, forum_id=forum_id, version=parent.version, at=clock.now())
    row.theme_id, row.second_theme_id, row.reason = like.theme_id, like.second_theme_id, like.reason
    row.placed_by, row.person_id, row.confidence, row.read = like.placed_by, like.person_id, like.confidence, like.read
    row.choices, row.words, row.nearest = like.choices, like.words, like.nearest
    session.add(row)
    session.flush()
    record(session, forum_id, SYSTEM, ProposalPlaced(proposal=parent_id, theme=like.theme_id or 0, before=0))
    _take_over(session, [parent_id])


def is_touched(session: Session, forum_id: int) -> bool:
    """Whether a person has had a hand in the themes; the machine then only carries on."""
    themes = select(Theme.id).where(
        Theme.forum_id == forum_id, or_(Theme.origin == "person", Theme.pinned, Theme.reviewed, Theme.state == "merged")
    )
    placed = select(ThemePlacement.proposal_id).where(
        ThemePlacement.forum_id == forum_id, ThemePlacement.placed_by == PlacedBy.PERSON
    )
    return session.scalars(themes.limit(1)).first() is not None or session.scalars(placed.limit(1)).first() is not None


def _write(session: Session, forum_id: int, one: Found, ids: dict[str, int]) -> ThemePlacement | None:
    """The row as the machine now has it; None where a person placed it. A theme that is gone counts as none."""
    row = session.get(ThemePlacement, one.proposal_id)
    if row is not None and row.placed_by == PlacedBy.PERSON:
        row.version = one.version
        return None
    home = ids.get(one.theme or "")
    if row is None:
        row = ThemePlacement(proposal_id=one.proposal_id, forum_id=forum_id, placed_by=PlacedBy.MACHINE)
        session.add(row)
    elif row.theme_id != home:
        row.read = False
    row.theme_id, row.second_theme_id, row.version, row.at = home, None, one.version, clock.now()
    row.confidence, row.reason = one.confidence, one.reason
    if home is None and one.reason == PlacementReason.NEAR:
        row.reason = PlacementReason.NOTHING_NEAR
    row.choices = [[ids[theme], share] for theme, share in one.choices if theme in ids]
    row.words = [[word, share] for word, share in one.words]
    row.nearest = list(one.nearest)
    return row


def _take_over(session: Session, proposal_ids: list[int]) -> set[int]:
    """Copy the counts of stances to the placements; returns the themes whose counts changed."""
    session.flush()
    counts: defaultdict[int, tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    rows = session.execute(
        select(
            Stance.proposal_id,
            func.sum(case((Stance.value == StanceValue.AGREE, 1), else_=0)),
            func.sum(case((Stance.value == StanceValue.DISAGREE, 1), else_=0)),
            func.count(),
        )
        .where(Stance.proposal_id.in_(proposal_ids))
        .group_by(Stance.proposal_id)
    )
    for proposal_id, agree, disagree, answered in rows:
        counts[proposal_id] = (int(agree), int(disagree), int(answered))
    touched: set[int] = set()
    for row in session.scalars(select(ThemePlacement).where(ThemePlacement.proposal_id.in_(proposal_ids))):
        if (row.agree, row.disagree, row.answered) != counts[row.proposal_id]:
            row.agree, row.disagree, row.answered = counts[row.proposal_id]
            touched |= {one for one in (row.theme_id, row.second_theme_id) if one}
    return touched


def _active(session: Session, forum_id: int) -> list[Theme]:
    wanted = select(Theme).where(Theme.forum_id == forum_id, Theme.state == ThemeState.ACTIVE)
    return list(session.scalars(wanted))


def _keys(session: Session, forum_id: int) -> dict[str, int]:
    """The themes in use by the keys the machine knows them by."""
    return {str(theme.id): theme.id for theme in _active(session, forum_id)}


def _suggest(session: Session, forum_id: int, suggested: Iterable[tuple[str, Any, Any]]) -> None:
    """Replace the open suggestions; one that a person left is not made again."""
    known = session.scalars(select(ThemeSuggestion).where(ThemeSuggestion.forum_id == forum_id)).all()
    left = [set(row.proposal_ids) for row in known if row.state == "left"]
    for row in known:
        if row.state == "open":
            session.delete(row)
    for label, terms, proposal_ids in suggested:
        if not any(len(set(proposal_ids) & before) * 2 > len(before) for before in left):
            row = ThemeSuggestion(forum_id=forum_id, label=label[:LABEL_MOST], state="open", at=clock.now())
            row.terms, row.proposal_ids = list(terms), list(proposal_ids)
            session.add(row)
    session.flush()


def _regrouped(session: Session, forum_id: int, touched: set[int], read: int, moved: int | None = None) -> None:
    grouping = session.get(Grouping, forum_id)
    if grouping is None:
        grouping = Grouping(forum_id=forum_id)
        session.add(grouping)
    grouping.texts, grouping.at = read, clock.now()
    event = ThemesRegrouped(themes=listed_ids(touched), moved=read if moved is None else moved)
    record(session, forum_id, SYSTEM, event)
    open_now = select(func.count()).select_from(ThemeSuggestion)
    count = session.scalars(open_now.where(ThemeSuggestion.forum_id == forum_id, ThemeSuggestion.state == "open")).one()
    record(session, forum_id, SYSTEM, ThemesSuggested(suggestions=count))
