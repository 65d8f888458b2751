"""What is wrong is said where it is, as long as it is: at the theme desk's tools and in the phone's sheet."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.demo import LIVE, Visit, enter_as, look_around
from tests.browser.hall import PHONE, Hall, Server

DESK = {"width": 1440, "height": 900}


@pytest.fixture
def demo(browser: Browser, demo_server: Server) -> Iterator[tuple[Hall, Visit]]:
    hall = Hall(browser, demo_server.address)
    yield hall, look_around(hall)
    faults = hall.faults()
    hall.leave()
    assert faults == []


def test_the_desks_tools_open_within_their_column_and_say_there_what_is_missing(demo: tuple[Hall, Visit]) -> None:
    analyst = enter_as(*_as("analyst", demo), DESK)
    page = analyst.go(LIVE + "/themes")
    analyst.live()
    page.locator(".theme-card").first.click()
    column = page.locator(".desk-open").bounding_box()
    assert column is not None
    for tool in ("merge", "split", "move"):
        page.locator(f"[data-focus=tool-{tool}]").click()
        box = page.locator(f"details[data-keep={tool}] .tool-body").bounding_box()
        assert box is not None
        assert column["x"] <= box["x"]
        assert box["x"] + box["width"] <= column["x"] + column["width"]
        if tool != "move":
            page.locator(f"[data-focus=tool-{tool}]").click()
    before = page.locator("[data-focus=tool-merge]").bounding_box()
    page.locator("details[data-keep=move] button").click()
    expect(page.locator("details[data-keep=move] [role=alert]")).to_have_text("제안을 한 건 이상 골라 주세요.")
    assert page.locator("[data-focus=tool-merge]").bounding_box() == before


def test_a_refusal_on_the_phone_goes_once_it_is_mended_or_something_was_sent(demo: tuple[Hall, Visit]) -> None:
    seat = enter_as(*_as("seat", demo), PHONE)
    page = seat.go(LIVE)
    seat.live()
    page.locator("[data-focus=write]").click()
    field, send = page.locator("#write-text"), page.locator("#write form button.btn-main")
    said = page.locator("#write [data-live-error]")
    field.fill("가게 앞 전화 010-1234-5678 로 주세요")
    send.click()
    expect(said).to_contain_text("전화번호처럼 보이는 글자")
    expect(page.locator("#connection-banner")).to_be_visible()
    field.fill("")
    expect(said).to_have_count(0)
    send.click()
    expect(said).to_contain_text("적으신 글이 없습니다.")
    field.fill("가게 앞에 의자를 놓아 주세요")
    send.click()
    expect(page.locator("#proposals")).to_contain_text("가게 앞에 의자를 놓아 주세요")
    expect(page.locator("#connection-banner")).to_be_hidden(timeout=1000)


def _as(who: str, demo: tuple[Hall, Visit]) -> tuple[Hall, str, Visit]:
    hall, visit = demo
    return hall, who, visit
