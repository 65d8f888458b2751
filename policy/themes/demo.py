"""The themes of the demo's forums: grouped and named by an analyst, fixed for the room, offered for the vote."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db.work import Database
from core.permissions import Actor
from participation.ballots.sources import OfferedOption
from participation.proposals.models import Proposal, ProposalState
from policy.themes.models import ThemePlacement
from policy.themes.operations.arranging import make_theme, move_proposals
from policy.themes.operations.freezing import freeze_version
from policy.themes.operations.marking import choose_quote, rename_theme, review_theme


def settle_themes(
    database: Database,
    forum_id: int,
    analyst: Actor,
    staff: Actor | None,
    filed: list[tuple[int, dict[str, Any]]],
    themes: list[dict[str, Any]],
) -> tuple[dict[str, OfferedOption], int | None]:
    """Group `filed` (proposal and its entry) by the `themes` of the content, freeze, and offer them for the vote.

    Policy `staff` settle them for good; without staff the analyst fixes them for the room as they stand.
    """

    def work(session: Session) -> tuple[dict[str, OfferedOption], int | None]:
        made: dict[str, int] = {}
        for entry in themes:
            topics = entry.get("topics", [entry["key"]])
            ids = [number for number, said in filed if said["topic"] in topics and _is_shown(session, number)]
            theme = make_theme(session, analyst, forum_id, label=entry["name_ko"], proposal_ids=ids)
            rename_theme(session, analyst, forum_id, theme.id, label_ko=entry["name_ko"], label_en=entry["name_en"])
            choose_quote(session, analyst, forum_id, theme.id, ids[0])
            review_theme(session, analyst, forum_id, theme.id, reviewed=True)
            made[entry["key"]] = theme.id
        if staff is not None:
            _leave_apart(session, analyst, forum_id, filed)
        version = freeze_version(session, staff or analyst, forum_id, settled=staff is not None)
        by_theme = {one.theme_id: one for one in version.entries}
        options = {
            key: OfferedOption(
                label_ko=by_theme[theme_id].label_ko,
                label_en=by_theme[theme_id].label_en,
                proposals=by_theme[theme_id].proposals,
                tables=by_theme[theme_id].tables,
                theme_id=theme_id,
            )
            for key, theme_id in made.items()
        }
        return options, version.id

    return database.perform(work)


def _leave_apart(session: Session, analyst: Actor, forum_id: int, filed: list[tuple[int, dict[str, Any]]]) -> None:
    """What stands in no theme was read too, and belongs to none: nobody places it afterwards."""
    placed = set(session.scalars(select(ThemePlacement.proposal_id).where(ThemePlacement.forum_id == forum_id)))
    apart = [number for number, _ in filed if number not in placed and _is_shown(session, number)]
    if apart:
        move_proposals(session, analyst, forum_id, apart, None)


def _is_shown(session: Session, proposal_id: int) -> bool:
    return session.get_one(Proposal, proposal_id).state == ProposalState.SHOWN
