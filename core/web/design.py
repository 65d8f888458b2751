"""The form that the page of all components shows: each kind of field once, some of them in error."""

from werkzeug.datastructures import MultiDict
from wtforms import RadioField

from core.forms import HouseForm, choice_field, choices_of, flag_field, lines_field, number_field, text_field
from core.i18n import say


class SampleForm(HouseForm):
    """One field of each kind."""

    nickname = text_field(say("부를 이름"), 20, required=False, hint=say("본명이 아니어도 됩니다"))
    code = text_field(say("참가 코드 여섯 글자"), 6)
    minutes = number_field(say("시간"), 1, 240)
    proposal = lines_field(say("제안 내용"), 200)
    department = choice_field(say("담당"), [("traffic", say("교통정책과")), ("safety", say("도시안전과"))])
    consent = flag_field(
        say("제 의견을 이름 없이 공개하는 데 동의"), required=say("이 동의가 있어야 제안을 함께 볼 수 있습니다.")
    )
    method = RadioField(
        say("말하는 방식"),  # type: ignore[arg-type]
        choices=choices_of([("turns", say("돌아가며")), ("hands", say("손든 순서"))]),
        default="turns",
    )


def sample_form() -> SampleForm:
    """The form as it looks after a refusal: what was typed is there, and so are the reasons."""
    typed = {"nickname": "순자", "code": "KHP TR0", "minutes": "28", "department": "traffic", "method": "turns"}
    form = SampleForm(
        MultiDict({**typed, "proposal": "시장 앞 횡단보도 초록불이 짧아요. 어르신 걸음에 맞게 5초만 늘려 주세요."})
    )
    form.validate()
    return form
