"""The rules of a ballot in words, as they are stated before it opens; and whether a vote keeps to them."""

from collections import Counter
from collections.abc import Sequence

from core.errors import Invalid
from core.i18n import Message, say
from participation.ballots.models import Method, Threshold, TieRule
from participation.ballots.queries import BallotView, Voting


def how_to_vote(ballot: BallotView) -> Message:
    """What one person may do."""
    if ballot.method is Method.YES_NO:
        return say("찬성, 반대, 기권 가운데 하나를 고릅니다.")
    if ballot.method is Method.DOTS:
        return say(
            "한 사람이 점 %(dots)s개를 나누어 줍니다. 한 곳에는 %(most)s개까지 줄 수 있습니다.",
            dots=ballot.choose,
            most=ballot.per_option,
        )
    return say("한 사람이 %(n)s개까지 고릅니다.", n=ballot.choose)


def _what_wins(ballot: BallotView) -> Message:
    if ballot.method is Method.YES_NO:
        if ballot.threshold is Threshold.TWO_THIRDS:
            return say("찬성과 반대를 더한 수의 3분의 2 이상이 찬성하면 통과입니다. 기권은 셈에 넣지 않습니다.")
        return say("찬성과 반대를 더한 수의 절반이 넘게 찬성하면 통과입니다. 기권은 셈에 넣지 않습니다.")
    if ballot.method is Method.DOTS:
        return say("점이 많은 %(n)s가지를 먼저 합니다.", n=ballot.winners)
    return say("표가 많은 %(n)s가지를 먼저 합니다.", n=ballot.winners)


def rule_sentences(ballot: BallotView) -> list[Message]:
    """Everything that decides the result: how to vote, what wins, what is needed, what happens at a tie."""
    if ballot.practice:
        return [how_to_vote(ballot), say("연습이어서 결과로 정하는 것은 없습니다.")]
    sentences = [how_to_vote(ballot), _what_wins(ballot)]
    if ballot.method is Method.YES_NO:
        return sentences
    if ballot.threshold is Threshold.HALF:
        sentences.append(say("투표한 분의 절반이 넘게 고른 것만 뽑습니다."))
    if ballot.threshold is Threshold.TWO_THIRDS:
        sentences.append(say("투표한 분의 3분의 2 이상이 고른 것만 뽑습니다."))
    if ballot.tie_rule is TieRule.ALL_TIED:
        sentences.append(say("마지막 자리가 같은 표이면 같은 표를 얻은 것을 모두 뽑습니다."))
    else:
        sentences.append(
            say("마지막 자리가 같은 표이면 더 많은 테이블에서 나온 것을, 그것도 같으면 먼저 적힌 것을 뽑습니다.")
        )
    return sentences


def refuse_choices(message: Message) -> Invalid:
    """A vote that does not keep to the rules."""
    return Invalid("choices", message, {"choice": [message]})


def checked_choices(ballot: Voting, choices: Sequence[int]) -> list[int]:
    """The vote in its one written form, sorted; for dots with repetition. Raises `Invalid` in the voter's words."""
    if any(choice not in ballot.numbers for choice in choices):
        raise refuse_choices(say("이 투표에 없는 것을 골랐습니다. 화면을 새로 열어 주세요."))
    chosen = sorted(choices) if ballot.method is Method.DOTS else sorted(set(choices))
    if not chosen:
        if ballot.method is Method.DOTS:
            raise refuse_choices(say("점을 한 개 이상 나누어 주세요."))
        raise refuse_choices(say("한 개 이상 골라 주세요."))
    if ballot.method is Method.DOTS and max(Counter(chosen).values()) > ballot.per_option:
        raise refuse_choices(say("한 곳에는 점을 %(n)s개까지 줄 수 있습니다.", n=ballot.per_option))
    if len(chosen) > ballot.choose:
        raise refuse_choices(too_many(ballot))
    return chosen


def too_many(ballot: Voting) -> Message:
    """Said when one more is pressed than may be chosen."""
    if ballot.method is Method.YES_NO:
        return say("하나만 골라 주세요.")
    if ballot.method is Method.DOTS:
        return say("점 %(n)s개를 모두 나누어 주셨습니다. 하나를 빼고 골라 주세요.", n=ballot.choose)
    return say("%(n)s개를 모두 고르셨습니다. 하나를 빼고 골라 주세요.", n=ballot.choose)


def late(ballot: Voting) -> Message:
    """Said to a vote that came after the waiting time."""
    if not ballot.grace_seconds:
        return say("연결이 끊긴 사이 투표가 닫혀 표가 제때 도착하지 못했습니다. 죄송합니다.")
    return say(
        "연결이 끊긴 사이 투표가 닫혔고, 기다리는 시간 %(n)s초 안에도 표가 도착하지 못했습니다. 죄송합니다.",
        n=ballot.grace_seconds,
    )
