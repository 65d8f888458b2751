"""The shape of what a console, and a hand on a phone, send."""

from core.forms import HouseForm, choice_field, number_field, text_field
from core.i18n import say
from facilitation.moderation.forms import BIGGEST_ID, TableForm
from facilitation.tables.models import HelpReason, TurnMode
from participation.proposals.models import LONGEST

MODES = (
    (TurnMode.ROUND, say("돌아가며")),
    (TurnMode.HANDS, say("손든 순서")),
    (TurnMode.FREE, say("자유롭게")),
)
REASONS = (
    (HelpReason.DISPUTE, say("다툼이 생겼습니다"), say("사회자가 바로 갑니다"), "people"),
    (HelpReason.DEVICE, say("기기나 연결 문제"), say("기술 도우미가 갑니다"), "phone"),
    (HelpReason.FACT, say("사실을 확인해 주세요"), say("담당 부서가 답합니다"), "info"),
    (HelpReason.HEALTH, say("몸이 불편한 분이 있습니다"), say("위급하면 119에 먼저 알려 주세요"), "warning"),
)


class TurnForm(TableForm):
    """Whose turn begins."""

    seat = number_field(say("자리"), 1, BIGGEST_ID)


class ModeForm(TableForm):
    """How the next speaker is found."""

    mode = choice_field(say("발언 순서"), MODES)


class StepForm(TableForm):
    """Which line of the guidance."""

    line = number_field(say("할 일"), 0, 200)


class NoForm(HouseForm):
    """Nothing to fill in: one's own hand."""


class HelpForm(TableForm):
    """A call for help."""

    reason = choice_field(say("무엇을 도와드릴까요?"), [(value, label) for value, label, _, _ in REASONS])
    note = text_field(say("덧붙일 말"), LONGEST, required=False)


class CallForm(HouseForm):
    """A call that is open."""

    call = number_field(say("도움 요청"), 1, BIGGEST_ID)


class ComingForm(CallForm):
    """Who is on the way."""

    name = text_field(say("가는 사람"), 40, required=False)
