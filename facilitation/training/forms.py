"""Forms of certificates and of assigning people to tables."""

from datetime import date
from typing import Any

from wtforms import StringField
from wtforms.validators import ValidationError

from core.forms import HouseForm, number_field, text_field
from core.i18n import say
from facilitation.training.operations import CertificateDraft


def _day(field: StringField) -> date:
    try:
        day = date.fromisoformat(field.data or "")
    except ValueError:
        raise ValidationError(say("날짜를 2026-12-10처럼 적어 주세요.")) from None  # type: ignore[arg-type]
    if not 1990 <= day.year <= 2100:
        raise ValidationError(say("1990년부터 2100년 사이의 날짜를 적어 주세요."))  # type: ignore[arg-type]
    return day


class CertificateForm(HouseForm):
    """A certificate: its number, who issued it, from and to."""

    number = text_field(say("수료증 번호"), 30)
    issued_by = text_field(say("발급한 곳"), 80)
    valid_from = text_field(say("시작하는 날"), 10)
    valid_to = text_field(say("끝나는 날"), 10)

    def validate_valid_from(self, field: StringField) -> None:
        _day(field)

    def validate_valid_to(self, field: StringField) -> None:
        _day(field)

    def draft(self) -> CertificateDraft:
        """The certificate of a validated form."""
        days: dict[str, Any] = {name: _day(self[name]) for name in ("valid_from", "valid_to")}  # type: ignore[arg-type]
        return CertificateDraft(number=self.text_of("number"), issued_by=self.text_of("issued_by"), **days)


class AssignForm(HouseForm):
    """Who goes to which table."""

    table = number_field(say("테이블"), 1, 200)
    person = number_field(say("퍼실리테이터"), 1, 999_999_999)
