"""The shape of input, for HTTP and socket alike: cleaned text, own validators, sentences in the reader's language."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Form,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import StopValidation, ValidationError

from core.errors import Invalid
from core.i18n import Message, say

MOST_FIELDS = 200
LONGEST_VALUE = 20_000
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")


def clean_text(text: str, *, lines: bool = False) -> str:
    """`text` in NFC, without invisible controls and broken surrogates; line ends kept only where `lines`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.encode("utf-8", "ignore").decode("utf-8", "ignore")
    text = _CONTROLS.sub("", unicodedata.normalize("NFC", text))
    if lines:
        return "\n".join(re.sub(r"[^\S\n]+", " ", line).strip() for line in text.split("\n")).strip()
    return re.sub(r"\s+", " ", text).strip()


class Required:
    """Something has to be there."""

    field_flags: Mapping[str, Any] = {"required": True}

    def __init__(self, message: Message | None = None) -> None:
        self.message = message or say("이 칸을 채워 주세요.")

    def __call__(self, form: Any, field: Any) -> None:
        if field.data is None or field.data is False or field.data == "" or field.data == []:
            if field.errors:
                raise StopValidation()
            raise StopValidation(self.message)  # type: ignore[arg-type]


class Longest:
    """At most `most` characters; says how many there are now."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.field_flags: Mapping[str, Any] = {"maxlength": most}

    def __call__(self, form: Any, field: Any) -> None:
        length = len(field.data or "")
        if length > self.most:
            message = say("%(most)s자까지 쓸 수 있습니다. 지금 %(length)s자입니다.", most=self.most, length=length)
            raise ValidationError(message)  # type: ignore[arg-type]


class Between:
    """A number from `least` to `most`."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most
        self.field_flags: Mapping[str, Any] = {"min": least, "max": most}

    def __call__(self, form: Any, field: Any) -> None:
        if field.data is not None and not self.least <= field.data <= self.most:
            message = say("%(least)s부터 %(most)s 사이의 수를 적어 주세요.", least=self.least, most=self.most)
            raise ValidationError(message)  # type: ignore[arg-type]


class WholeNumberField(IntegerField):
    """A whole number of at most nine digits; anything else is said in words and kept as typed."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        if not valuelist or str(valuelist[0]).strip() == "":
            return
        text = str(valuelist[0]).strip()
        if not re.fullmatch(r"-?[0-9]{1,9}", text):
            raise ValueError(say("숫자만 적어 주세요."))
        self.data = int(text)


def choices_of(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Value and label pairs as a field's choices; give these where choices are known only at run time."""
    return [SelectChoice(value, label) for value, label in pairs]


def _values(choices: Any) -> Iterable[str]:
    return (choice.value for choice in choices or ())


class ChoiceField(SelectField):
    """One of the given choices; labels may be messages."""

    def pre_validate(self, form: Any) -> None:
        if self.data not in set(_values(self.choices)):
            raise ValidationError(say("목록에 있는 것 가운데 골라 주세요."))  # type: ignore[arg-type]


class ChoicesField(SelectMultipleField):
    """Any of the given choices."""

    def pre_validate(self, form: Any) -> None:
        known = set(_values(self.choices))
        if any(value not in known for value in self.data or []):
            raise ValidationError(say("목록에 있는 것 가운데 골라 주세요."))  # type: ignore[arg-type]


def text_field(label: Message, most: int, *, required: bool = True, hint: Message | None = None) -> StringField:
    """One line of text."""
    checks = [Required(), Longest(most)] if required else [Longest(most)]
    return StringField(label, checks, filters=[lambda value: clean_text(value or "")], description=hint or "")  # type: ignore[arg-type]


def lines_field(label: Message, most: int, *, required: bool = True, hint: Message | None = None) -> TextAreaField:
    """Several lines of text."""
    checks = [Required(), Longest(most)] if required else [Longest(most)]
    clean = [lambda value: clean_text(value or "", lines=True)]
    return TextAreaField(label, checks, filters=clean, description=hint or "")  # type: ignore[arg-type]


def number_field(label: Message, least: int, most: int, *, required: bool = True) -> WholeNumberField:
    """A whole number between two bounds."""
    checks = [Required(), Between(least, most)] if required else [Between(least, most)]
    return WholeNumberField(label, checks)  # type: ignore[arg-type]


def choice_field(label: Message, choices: Sequence[tuple[str, Any]]) -> ChoiceField:
    """One of several."""
    return ChoiceField(label, choices=choices_of(choices))  # type: ignore[arg-type]


def choices_field(label: Message, choices: Sequence[tuple[str, Any]]) -> ChoicesField:
    """Any of several."""
    return ChoicesField(label, choices=choices_of(choices))  # type: ignore[arg-type]


def flag_field(label: Message, *, required: Message | None = None) -> BooleanField:
    """Yes or no; where `required`, yes is asked for in those words."""
    falsy = (False, "false", "", "0", "off", "no")
    return BooleanField(label, [Required(required)] if required else [], false_values=falsy)  # type: ignore[arg-type]


class HouseForm(Form):
    """A form whose outcome is either clean data or `Invalid` with a sentence for each field."""

    def demand(self) -> "HouseForm":
        """Itself, validated. Raises `Invalid` with the sentences by field."""
        if self.validate():
            return self
        fields: dict[str, list[Message]] = {name: list(errors) for name, errors in self.errors.items() if name}  # type: ignore[arg-type]
        first = next((errors[0] for errors in fields.values() if errors), say("적으신 것을 다시 봐 주세요."))
        raise Invalid("invalid", first if len(fields) == 1 else say("표시한 곳을 다시 봐 주세요."), fields)

    def text_of(self, name: str) -> str:
        """The clean text of a validated field; empty where nothing was written."""
        data = self[name].data
        return data if isinstance(data, str) else ""

    def number_of(self, name: str) -> int:
        """The number of a validated, required field."""
        return int(self[name].data)

    def number_or_none(self, name: str) -> int | None:
        """The number of a validated field, or None where nothing was written."""
        data = self[name].data
        return None if data is None else int(data)

    def is_ticked(self, name: str) -> bool:
        """Whether a yes-or-no field was ticked."""
        return bool(self[name].data)

    def chosen_of(self, name: str) -> list[str]:
        """The values ticked in a field of several choices."""
        return list(self[name].data or [])


def flatten(payload: Mapping[str, Any]) -> MultiDict[str, str]:
    """A live command's payload as form data. Raises `Invalid` for nested or oversized values."""
    flat: MultiDict[str, str] = MultiDict()
    left = MOST_FIELDS
    for name, value in payload.items():
        values: Iterable[Any] = value if isinstance(value, list) else [value]
        for one in values:
            if one is None:
                continue
            if isinstance(one, bool):
                one = "true" if one else ""
            if isinstance(one, (dict, list)) or left <= 0 or len(str(one)) > LONGEST_VALUE:
                raise Invalid("shape", say("보내신 내용의 모양이 맞지 않습니다."))
            left -= 1
            flat.add(str(name), str(one))
    return flat
