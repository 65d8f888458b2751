"""Freezing the themes as they stand: for the screen in the hall, and when staff settle them afterwards."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict
from core.events.log import record
from core.i18n import say
from core.permissions import Actor, Role, check
from participation.proposals.models import Proposal, ProposalState
from policy.themes.events import ThemesFrozen
from policy.themes.models import ThemeVersion, ThemeVersionEntry
from policy.themes.operations.acts import at_desk
from policy.themes.queries import ThemeView, settled_themes, unplaced_count


def freeze_version(session: Session, actor: Actor, forum_id: int, *, settled: bool = False) -> ThemeVersion:
    """Fix every theme that holds a proposal, with its counts and its quotation, as the next version.

    `settled` is for policy staff after the evening: from then on only staff arrange the themes.
    Raises `Forbidden`, `Conflict` where no theme holds anything.
    """
    forum = at_desk(session, actor, forum_id)
    check(not settled or actor.has(Role.STAFF, forum_id))
    views = settled_themes(session, forum_id)
    if not views:
        raise Conflict("no_themes", say("아직 제안이 담긴 묶음이 없습니다."))
    last = session.scalars(select(func.max(ThemeVersion.number)).where(ThemeVersion.forum_id == forum_id)).one()
    shown = select(func.count()).select_from(Proposal)
    shown = shown.where(Proposal.forum_id == forum_id, Proposal.state == ProposalState.SHOWN)
    version = ThemeVersion(
        forum_id=forum_id,
        number=(last or 0) + 1,
        settled=settled,
        proposals=session.scalars(shown).one(),
        unplaced=unplaced_count(session, forum_id),
        tables_total=forum.tables,
        person_id=actor.person_id,
        at=clock.now(),
    )
    version.entries = [_entry(position, view) for position, view in enumerate(views)]
    session.add(version)
    session.flush()
    record(session, forum_id, actor.person_key, ThemesFrozen(version=version.id, settled=settled))
    return version


def _entry(position: int, view: ThemeView) -> ThemeVersionEntry:
    return ThemeVersionEntry(
        theme_id=view.id,
        position=position,
        label_ko=view.label_ko,
        label_en=view.label_en,
        proposals=view.proposals,
        people=view.people,
        tables=view.tables,
        dissent=view.dissent,
        agree=view.agree,
        disagree=view.disagree,
        quote=view.quote,
        quote_proposal_id=view.quote_proposal_id,
        proposal_ids=list(view.proposal_ids),
    )
