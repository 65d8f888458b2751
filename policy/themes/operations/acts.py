"""The ground of every act at the desk: who may, which rows it touches, and how it is taken back."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict, Missing
from core.events.log import record
from core.i18n import say
from core.permissions import Actor, Role, check, is_allowed
from participation.forums.clock import locked_forum
from participation.forums.models import Forum
from participation.proposals.models import Proposal, ProposalState
from policy.themes.events import DeskUndone, ThemesSuggested, listed
from policy.themes.models import DeskAct, Theme, ThemePlacement, ThemeState, ThemeSuggestion, ThemeVersion

ON_DESK = (ProposalState.SHOWN, ProposalState.HIDDEN)
ACTS_KEPT = 20
THEME_FIELDS = (
    "label_ko",
    "label_en",
    "state",
    "merged_into_id",
    "pinned",
    "reviewed",
    "quote_proposal_id",
    "position",
    "terms",
)
PLACEMENT_FIELDS = ("theme_id", "second_theme_id", "confidence", "reason", "placed_by", "person_id", "read")
Rows = dict[str, dict[str, Any]]


def at_desk(session: Session, actor: Actor, forum_id: int) -> Forum:
    """The forum, locked, for one who may arrange its themes: analysts and staff; after settling, staff alone.

    Raises `Forbidden`, `Missing`.
    """
    check(is_allowed("forum.analyse", actor, forum_id) and actor.person_id is not None)
    forum = locked_forum(session, forum_id)
    settled = select(ThemeVersion.id).where(ThemeVersion.forum_id == forum_id, ThemeVersion.settled).limit(1)
    if session.scalars(settled).first() is not None:
        check(actor.has(Role.STAFF, forum_id))
    return forum


def active_theme(session: Session, forum_id: int, theme_id: int) -> Theme:
    """A theme in use. Raises `Missing`, and `Conflict` where it was merged or given up meanwhile."""
    theme = session.get(Theme, theme_id)
    if theme is None or theme.forum_id != forum_id:
        raise Missing("no_theme", say("그런 묶음이 없습니다."))
    if theme.state != ThemeState.ACTIVE:
        raise Conflict("theme_gone", say("다른 분이 이 묶음을 합치거나 지웠습니다. 목록을 다시 봐 주세요."))
    return theme


def placements(session: Session, forum_id: int, proposal_ids: Iterable[int]) -> list[ThemePlacement]:
    """The placements of proposals on the desk, made where the machine has not read one yet. Raises `Missing`."""
    wanted = list(dict.fromkeys(proposal_ids))
    if not wanted:
        raise Missing("no_proposals", say("제안을 한 건 이상 골라 주세요."))
    found = session.execute(
        select(Proposal.id, Proposal.version, ThemePlacement)
        .join(ThemePlacement, ThemePlacement.proposal_id == Proposal.id, isouter=True)
        .where(Proposal.id.in_(wanted), Proposal.forum_id == forum_id, Proposal.state.in_(ON_DESK))
    ).all()
    if len(found) != len(wanted):
        raise Missing("no_proposal", say("고른 제안 가운데 지금 이 화면에 없는 것이 있습니다. 다시 골라 주세요."))
    rows: list[ThemePlacement] = []
    for proposal_id, version, row in found:
        if row is None:
            row = ThemePlacement(proposal_id=proposal_id, forum_id=forum_id, version=version, at=clock.now())
            session.add(row)
        rows.append(row)
    session.flush()
    return rows


class Act:
    """Keeps the rows an act touches as they stood before and after it."""

    def __init__(
        self,
        kind: str,
        *,
        themes: Iterable[Theme] = (),
        rows: Iterable[ThemePlacement] = (),
        suggestion: ThemeSuggestion | None = None,
    ) -> None:
        self._kind = kind
        self._themes = list(themes)
        self._rows = list(rows)
        self._suggestion = suggestion
        self._made: list[Theme] = []
        self._before = self._state()

    def made(self, theme: Theme) -> None:
        """Count in a theme that the act itself made."""
        self._made.append(theme)

    def keep(self, session: Session, actor: Actor, forum_id: int) -> DeskAct:
        """Note the act, so that its actor can take it back."""
        session.flush()
        before, after = self._before, self._state()
        for theme in self._made:
            after["themes"][str(theme.id)] = _fields(theme, THEME_FIELDS)
            gone = {"state": ThemeState.DROPPED.value}
            before["themes"][str(theme.id)] = {**after["themes"][str(theme.id)], **gone}
        act = DeskAct(forum_id=forum_id, person_id=actor.person_id or 0, kind=self._kind, at=clock.now())
        act.before, act.after = before, after
        session.add(act)
        session.flush()
        return act

    def _state(self) -> Rows:
        state: Rows = {
            "themes": {str(theme.id): _fields(theme, THEME_FIELDS) for theme in self._themes},
            "placements": {str(row.proposal_id): _fields(row, PLACEMENT_FIELDS) for row in self._rows},
            "suggestions": {},
        }
        if self._suggestion is not None:
            state["suggestions"][str(self._suggestion.id)] = {"state": self._suggestion.state}
        return state


def _fields(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


TABLES: dict[str, type[Any]] = {"themes": Theme, "placements": ThemePlacement, "suggestions": ThemeSuggestion}


def undo(session: Session, actor: Actor, forum_id: int) -> str:
    """Take back this person's latest act, of the last twenty; the rows stand again as before it. Returns its kind.

    Raises `Missing` where there is nothing to take back, `Conflict` where someone has changed those rows since.
    """
    at_desk(session, actor, forum_id)
    latest = (
        select(DeskAct)
        .where(DeskAct.forum_id == forum_id, DeskAct.person_id == actor.person_id)
        .order_by(DeskAct.id.desc())
        .limit(ACTS_KEPT)
    )
    act = next((one for one in session.scalars(latest) if one.undone_at is None), None)
    if act is None:
        raise Missing("nothing_to_undo", say("되돌릴 일이 없습니다."))
    touched: set[int] = set()
    for table, rows in act.after.items():
        for key, fields in rows.items():
            row = session.get(TABLES[table], int(key))
            if row is None or _fields(row, fields) != fields:
                raise Conflict("changed_since", say("그 뒤에 다른 분이 고쳐서 되돌릴 수 없습니다. 직접 옮겨 주세요."))
            _restore(row, act.before[table][key])
            touched |= _themes_in(table, key, fields) | _themes_in(table, key, act.before[table][key])
    act.undone_at = clock.now()
    session.flush()
    record(session, forum_id, actor.person_key, DeskUndone(act=act.id, themes=listed(touched)))
    if act.after.get("suggestions"):
        record(session, forum_id, actor.person_key, ThemesSuggested(suggestions=1))
    return act.kind


def _restore(row: Any, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(row, name, value)


def _themes_in(table: str, key: str, fields: dict[str, Any]) -> set[int]:
    if table == "themes":
        return {int(key)}
    return {fields[name] for name in ("theme_id", "second_theme_id") if fields.get(name)}
