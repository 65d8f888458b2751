"""What a person says about a theme as a whole: its name, whether it stays, whether it was read through."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.events.log import record
from core.i18n import current_locale, say
from core.permissions import Actor
from participation.proposals.models import Proposal, ProposalState
from policy.themes.events import RegroupAsked, ThemeMarked, ThemeRenamed, ThemeReviewed, listed
from policy.themes.models import Theme, ThemePlacement
from policy.themes.operations.acts import Act, active_theme, at_desk, placements


def rename_theme(
    session: Session, actor: Actor, forum_id: int, theme_id: int, *, label_ko: str, label_en: str | None = None
) -> Theme:
    """Give a theme another name; the machine leaves it alone from then on. `label_en` None keeps the English one.

    Raises `Forbidden`, `Missing`, `Conflict`.
    """
    at_desk(session, actor, forum_id)
    theme = active_theme(session, forum_id, theme_id)
    act = Act("rename", themes=[theme])
    theme.label_ko, theme.pinned = label_ko, True
    if label_en is not None:
        theme.label_en = label_en
    act.keep(session, actor, forum_id)
    rows = _rows_of(session, theme)
    shared = listed({one for row in rows for one in (row.theme_id, row.second_theme_id) if one})
    record(session, forum_id, actor.person_key, ThemeRenamed(theme=theme.id, themes=shared))
    return theme


def rename_as_read(session: Session, actor: Actor, forum_id: int, theme_id: int, label: str) -> Theme:
    """Give a theme another name in the language the desk is read in; in English the Korean name stays.

    Raises as `rename_theme`.
    """
    if current_locale() == "en":
        ko = active_theme(session, forum_id, theme_id).label_ko
        return rename_theme(session, actor, forum_id, theme_id, label_ko=ko, label_en=label)
    return rename_theme(session, actor, forum_id, theme_id, label_ko=label)


def pin_theme(session: Session, actor: Actor, forum_id: int, theme_id: int, *, pinned: bool) -> Theme:
    """Hold a theme as it is: with it every proposal now in it, which the machine then moves no more.

    Taking the pin off lets the machine name it again; what stood in it stays placed by a person.
    Raises `Forbidden`, `Missing`, `Conflict`.
    """
    at_desk(session, actor, forum_id)
    theme = active_theme(session, forum_id, theme_id)
    rows = _rows_of(session, theme) if pinned else []
    act = Act("pin", themes=[theme], rows=rows)
    theme.pinned = pinned
    for row in rows:
        row.placed_by, row.person_id = "person", actor.person_id
    act.keep(session, actor, forum_id)
    record(session, forum_id, actor.person_key, ThemeMarked(theme=theme.id))
    return theme


def choose_quote(session: Session, actor: Actor, forum_id: int, theme_id: int, proposal_id: int | None) -> Theme:
    """Pick the sentence that is shown for a theme in the hall, or none.

    Raises `Forbidden`, `Missing`, and `Conflict` for a proposal that is hidden or stands elsewhere.
    """
    at_desk(session, actor, forum_id)
    theme = active_theme(session, forum_id, theme_id)
    if proposal_id is not None:
        (row,) = placements(session, forum_id, [proposal_id])
        shown = session.get_one(Proposal, proposal_id).state == ProposalState.SHOWN
        if not shown or theme.id not in (row.theme_id, row.second_theme_id):
            raise Conflict("not_quotable", say("이 묶음에 있고 가려지지 않은 제안만 대표 글이 될 수 있습니다."))
    act = Act("quote", themes=[theme])
    theme.quote_proposal_id = proposal_id
    act.keep(session, actor, forum_id)
    record(session, forum_id, actor.person_key, ThemeMarked(theme=theme.id))
    return theme


def review_theme(session: Session, actor: Actor, forum_id: int, theme_id: int, *, reviewed: bool) -> Theme:
    """Say that a theme was read through, with all that stands in it; or take that back.

    Raises `Forbidden`, `Missing`, `Conflict`.
    """
    at_desk(session, actor, forum_id)
    theme = active_theme(session, forum_id, theme_id)
    rows = [row for row in _rows_of(session, theme) if not row.read] if reviewed else []
    act = Act("review", themes=[theme], rows=rows)
    theme.reviewed = reviewed
    for row in rows:
        row.read = True
    act.keep(session, actor, forum_id)
    record(session, forum_id, actor.person_key, ThemeReviewed(theme=theme.id))
    return theme


def ask_to_regroup(session: Session, actor: Actor, forum_id: int) -> None:
    """Ask the machine to group anew what no person has placed; it does so in the background. Raises `Forbidden`."""
    at_desk(session, actor, forum_id)
    record(session, forum_id, actor.person_key, RegroupAsked(forum=forum_id))


def _rows_of(session: Session, theme: Theme) -> list[ThemePlacement]:
    here = or_(ThemePlacement.theme_id == theme.id, ThemePlacement.second_theme_id == theme.id)
    return list(session.scalars(select(ThemePlacement).where(here)))
