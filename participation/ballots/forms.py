"""The shape of what is sent about ballots."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field

from core.forms import (
    HouseForm,
    choice_field,
    choices_field,
    choices_of,
    flag_field,
    lines_field,
    number_field,
    text_field,
)
from core.i18n import say
from participation.ballots.models import LONGEST_OPTION, LONGEST_TITLE, Method, Threshold, TieRule
from participation.ballots.operations.preparing import BallotDraft
from participation.ballots.queries import BallotView
from participation.ballots.sources import Offer, OfferedOption

MOST_NUMBERS = 60
LARGEST_ID = 999_999_999
_ID, _CHOICE = re.compile("[0-9]{1,9}"), re.compile("[0-9]{1,2}")


class NumbersField(Field):
    """Small whole numbers, each as often as it was sent."""

    data: list[int]

    def process_data(self, value: Any) -> None:
        self.data = list(value or [])

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = []
        if len(valuelist) > MOST_NUMBERS or not all(_CHOICE.fullmatch(str(v)) for v in valuelist):
            raise ValueError(say("보내신 내용의 모양이 맞지 않습니다."))
        self.data = [int(value) for value in valuelist]


class BallotForm(HouseForm):
    """Which ballot."""

    ballot = number_field(say("투표"), 1, LARGEST_ID)


class OpeningForm(BallotForm):
    """Which ballot to open; `as_drafted`: with the numbers it was drafted with, though there are newer ones."""

    as_drafted = flag_field(say("준비한 수 그대로"))


class ChoicesForm(BallotForm):
    """What is chosen, under a key of the client's own."""

    client_key: str | None = None
    choice = NumbersField(say("고른 것"))  # type: ignore[arg-type]

    def choices(self) -> list[int]:
        """The option numbers as sent."""
        return list(self.choice.data)


@dataclass(frozen=True)
class CastAsked:
    """A vote as it was sent: which ballot, the option numbers, the phone's counter."""

    ballot: int
    choices: list[int]
    counter: int | None


class CastForm(ChoicesForm):
    """A vote; `counter` orders the acts of one phone."""

    counter = number_field(say("차례"), 0, LARGEST_ID, required=False)

    def asked(self) -> CastAsked:
        """The vote."""
        return CastAsked(self.number_of("ballot"), self.choices(), self.number_or_none("counter"))


def read_cast(fields: MultiDict[str, str]) -> CastAsked | None:
    """What a `CastForm` of these fields asks for; None where it would not be valid, and where only it can tell."""
    ballot, counter, choices = fields.get("ballot", ""), fields.get("counter"), fields.getlist("choice")
    if not _ID.fullmatch(ballot) or not (counter is None or _ID.fullmatch(counter)) or int(ballot) < 1:
        return None
    if len(choices) > MOST_NUMBERS or not all(map(_CHOICE.fullmatch, choices)):
        return None
    return CastAsked(int(ballot), [int(one) for one in choices], None if counter is None else int(counter))


class PaperForm(ChoicesForm):
    """One paper."""

    blank = flag_field(say("빈 표이거나 무효인 표"))


class PaperRemovalForm(BallotForm):
    """Which paper to take out."""

    paper = text_field(say("종이 표"), 32)


class MarkForm(BallotForm):
    """Which seat votes on paper."""

    seat = number_field(say("자리"), 1, LARGEST_ID)


METHODS = [
    (Method.APPROVAL.value, say("여러 개 고르기: 정한 수까지 고릅니다")),
    (Method.DOTS.value, say("점 나누기: 점을 나누어 줍니다")),
    (Method.YES_NO.value, say("찬반: 찬성, 반대, 기권")),
]
THRESHOLDS = [
    (Threshold.NONE.value, say("따로 두지 않음")),
    (Threshold.HALF.value, say("절반 넘게")),
    (Threshold.TWO_THIRDS.value, say("3분의 2 이상")),
]
TIE_RULES = [
    (TieRule.ALL_TIED.value, say("같은 표를 얻은 것을 모두 뽑기")),
    (TieRule.TABLES_FIRST.value, say("더 많은 테이블에서 나온 것, 그다음 먼저 적힌 것")),
]


class DraftForm(HouseForm):
    """A ballot being prepared. Options are ticked from what is offered, or typed one to a line."""

    title_ko = text_field(say("무엇을 묻나요"), LONGEST_TITLE, hint=say("예: 먼저 할 일을 3개까지 골라 주세요"))
    title_en = text_field(say("영어로"), LONGEST_TITLE + 40, required=False)
    method = choice_field(say("투표 방법"), METHODS)
    choose = number_field(say("한 사람이 고를 수 있는 수, 또는 점의 수"), 1, 20)
    per_option = number_field(say("한 곳에 줄 수 있는 점"), 1, 5)
    winners = number_field(say("뽑는 수"), 1, 29)
    threshold = choice_field(say("넘어야 하는 선"), THRESHOLDS)
    tie_rule = choice_field(say("마지막 자리가 같은 표일 때"), TIE_RULES)
    grace_seconds = number_field(say("닫은 뒤 기다리는 시간(초)"), 0, 600)
    offered = choices_field(say("가져올 것"), [])
    options = lines_field(say("직접 적기"), 9000, required=False)
    practice = flag_field(say("연습 투표"))

    def offer(self, offer: Offer) -> None:
        """Put the options on offer into the form."""
        self._offer = offer
        self.offered.choices = choices_of([(option_key(option), option.label_ko) for option in offer.options])

    def draft(self) -> BallotDraft:
        """The ballot that the validated form asks for."""
        ticked = set(self.chosen_of("offered"))
        taken = [option for option in self._offer.options if option_key(option) in ticked]
        themes = any(option.theme_id is not None for option in taken)
        return BallotDraft(
            title_ko=self.text_of("title_ko"),
            title_en=self.text_of("title_en"),
            method=Method(self.text_of("method")),
            choose=self.number_of("choose"),
            per_option=self.number_of("per_option"),
            winners=self.number_of("winners"),
            threshold=Threshold(self.text_of("threshold")),
            tie_rule=TieRule(self.text_of("tie_rule")),
            grace_seconds=self.number_of("grace_seconds"),
            practice=self.is_ticked("practice"),
            theme_version=self._offer.version if themes else None,
            options=[*taken, *typed_options(self.text_of("options"))],
        )


def option_key(option: OfferedOption) -> str:
    """What names an offered option in the form."""
    return f"theme-{option.theme_id}" if option.theme_id is not None else option.label_ko


def typed_options(text: str) -> list[OfferedOption]:
    """One option for each line: Korean, and after a bar the English."""
    options = []
    for line in text.split("\n"):
        korean, _, english = (part.strip() for part in line.partition("|"))
        if korean:
            options.append(OfferedOption(korean[:LONGEST_OPTION], english[:LONGEST_OPTION]))
    return options


FRESH: dict[str, Any] = {
    "method": Method.APPROVAL.value,
    "choose": 3,
    "per_option": 2,
    "winners": 3,
    "threshold": Threshold.NONE.value,
    "tie_rule": TieRule.ALL_TIED.value,
    "grace_seconds": 30,
}


def draft_values(
    ballot: BallotView, titles: tuple[str, str], texts: Sequence[OfferedOption], offer: Offer
) -> dict[str, Any]:
    """What the form shows of a draft at hand: what is still on offer as ticks, the rest as lines."""
    on_offer = {option_key(option) for option in offer.options}
    typed = [option for option in texts if option_key(option) not in on_offer]
    return {
        "title_ko": titles[0],
        "title_en": titles[1],
        "method": ballot.method.value,
        "choose": ballot.choose,
        "per_option": ballot.per_option,
        "winners": ballot.winners,
        "threshold": ballot.threshold.value,
        "tie_rule": ballot.tie_rule.value,
        "grace_seconds": ballot.grace_seconds,
        "practice": ballot.practice,
        "offered": [option_key(option) for option in texts if option_key(option) in on_offer],
        "options": ""
        if ballot.method is Method.YES_NO
        else "\n".join(f"{o.label_ko} | {o.label_en}" if o.label_en else o.label_ko for o in typed),
    }
