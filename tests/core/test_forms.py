"""Cleaning and refusing input."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from core.errors import Invalid
from core.forms import HouseForm, choice_field, clean_text, flatten, lines_field, number_field, text_field
from core.i18n import say


class Sample(HouseForm):
    """One of each."""

    title = text_field(say("제목"), 10)
    note = lines_field(say("글"), 30, required=False)
    seats = number_field(say("자리"), 1, 20)
    kind = choice_field(say("종류"), [("a", say("가")), ("b", say("나"))])


def _form(**values: str) -> Sample:
    return Sample(MultiDict({"title": "제목", "seats": "8", "kind": "a", **values}))


def test_clean_data_comes_out_typed() -> None:
    form = _form(note=" 한 줄\r\n두  줄 ")
    form.demand()
    assert (form.text_of("title"), form.number_of("seats"), form.text_of("note")) == ("제목", 8, "한 줄\n두 줄")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", ""),
        ("title", " \u200b\x00 "),
        ("title", "가" * 11),
        ("seats", "여덟"),
        ("seats", "0"),
        ("seats", "99999999999999"),
        ("seats", "1e3"),
        ("kind", "c"),
        ("note", "가" * 31),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(name: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        _form(**{name: value}).demand()
    assert list(refused.value.fields) == [name]
    assert str(refused.value.message)


@given(st.text(alphabet=st.characters(), max_size=60))
def test_clean_text_is_stored_without_harm(text: str) -> None:
    clean = clean_text(text)
    clean.encode("utf-8")
    assert "\x00" not in clean
    assert clean == clean_text(clean)


def test_half_hangul_becomes_whole_where_it_can() -> None:
    assert clean_text("가온") == "가온"


@pytest.mark.parametrize("payload", [{"a": {"b": 1}}, {"a": [[1]]}, {"a": "x" * 20_001}, {"a": ["1"] * 300}])
def test_nested_and_oversized_payloads_are_refused(payload: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        flatten(payload)


def test_flags_and_numbers_become_form_data() -> None:
    assert flatten({"a": True, "b": False, "c": 3, "d": None, "e": [1, 2]}).to_dict(flat=False) == {
        "a": ["true"],
        "b": [""],
        "c": ["3"],
        "e": ["1", "2"],
    }
