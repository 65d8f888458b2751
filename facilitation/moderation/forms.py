"""The shape of what is done at a table, and to its proposals."""

import re
from datetime import datetime
from typing import Any

from wtforms import StringField
from wtforms.validators import ValidationError

from core.forms import (
    ChoicesField,
    HouseForm,
    choice_field,
    flag_field,
    lines_field,
    number_field,
    text_field,
)
from core.i18n import say
from facilitation.moderation.models import Mark
from participation.proposals.models import LONGEST

MOST_TABLES = 200
MOST_IDS = 12
BIGGEST_ID = 999_999_999

MARKS = (
    (Mark.READ_BACK, say("읽어 드림")),
    (Mark.DISSENT, say("다른 의견")),
    (Mark.VERBATIM, say("말한 그대로")),
    (Mark.TOP, say("세 제안에 넣기")),
    (Mark.PARKED, say("보관함에 두기")),
)
HIDE_REASONS = (
    ("personal", say("특정한 분을 알아볼 수 있는 개인 정보가 있습니다.")),
    ("shop", say("특정 가게의 이름이나 전화번호가 있습니다.")),
    ("insult", say("다른 분을 욕하거나 얕보는 말이 있습니다.")),
    ("mistake", say("말한 분이 가려 달라고 하셨습니다.")),
    ("other", say("다른 까닭 (아래에 적습니다)")),
)


class MomentField(StringField):
    """When something was done, as the script writes it (`2026-11-26T10:20:30.000Z`); empty without script."""

    moment: datetime | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        text = str(valuelist[0]).strip() if valuelist else ""
        if not text:
            return
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", text):
            raise ValueError(say("시각의 모양이 맞지 않습니다."))
        try:
            self.moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
            self.data = text
        except ValueError:
            raise ValueError(say("시각의 모양이 맞지 않습니다.")) from None


class IdsField(ChoicesField):
    """Several ids, at most twelve."""

    def pre_validate(self, form: Any) -> None:
        if len(self.data or []) > MOST_IDS or any(not re.fullmatch(r"[0-9]{1,9}", one) for one in self.data or []):
            raise ValidationError(say("목록에 있는 것 가운데 골라 주세요."))  # type: ignore[arg-type]

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(int(one) for one in self.data or [])


class TableForm(HouseForm):
    """Something at a table, now or at the moment the console says."""

    table = number_field(say("테이블"), 1, MOST_TABLES)
    at = MomentField(say("누른 시각"))  # type: ignore[arg-type]

    @property
    def moment(self) -> datetime | None:
        return self.at.moment


class CaptureForm(TableForm):
    """What was said, and for whom it is written down (nobody by name where `seat` is empty)."""

    seat = number_field(say("누구 말"), 1, BIGGEST_ID, required=False)
    text = lines_field(say("들은 말"), LONGEST)
    wording = choice_field(say("어떻게 적었나요"), [("verbatim", say("말한 그대로")), ("short", say("줄여서"))])
    read_back = flag_field(say("읽어 드림"))
    dissent = flag_field(say("다른 의견"))
    parked = flag_field(say("보관함에 두기"))
    segment = number_field(say("순서"), 1, BIGGEST_ID, required=False)


class ProposalForm(HouseForm):
    """One proposal."""

    proposal = number_field(say("제안"), 1, BIGGEST_ID)


class MarkForm(ProposalForm):
    """A mark, on or off."""

    mark = choice_field(say("표시"), MARKS)
    on = flag_field(say("표시하기"))


class RewordForm(ProposalForm):
    """The new wording."""

    text = lines_field(say("다듬은 글"), LONGEST)
    consented = flag_field(say("말한 분께 여쭙고 허락을 받았습니다"))


class HideForm(ProposalForm):
    """Why it is hidden: one of the reasons, or one's own words."""

    reason = choice_field(say("가리는 까닭"), HIDE_REASONS)
    note = text_field(say("까닭"), LONGEST, required=False, hint=say("모두에게 보입니다. 가린 내용은 적지 마세요."))

    def validate_note(self, field: Any) -> None:
        if self.reason.data == "other" and not field.data:
            raise ValidationError(say("까닭을 적어 주세요."))  # type: ignore[arg-type]

    @property
    def sentence(self) -> str:
        """The reason as it is kept and shown: own words where written, else the Korean of the choice."""
        chosen = next(label for value, label in HIDE_REASONS if value == self.reason.data)
        return self.text_of("note") or chosen.text


class MergeForm(HouseForm):
    """Which proposals become one; `keep` is the one whose text stays where none is newly written."""

    proposals = IdsField(say("합칠 제안"), choices=[], validate_choice=False)  # type: ignore[arg-type]
    keep = number_field(say("남길 글"), 1, BIGGEST_ID, required=False)
    text = lines_field(say("새로 적은 글"), LONGEST, required=False)
