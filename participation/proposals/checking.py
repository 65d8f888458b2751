"""Looking whether the texts of proposals are still the ones that were put forward: the log holds their digests."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.events.log import salted_digest
from core.events.models import Entry
from core.i18n import Message, say
from participation.proposals.events import ProposalReworded, ProposalSubmitted
from participation.proposals.models import ProposalVersion

KINDS = (ProposalSubmitted.kind, ProposalReworded.kind)


def check_texts(session: Session) -> Iterator[Message]:
    """A sentence for each wording that is not what its entry in the log says. Erased ones, without salt, are left out."""
    texts = {
        (proposal_id, number): (salt, written)
        for proposal_id, number, salt, written in session.execute(
            select(ProposalVersion.proposal_id, ProposalVersion.number, ProposalVersion.salt, ProposalVersion.text)
        )
    }
    entries = select(Entry.log_id, Entry.number, Entry.payload).where(Entry.kind.in_(KINDS))
    for log_id, number, payload in session.execute(entries.order_by(Entry.log_id, Entry.number)):
        proposal, version = payload["proposal"], payload.get("version", 1)
        salt, written = texts.get((proposal, version), (None, ""))
        if salt == "" or (salt is not None and salted_digest(salt, written) == payload["digest"]):
            continue
        yield say(
            "손상: 표 proposal_versions: 제안 %(proposal)s의 글 %(version)s이(가) 토론회 %(log)s의 %(entry)s번째 기록과 다릅니다.",
            proposal=proposal,
            version=version,
            log=log_id,
            entry=number,
        )
