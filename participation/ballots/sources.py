"""Where options may be taken from: themes (told by a higher room of the house), or the tables' top proposals."""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.proposals.models import Proposal, ProposalState, ProposalVersion


@dataclass(frozen=True)
class OfferedOption:
    """Something to vote on, with what stands behind it: proposals, tables, the theme."""

    label_ko: str
    label_en: str = ""
    proposals: int | None = None
    tables: int | None = None
    theme_id: int | None = None


@dataclass(frozen=True)
class Offer:
    """Options on offer, of one frozen version where they are themes."""

    options: tuple[OfferedOption, ...] = ()
    version: int | None = None


class OptionSource(Protocol):
    """Something that offers options for a forum's ballot."""

    def offer(self, session: Session, forum_id: int) -> Offer:
        """The options as they stand, the weightiest first."""


class TopProposals:
    """The proposals that tables put on top of their list."""

    def offer(self, session: Session, forum_id: int) -> Offer:
        wanted = (
            select(ProposalVersion.text)
            .join(Proposal, (Proposal.id == ProposalVersion.proposal_id) & (Proposal.version == ProposalVersion.number))
            .where(Proposal.forum_id == forum_id, Proposal.top, Proposal.state == ProposalState.SHOWN)
            .order_by(Proposal.table_number, Proposal.id)
        )
        return Offer(tuple(OfferedOption(text, proposals=1, tables=1) for text in session.scalars(wanted)))
