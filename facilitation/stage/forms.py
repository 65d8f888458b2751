"""The shape of what the host sends."""

from core.forms import HouseForm, choice_field, flag_field, number_field, text_field
from core.i18n import say
from facilitation.stage.models import LONGEST_MESSAGE, ScreenView

BIGGEST_ID = 999_999_999
AUTO = "auto"
VIEWS = (
    (ScreenView.QUESTION, say("질문 · 시계")),
    (ScreenView.THEMES, say("묶음 보기")),
    (ScreenView.BALLOT, say("투표")),
    (ScreenView.RESULT, say("투표 결과")),
    (ScreenView.JOIN, say("참가 QR")),
    (ScreenView.THANKS, say("마침 인사")),
)


class NothingForm(HouseForm):
    """An act that needs nothing said."""


class MoveForm(HouseForm):
    """Where the room goes; `sure` where a table waits for help or a ballot is unfinished."""

    segment = number_field(say("순서"), 1, BIGGEST_ID)
    sure = flag_field(say("마치지 못한 일이 있어도 옮깁니다"))


class ExtendForm(HouseForm):
    """How many minutes the present step gets; fewer where below 0."""

    minutes = number_field(say("더할 시간(분)"), -30, 60)


class CloseForm(HouseForm):
    """Ending the evening: there is no way back."""

    sure = flag_field(say("토론회를 끝냅니다"), required=say("끝내시려면 아래를 확인해 주세요."))


class ResizeForm(HouseForm):
    """Another length for a later step."""

    segment = number_field(say("순서"), 1, BIGGEST_ID)
    minutes = number_field(say("길이(분)"), 1, 240)


class ScreenForm(HouseForm):
    """What the screen shows; `auto` follows the agenda. `ballot` where another than the last is meant."""

    view = choice_field(say("앞 화면"), [(AUTO, say("순서대로")), *VIEWS])
    ballot = number_field(say("투표 번호"), 1, BIGGEST_ID, required=False)


class MessageForm(HouseForm):
    """A message to all tables, or to one."""

    text = text_field(say("보낼 말"), LONGEST_MESSAGE)
    table = number_field(say("테이블"), 1, 200, required=False)


class HeardForm(HouseForm):
    """Which message a table has heard."""

    message = number_field(say("알림"), 1, BIGGEST_ID)
    table = number_field(say("테이블"), 1, 200)
