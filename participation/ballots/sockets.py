"""Live commands of ballots: voting from a seat, running a ballot from the stage, papers from the tables."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.errors import DomainError
from core.i18n import dates, say
from core.live.commands import command, frequent_command
from core.permissions import Actor
from participation.ballots.forms import (
    BallotForm,
    CastAsked,
    CastForm,
    MarkForm,
    OpeningForm,
    PaperForm,
    PaperRemovalForm,
    read_cast,
)
from participation.ballots.offering import on_offer
from participation.ballots.operations.casting import Accepted, Vote, cast_ballots
from participation.ballots.operations.papers import enter_paper, mark_paper, remove_paper, unmark_paper
from participation.ballots.operations.running import (
    close_ballot,
    open_ballot,
    publish_ballot,
    reopen_ballot,
    seal_ballot,
)
from participation.ballots.sealing import key_store


def _cast_all(
    session: Session, forum_id: int, asked: Sequence[tuple[Actor, CastAsked, str | None]]
) -> Sequence[Accepted | DomainError]:
    votes = [(actor, Vote(vote.ballot, vote.choices, key, vote.counter)) for actor, vote, key in asked]
    return cast_ballots(session, forum_id, votes, key_store())


@frequent_command(
    "ballot.cast",
    form=CastForm,
    read=read_cast,
    permission="seat.held",
    done=say("투표가 접수되었습니다."),
    together=_cast_all,
)
def cast(vote: CastAsked, accepted: Accepted) -> dict[str, Any]:
    """A seat votes, or changes its vote."""
    return {
        "ballot": vote.ballot,
        "receipt": accepted.receipt,
        "at": dates.format_time(accepted.at),
        "closing": accepted.closing,
    }


@command("ballot.open", form=OpeningForm, permission="ballot.run", done=say("투표를 열었습니다."))
def open_(session: Session, actor: Actor, forum_id: int, form: OpeningForm) -> dict[str, Any]:
    """The host opens a ballot."""
    newest = None if form.is_ticked("as_drafted") else on_offer(session, forum_id)
    open_ballot(session, actor, forum_id, form.number_of("ballot"), key_store(), newest=newest)
    return {}


@command("ballot.close", form=BallotForm, permission="ballot.run", done=say("투표를 닫고 있습니다."))
def close(session: Session, actor: Actor, forum_id: int, form: BallotForm) -> dict[str, Any]:
    """The host begins the waiting time."""
    close_ballot(session, actor, forum_id, form.number_of("ballot"))
    return {}


@command("ballot.seal", form=BallotForm, permission="ballot.run", done=say("투표를 봉인했습니다."))
def seal(session: Session, actor: Actor, forum_id: int, form: BallotForm) -> dict[str, Any]:
    """The host seals once everyone has voted, or after papers and marks were put right."""
    seal_ballot(session, actor, forum_id, form.number_of("ballot"))
    return {}


@command("ballot.publish", form=BallotForm, permission="ballot.run", done=say("결과를 발표했습니다."))
def publish(session: Session, actor: Actor, forum_id: int, form: BallotForm) -> dict[str, Any]:
    """The host publishes the result."""
    publish_ballot(session, actor, forum_id, form.number_of("ballot"))
    return {}


@command("ballot.reopen", form=BallotForm, permission="ballot.run", done=say("투표를 다시 열었습니다."))
def reopen(session: Session, actor: Actor, forum_id: int, form: BallotForm) -> dict[str, Any]:
    """The host takes votes again, of those who could not vote in time."""
    reopen_ballot(session, actor, forum_id, form.number_of("ballot"), key_store())
    return {}


@command(
    "ballot.mark_paper", form=MarkForm, permission="ballot.mark_paper", done=say("종이로 투표하는 자리로 표시했습니다.")
)
def mark(session: Session, actor: Actor, forum_id: int, form: MarkForm) -> dict[str, Any]:
    """A seat votes on paper."""
    mark_paper(session, actor, forum_id, form.number_of("ballot"), form.number_of("seat"))
    return {}


@command("ballot.unmark_paper", form=MarkForm, permission="ballot.mark_paper", done=say("종이 표시를 지웠습니다."))
def unmark(session: Session, actor: Actor, forum_id: int, form: MarkForm) -> dict[str, Any]:
    """The mark is taken back."""
    unmark_paper(session, actor, forum_id, form.number_of("ballot"), form.number_of("seat"))
    return {}


@command(
    "ballot.enter_paper",
    form=PaperForm,
    permission="ballot.enter_paper",
    done=say("종이 표 한 장을 넣었습니다."),
    own_keys=True,
)
def enter(session: Session, actor: Actor, forum_id: int, form: PaperForm) -> dict[str, Any]:
    """A paper is typed in."""
    enter_paper(
        session,
        actor,
        forum_id,
        form.number_of("ballot"),
        form.choices(),
        blank=form.is_ticked("blank"),
        key=form.client_key,
        keys=key_store(),
    )
    return {}


@command(
    "ballot.remove_paper",
    form=PaperRemovalForm,
    permission="ballot.enter_paper",
    done=say("종이 표 한 장을 뺐습니다."),
    own_keys=True,
)
def remove(session: Session, actor: Actor, forum_id: int, form: PaperRemovalForm) -> dict[str, Any]:
    """A paper typed in wrongly is taken out."""
    remove_paper(session, actor, forum_id, form.number_of("ballot"), form.text_of("paper"))
    return {}
