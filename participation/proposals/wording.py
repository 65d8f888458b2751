"""What a proposal's text may not carry: numbers that reach or identify a person."""

import re

from core.errors import Invalid
from core.i18n import say
from participation.proposals.models import LONGEST

_TELEPHONE = re.compile(
    r"(?<!\d)(?:\+?82[-. ]?)?0?1[016789][-. ]?\d{3,4}[-. ]?\d{4}(?!\d)|(?<!\d)0\d{1,2}[-. )]\s?\d{3,4}[-. ]\d{4}(?!\d)"
)
_RESIDENT = re.compile(r"(?<!\d)\d{6}[-. ]?[1-8]\d{6}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")


def check_wording(text: str) -> None:
    """Raise `Invalid` for an empty or overlong text, or one that carries a telephone, resident or mail number."""
    message = None
    if not text:
        message = say("글이 비어 있습니다. 한두 문장 적어 주세요.")
    elif len(text) > LONGEST:
        message = say("%(most)s자까지 쓸 수 있습니다. 지금 %(length)s자입니다.", most=LONGEST, length=len(text))
    if message is not None:
        raise Invalid("wording", message, {"text": [message]})
    check_contacts(text)


def check_contacts(text: str) -> None:
    """Raise `Invalid` for a text that carries a telephone, resident or mail number."""
    if _RESIDENT.search(text):
        message = say("주민등록번호처럼 보이는 글자가 있어 보내지 않았습니다. 고치면 바로 보낼 수 있습니다.")
    elif _TELEPHONE.search(text):
        message = say("전화번호처럼 보이는 글자가 있어 보내지 않았습니다. 고치면 바로 보낼 수 있습니다.")
    elif _MAIL.search(text):
        message = say("메일 주소처럼 보이는 글자가 있어 보내지 않았습니다. 고치면 바로 보낼 수 있습니다.")
    else:
        return
    raise Invalid("contact", message, {"text": [message]})
