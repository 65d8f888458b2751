"""What a page asks over its socket: taken with care, and refused in words."""

from typing import Any, TypeGuard

from core.i18n import say
from core.live.commands import refusal


def is_id(value: Any) -> TypeGuard[int]:
    """Whether it may be the number of something kept."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31


def numbers(seen: Any) -> dict[str, int]:
    """The numbers of streams that a page says it saw."""
    return {str(k): v for k, v in seen.items() if isinstance(v, int)} if isinstance(seen, dict) else {}


def refused(code: str) -> dict[str, Any]:
    """The acknowledgement of what could not even be tried."""
    sentences = {
        "shape": say("보내신 내용의 모양이 맞지 않습니다."),
        "forbidden": say("이 화면을 볼 권한이 없습니다."),
        "fault": say("지금은 저장할 수 없습니다. 쓰신 글은 이 화면에 그대로 있습니다. 잠시 뒤 다시 눌러 주세요."),
    }
    return refusal(code, sentences[code], {})
