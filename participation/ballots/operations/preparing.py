"""Drafting a ballot: its question, options and rules. Nothing of it changes once it was opened."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict, Invalid
from core.events.log import record
from core.i18n import Message, say
from core.permissions import Actor, check
from participation.ballots.events import BallotDiscarded, BallotPrepared
from participation.ballots.models import MOST_OPTIONS, Ballot, BallotOption, BallotState, Method, Threshold, TieRule
from participation.ballots.operations.finding import locked_ballot
from participation.ballots.permissions import may_prepare
from participation.ballots.sources import OfferedOption
from participation.forums.clock import locked_forum

YES_NO_OPTIONS = (
    OfferedOption("찬성", "Yes"),
    OfferedOption("반대", "No"),
    OfferedOption("기권", "Abstain"),
)


@dataclass(frozen=True)
class BallotDraft:
    """What a ballot asks and by which rules; see `models.Ballot` for the numbers."""

    title_ko: str
    title_en: str = ""
    method: Method = Method.APPROVAL
    choose: int = 1
    per_option: int = 1
    winners: int = 1
    threshold: Threshold = Threshold.NONE
    tie_rule: TieRule = TieRule.ALL_TIED
    grace_seconds: int = 30
    practice: bool = False
    theme_version: int | None = None
    options: Sequence[OfferedOption] = ()


def _refused(name: str, message: Message) -> Invalid:
    return Invalid("draft", message, {name: [message]})


def _settled(draft: BallotDraft) -> BallotDraft:
    """The draft with what its method fixes. Raises `Invalid` where rules and options do not go together."""
    if draft.method is Method.YES_NO:
        threshold = Threshold.HALF if draft.threshold is Threshold.NONE else draft.threshold
        return replace(draft, choose=1, per_option=1, winners=1, threshold=threshold, options=YES_NO_OPTIONS)
    count = len(draft.options)
    if not 2 <= count <= MOST_OPTIONS:
        raise _refused("options", say("고를 것을 2개부터 %(n)s개까지 적어 주세요.", n=MOST_OPTIONS))
    if len({option.label_ko for option in draft.options}) < count:
        raise _refused("options", say("같은 것이 두 번 적혀 있습니다. 하나만 남겨 주세요."))
    if draft.winners >= count:
        raise _refused("winners", say("뽑는 수는 고를 것의 수(%(n)s)보다 적어야 합니다.", n=count))
    if draft.method is Method.DOTS:
        if draft.choose > draft.per_option * count:
            raise _refused("choose", say("점이 남습니다. 점의 수를 줄이거나 한 곳에 줄 수 있는 점을 늘려 주세요."))
        return replace(draft, threshold=Threshold.NONE)
    if draft.choose > count:
        raise _refused("choose", say("고를 수 있는 수가 고를 것의 수(%(n)s)보다 많습니다.", n=count))
    return replace(draft, per_option=1)


def _write(ballot: Ballot, draft: BallotDraft) -> None:
    ballot.title_ko, ballot.title_en = draft.title_ko, draft.title_en
    ballot.method, ballot.choose, ballot.per_option = draft.method, draft.choose, draft.per_option
    ballot.winners, ballot.threshold, ballot.tie_rule = draft.winners, draft.threshold, draft.tie_rule
    ballot.grace_seconds, ballot.practice = draft.grace_seconds, draft.practice
    ballot.theme_version = draft.theme_version
    ballot.options = [
        BallotOption(
            position=position,
            text_ko=option.label_ko,
            text_en=option.label_en,
            proposals=option.proposals,
            tables=option.tables,
            theme_id=option.theme_id,
        )
        for position, option in enumerate(draft.options, start=1)
    ]


def prepare_ballot(session: Session, actor: Actor, forum_id: int, draft: BallotDraft) -> int:
    """Draft a ballot; its id. Raises `Forbidden`, `Missing`, `Invalid` with the field that does not fit."""
    check(may_prepare(actor, forum_id))
    locked_forum(session, forum_id)
    ballot = Ballot(forum_id=forum_id, state=BallotState.DRAFT, created_at=clock.now())
    _write(ballot, _settled(draft))
    session.add(ballot)
    session.flush()
    record(session, forum_id, actor.person_key, BallotPrepared(ballot=ballot.id))
    return ballot.id


def draft_at_hand(session: Session, actor: Actor, forum_id: int, ballot_id: int) -> Ballot:
    """A draft that may be changed. Raises `Forbidden`, `Missing`, `Conflict` once it was opened."""
    check(may_prepare(actor, forum_id))
    ballot = locked_ballot(session, forum_id, ballot_id)
    if ballot.state != BallotState.DRAFT:
        raise Conflict("ballot_opened", say("이미 연 투표는 고칠 수 없습니다."))
    return ballot


def change_ballot(session: Session, actor: Actor, forum_id: int, ballot_id: int, draft: BallotDraft) -> int:
    """Change a draft; its id. Raises as `prepare_ballot`, and `Conflict` once it was opened."""
    ballot = draft_at_hand(session, actor, forum_id, ballot_id)
    settled = _settled(draft)
    ballot.options = []
    session.flush()
    _write(ballot, settled)
    record(session, forum_id, actor.person_key, BallotPrepared(ballot=ballot.id))
    return ballot.id


def discard_ballot(session: Session, actor: Actor, forum_id: int, ballot_id: int) -> None:
    """Throw a draft away. Raises `Forbidden`, `Missing`, `Conflict` once it was opened."""
    session.delete(draft_at_hand(session, actor, forum_id, ballot_id))
    record(session, forum_id, actor.person_key, BallotDiscarded(ballot=ballot_id))


def practice_draft() -> BallotDraft:
    """A ballot to practise with: harmless, quickly answered, and marked as practice everywhere."""
    return BallotDraft(
        title_ko="오늘 어떻게 오셨나요? 2개까지 골라 주세요",
        title_en="How did you come here today? Choose up to two",
        choose=2,
        winners=1,
        practice=True,
        options=(
            OfferedOption("걸어서", "On foot"),
            OfferedOption("버스나 지하철로", "By bus or metro"),
            OfferedOption("자전거로", "By bicycle"),
            OfferedOption("자동차로", "By car"),
            OfferedOption("누가 데려다주어서", "Someone brought me"),
        ),
    )
