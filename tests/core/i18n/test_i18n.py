"""Korean particles, dates, and the language of the reader."""

from datetime import UTC, date, datetime

import pytest

from core.i18n import in_language, say, using_locale
from core.i18n.dates import FIRM_SPACE, format_clock, format_date, format_moment
from core.i18n.particles import attach


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("순자이(가)", "순자가"),
        ("하늘이(가)", "하늘이"),
        ("3번 테이블을(를)", "3번 테이블을"),
        ("서울(으)로", "서울로"),
        ("가온시(으)로", "가온시로"),
        ("대전(으)로", "대전으로"),
        ("7과(와) 2과(와)", "7과 2와"),
        ("‘빈 점포’은(는)", "‘빈 점포’는"),
        ("그냥 (괄호) 글", "그냥 (괄호) 글"),
    ],
)
def test_particles_follow_the_letter_before(written: str, read: str) -> None:
    assert attach(written) == read


def test_a_sentence_takes_its_values_and_particles() -> None:
    assert str(say("%(name)s이(가) 말합니다.", name="영호")) == "영호가 말합니다."


def test_dates_as_each_reader_expects() -> None:
    moment = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
    assert format_moment(moment) == "2026. 11. 22.(일) 14:00"
    assert format_date(date(2027, 1, 4)) == "2027. 1. 4.(월)"
    with using_locale("en"):
        assert format_moment(moment) == "Sun 22 Nov 2026, 14:00".replace(" ", FIRM_SPACE, 3)


@pytest.mark.parametrize(("seconds", "text"), [(820, "13:40"), (0, "0:00"), (-5, "0:00"), (3905, "1:05:05")])
def test_spans(seconds: float, text: str) -> None:
    assert format_clock(seconds) == text


def test_english_falls_back_to_korean() -> None:
    assert in_language("길", "street") == "길"
    with using_locale("en"):
        assert in_language("길", "street") == "street"
        assert in_language("길", "") == "길"


def test_an_unknown_language_means_korean() -> None:
    with using_locale("xx"):
        assert str(say("현답")) == "현답"
