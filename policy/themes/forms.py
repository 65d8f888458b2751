"""The shape of what analysts and residents send about themes."""

from typing import Any

from markupsafe import Markup
from wtforms import Field

from core.forms import HouseForm, choice_field, flag_field, lines_field, number_field, text_field
from core.i18n import say
from policy.themes.models import LONGEST_LABEL, LONGEST_REPORT

MOST_AT_ONCE = 200
LARGEST_ID = 2**31 - 1


def _hidden_again(field: Field, **_: Any) -> Markup:
    """What was picked, to be sent once more with a form that was refused."""
    one = Markup('<input type="hidden" name="{}" value="{}">')
    return Markup("").join(one.format(field.name, number) for number in field.data or [])


class ProposalsField(Field):
    """The proposals that were picked: ids, each once."""

    widget = staticmethod(_hidden_again)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data: list[int] = []
        for value in valuelist:
            text = str(value).strip()
            if not text.isascii() or not text.isdecimal() or not 0 < len(text) < 10:
                raise ValueError(say("제안을 다시 골라 주세요."))
            if int(text) not in self.data:
                self.data.append(int(text))
        if len(self.data) > MOST_AT_ONCE:
            raise ValueError(say("한 번에 %(n)s건까지 옮길 수 있습니다.", n=MOST_AT_ONCE))

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            self.data = []


class ProposalsForm(HouseForm):
    """A form that carries picked proposals."""

    proposals = ProposalsField(say("고른 제안"))  # type: ignore[arg-type]

    def picked(self) -> list[int]:
        """The ids of the proposals that were picked."""
        return list(self["proposals"].data or [])


class MoveForm(ProposalsForm):
    to = number_field(say("옮길 묶음"), 0, LARGEST_ID)


class SplitForm(ProposalsForm):
    source = number_field(say("나눌 묶음"), 1, LARGEST_ID)
    label = text_field(say("새 묶음 이름"), LONGEST_LABEL)


class MakeForm(ProposalsForm):
    label = text_field(say("새 묶음 이름"), LONGEST_LABEL)


class BothForm(HouseForm):
    proposal = number_field(say("제안"), 1, LARGEST_ID)
    first = number_field(say("첫째 묶음"), 1, LARGEST_ID)
    second = number_field(say("둘째 묶음"), 1, LARGEST_ID)


class RenameForm(HouseForm):
    theme = number_field(say("묶음"), 1, LARGEST_ID)
    label = text_field(say("묶음 이름"), LONGEST_LABEL)


class MergeForm(HouseForm):
    theme = number_field(say("남을 묶음"), 1, LARGEST_ID)
    source = number_field(say("합칠 묶음"), 1, LARGEST_ID)


class ThemeForm(HouseForm):
    theme = number_field(say("묶음"), 1, LARGEST_ID)


class MarkForm(HouseForm):
    theme = number_field(say("묶음"), 1, LARGEST_ID)
    on = flag_field(say("켜기"))


class QuoteForm(HouseForm):
    theme = number_field(say("묶음"), 1, LARGEST_ID)
    proposal = number_field(say("대표 글"), 1, LARGEST_ID, required=False)


class ProposalForm(HouseForm):
    proposal = number_field(say("제안"), 1, LARGEST_ID)


class SuggestionForm(HouseForm):
    suggestion = number_field(say("묶음 제안"), 1, LARGEST_ID)
    answer = choice_field(say("답"), [("take", say("새 묶음 열기")), ("leave", say("그대로 두기"))])


class FreezeForm(HouseForm):
    settled = flag_field(say("토론회 뒤 확정"))


class PlainForm(HouseForm):
    """An act that needs nothing more."""


class MissingForm(HouseForm):
    text = lines_field(say("빠진 이야기"), LONGEST_REPORT)


class ReportForm(HouseForm):
    report = number_field(say("알림"), 1, LARGEST_ID)
