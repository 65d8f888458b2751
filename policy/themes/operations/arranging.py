"""Arranging proposals among themes by hand: move, both, new, split, merge, drop. The machine never overrules it."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict, Missing
from core.events.log import record
from core.i18n import say
from core.permissions import Actor
from participation.proposals.models import Proposal
from policy.themes.events import (
    ClaimsChanged,
    ProposalsMoved,
    ThemeDropped,
    ThemeMade,
    ThemesMerged,
    ThemeSplit,
    ThemesSuggested,
    listed,
)
from policy.themes.models import DeskClaim, PlacedBy, Theme, ThemePlacement, ThemeState, ThemeSuggestion
from policy.themes.operations.acts import ON_DESK, Act, active_theme, at_desk, placements


def move_proposals(
    session: Session, actor: Actor, forum_id: int, proposal_ids: Sequence[int], theme_id: int | None
) -> list[ThemePlacement]:
    """Put proposals into a theme, or into none ("cannot tell").

    Raises `Forbidden`, `Missing` for what is not on the desk, `Conflict` for a theme that is gone or where
    someone else looks at one of them.
    """
    at_desk(session, actor, forum_id)
    target = active_theme(session, forum_id, theme_id) if theme_id is not None else None
    rows = placements(session, forum_id, proposal_ids)
    _unclaim(session, actor, forum_id, rows)
    act = Act("move", rows=rows)
    touched = _homes(rows) | ({target.id} if target else set())
    for row in rows:
        _put(row, actor, target.id if target else None)
    act.keep(session, actor, forum_id)
    moved = listed({row.proposal_id for row in rows})
    record(session, forum_id, actor.person_key, ProposalsMoved(themes=listed(touched), proposals=moved))
    return rows


def keep_in_both(
    session: Session, actor: Actor, forum_id: int, proposal_id: int, first_id: int, second_id: int
) -> ThemePlacement:
    """Let a proposal stand in two themes. Raises as `move_proposals`."""
    at_desk(session, actor, forum_id)
    first, second = active_theme(session, forum_id, first_id), active_theme(session, forum_id, second_id)
    if first.id == second.id:
        raise Conflict("one_theme", say("서로 다른 두 묶음을 골라 주세요."))
    rows = placements(session, forum_id, [proposal_id])
    _unclaim(session, actor, forum_id, rows)
    act = Act("both", rows=rows)
    touched = _homes(rows) | {first.id, second.id}
    _put(rows[0], actor, first.id, second.id)
    act.keep(session, actor, forum_id)
    event = ProposalsMoved(themes=listed(touched), proposals=str(proposal_id))
    record(session, forum_id, actor.person_key, event)
    return rows[0]


def make_theme(session: Session, actor: Actor, forum_id: int, *, label: str, proposal_ids: Iterable[int] = ()) -> Theme:
    """Open a new theme, with proposals in it or still empty. Raises as `move_proposals`."""
    at_desk(session, actor, forum_id)
    wanted = list(proposal_ids)
    rows = placements(session, forum_id, wanted) if wanted else []
    _unclaim(session, actor, forum_id, rows)
    act = Act("make", rows=rows)
    touched = _homes(rows)
    theme = _made_of(session, actor, forum_id, label, rows, act)
    act.keep(session, actor, forum_id)
    event = ThemeMade(theme=theme.id, themes=listed(touched | {theme.id}))
    record(session, forum_id, actor.person_key, event)
    return theme


def split_theme(
    session: Session, actor: Actor, forum_id: int, theme_id: int, *, proposal_ids: Sequence[int], label: str
) -> Theme:
    """Make a theme of its own from some proposals of another. Returns the new one.

    Raises as `move_proposals`, and `Conflict` for proposals that do not stand in the theme.
    """
    at_desk(session, actor, forum_id)
    theme = active_theme(session, forum_id, theme_id)
    rows = placements(session, forum_id, proposal_ids)
    if any(theme.id not in (row.theme_id, row.second_theme_id) for row in rows):
        raise Conflict("not_in_theme", say("고른 제안이 그사이 다른 묶음으로 옮겨졌습니다. 다시 골라 주세요."))
    _unclaim(session, actor, forum_id, rows)
    act = Act("split", rows=rows)
    touched = _homes(rows)
    made = _made_of(session, actor, forum_id, label, rows, act)
    act.keep(session, actor, forum_id)
    event = ThemeSplit(theme=theme.id, made=made.id, themes=listed(touched | {made.id}))
    record(session, forum_id, actor.person_key, event)
    return made


def merge_themes(session: Session, actor: Actor, forum_id: int, theme_id: int, source_id: int) -> Theme:
    """Make `source_id` part of `theme_id`: all it holds goes over, its name is gone. Returns the theme that stays.

    Raises `Forbidden`, `Missing`, `Conflict` for a theme with itself or one that is gone.
    """
    at_desk(session, actor, forum_id)
    theme, source = active_theme(session, forum_id, theme_id), active_theme(session, forum_id, source_id)
    if theme.id == source.id:
        raise Conflict("one_theme", say("서로 다른 두 묶음을 골라 주세요."))
    here = or_(ThemePlacement.theme_id == source.id, ThemePlacement.second_theme_id == source.id)
    rows = list(session.scalars(select(ThemePlacement).where(here)))
    act = Act("merge", themes=[theme, source], rows=rows)
    touched = _homes(rows) | {theme.id, source.id}
    for row in rows:
        kept = dict.fromkeys(theme.id if one == source.id else one for one in (row.theme_id, row.second_theme_id))
        row.theme_id, row.second_theme_id = [*kept, None][:2]
    source.state, source.merged_into_id = ThemeState.MERGED, theme.id
    act.keep(session, actor, forum_id)
    record(session, forum_id, actor.person_key, ThemesMerged(theme=theme.id, source=source.id, themes=listed(touched)))
    return theme


def drop_theme(session: Session, actor: Actor, forum_id: int, theme_id: int) -> None:
    """Give up an empty theme. Raises `Forbidden`, `Missing`, and `Conflict` where something stands in it."""
    at_desk(session, actor, forum_id)
    theme = active_theme(session, forum_id, theme_id)
    here = or_(ThemePlacement.theme_id == theme.id, ThemePlacement.second_theme_id == theme.id)
    standing = (
        select(func.count())
        .select_from(ThemePlacement)
        .join(Proposal, Proposal.id == ThemePlacement.proposal_id)
        .where(here, Proposal.state.in_(ON_DESK))
    )
    if session.scalars(standing).one():
        raise Conflict("not_empty", say("제안이 들어 있는 묶음은 지울 수 없습니다. 먼저 옮기거나 합쳐 주세요."))
    act = Act("drop", themes=[theme])
    theme.state = ThemeState.DROPPED
    act.keep(session, actor, forum_id)
    record(session, forum_id, actor.person_key, ThemeDropped(theme=theme.id))


def take_suggestion(session: Session, actor: Actor, forum_id: int, suggestion_id: int) -> Theme:
    """Make the theme that was suggested. Raises `Missing` where it is settled already, else as `make_theme`."""
    at_desk(session, actor, forum_id)
    suggestion = _open_suggestion(session, forum_id, suggestion_id)
    on_desk = select(Proposal.id).where(Proposal.id.in_(suggestion.proposal_ids), Proposal.state.in_(ON_DESK))
    machine = select(ThemePlacement.proposal_id).where(
        ThemePlacement.proposal_id.in_(on_desk), ThemePlacement.placed_by == PlacedBy.MACHINE
    )
    rows = placements(session, forum_id, session.scalars(machine).all())
    act = Act("suggestion", rows=rows, suggestion=suggestion)
    touched = _homes(rows)
    theme = _made_of(session, actor, forum_id, suggestion.label, rows, act)
    theme.terms, suggestion.state = list(suggestion.terms), "taken"
    act.keep(session, actor, forum_id)
    event = ThemeMade(theme=theme.id, themes=listed(touched | {theme.id}))
    record(session, forum_id, actor.person_key, event)
    record(session, forum_id, actor.person_key, ThemesSuggested(suggestions=0))
    return theme


def leave_suggestion(session: Session, actor: Actor, forum_id: int, suggestion_id: int) -> None:
    """Leave things as they are. Raises `Missing` where the suggestion is settled already."""
    at_desk(session, actor, forum_id)
    suggestion = _open_suggestion(session, forum_id, suggestion_id)
    act = Act("leave", suggestion=suggestion)
    suggestion.state = "left"
    act.keep(session, actor, forum_id)
    record(session, forum_id, actor.person_key, ThemesSuggested(suggestions=0))


def _open_suggestion(session: Session, forum_id: int, suggestion_id: int) -> ThemeSuggestion:
    found = session.get(ThemeSuggestion, suggestion_id)
    if found is None or found.forum_id != forum_id or found.state != "open":
        raise Missing("no_suggestion", say("이미 처리한 제안입니다."))
    return found


def _made_of(
    session: Session, actor: Actor, forum_id: int, label: str, rows: Sequence[ThemePlacement], act: Act
) -> Theme:
    theme = Theme(forum_id=forum_id, label_ko=label, origin="person", pinned=True, created_at=clock.now())
    theme.state, theme.terms, theme.reviewed, theme.label_en, theme.position = ThemeState.ACTIVE, [], False, "", 0
    session.add(theme)
    session.flush()
    act.made(theme)
    for row in rows:
        _put(row, actor, theme.id)
    return theme


def _put(row: ThemePlacement, actor: Actor, theme_id: int | None, second_id: int | None = None) -> None:
    row.theme_id, row.second_theme_id = theme_id, second_id
    row.placed_by, row.person_id = PlacedBy.PERSON, actor.person_id
    row.read = True


def _homes(rows: Iterable[ThemePlacement]) -> set[int]:
    return {one for row in rows for one in (row.theme_id, row.second_theme_id) if one}


def _unclaim(session: Session, actor: Actor, forum_id: int, rows: Sequence[ThemePlacement]) -> None:
    """Let go of this person's claims on the rows. Raises `Conflict` where someone else looks at one."""
    ids = [row.proposal_id for row in rows]
    for claim in session.scalars(select(DeskClaim).where(DeskClaim.proposal_id.in_(ids))):
        if claim.person_id != actor.person_id and claim.expires_at > clock.now():
            raise Conflict("claimed", say("다른 분이 보고 있는 제안입니다. 잠시 뒤 다시 해 주세요."))
        session.delete(claim)
        record(session, forum_id, actor.person_key, ClaimsChanged(proposal=claim.proposal_id))
