"""Forms of the receipt and of the results."""

import re

from core.forms import HouseForm, choice_field, lines_field, text_field
from core.i18n import say

LONGEST_CODE = 16


def read_receipt_code(written: str) -> str | None:
    """What someone typed as a receipt's code: spaces, hyphens, small letters forgiven; None where it cannot be one."""
    code = re.sub(r"[\s\-·.]", "", written).upper()
    return code if re.fullmatch(r"[A-Z0-9]{8,16}", code) else None


class ReceiptCodeForm(HouseForm):
    """Which forum, and the code of the receipt. The choices of `forum` are set for each request."""

    forum = choice_field(say("어느 토론회"), [])
    code = text_field(say("접수증 코드"), 40, hint=say("띄어쓰기와 대소문자는 상관없습니다"))


class RatingForm(HouseForm):
    """Whether an answer was enough."""

    enough = choice_field(say("답변이 충분했나요?"), [("yes", say("네")), ("no", say("더 묻고 싶어요"))])
    question = lines_field(say("더 묻고 싶은 것"), 500, required=False)


class NextStepsForm(HouseForm):
    """What happens after the evening."""

    next_steps_ko = lines_field(say("앞으로 할 일"), 3000, hint=say("한 줄에 하나씩. 언제, 누가, 무엇을 하는지"))
    next_steps_en = lines_field(say("앞으로 할 일 (영어)"), 4000, required=False)
