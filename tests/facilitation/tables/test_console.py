"""The console as a page: who may open it, what stands on it, that it works without script, and what it costs."""

import re

import pytest
from sqlalchemy import event

from core.errors import Invalid
from core.live.presence import PRESENCE, Present
from facilitation.tables.fragments import CONSOLE
from facilitation.tables.fragments.console import due_line
from participation.forums.models import ForumState
from tests.facilitation.hall import Hall
from tests.factories import World


def _path(hall: Hall, rest: str = "") -> str:
    return f"/forums/{hall.world.slug(hall.forum)}/tables/1{rest}"


@pytest.mark.parametrize(
    ("who", "status"), [("facilitator", 200), ("host", 200), ("coordinator", 200), ("other", 403), ("nobody", 303)]
)
def test_the_console_opens_for_its_facilitator_host_and_coordinators(world: World, who: str, status: int) -> None:
    hall = Hall(world)
    person = None if who == "nobody" else getattr(hall, who).person_id
    answer = world.browser(person).get(_path(hall), headers={"Accept": "text/html"})
    assert answer.status_code == status
    if who == "coordinator":
        assert "보기만 하는 화면입니다." in answer.text


@pytest.mark.parametrize("rest", ["", "/help", "/seats", "/top"])
def test_a_resident_does_not_see_the_console(world: World, rest: str) -> None:
    hall = Hall(world)
    answer = world.phone(hall.forum, hall.tokens[0]).get(_path(hall, rest))
    assert answer.status_code in (303, 403)


def test_a_table_that_is_not_there_is_not_found(world: World) -> None:
    hall = Hall(world)
    path = f"/forums/{world.slug(hall.forum)}/tables/77"
    assert world.browser(hall.host.person_id).get(path).status_code == 404


def test_the_console_shows_seats_the_line_to_read_and_proposals(world: World) -> None:
    hall = Hall(world)
    hall.propose("토요일 하루만이라도 차를 막아 주세요.", 2)
    hall.do("turn.start", table=1, seat=hall.seats[3])
    page = world.browser(hall.facilitator_id).get(_path(hall)).text
    for words in (
        "재현 님",
        "4 · 미경 님",
        "마치고 재현 님",
        "“한 분씩 말씀해 주세요.”",
        "2 은숙",
        "토요일 하루만이라도",
    ):
        assert words in page


@pytest.mark.parametrize("state", list(ForumState))
@pytest.mark.parametrize("locale", ["ko", "en"])
def test_the_console_opens_at_every_moment_in_both_languages(world: World, state: ForumState, locale: str) -> None:
    hall = Hall(world, state=state)
    one = hall.propose()
    browser = world.browser(hall.facilitator_id)
    browser.set_cookie("locale", locale)
    for rest in (
        "",
        "/help",
        "/seats",
        "/top",
        *(f"/proposals/{one}/{part}" for part in ("more", "reword", "merge", "hide")),
    ):
        answer = browser.get(_path(hall, rest))
        assert answer.status_code == 200, rest
        said = re.sub(
            r"<(ul hidden|p class=\"voice-text|blockquote|textarea).*?</(ul|p|blockquote|textarea)>", "", answer.text
        )
        if locale == "en":
            assert "도움" not in said
            assert "마치" not in said


def test_a_sheet_of_another_tables_proposal_is_not_found(world: World) -> None:
    hall = Hall(world)
    elsewhere = hall.propose(table=2, place=None)
    browser = world.browser(hall.facilitator_id)
    assert browser.get(_path(hall, f"/proposals/{elsewhere}/more")).status_code == 404
    assert browser.get(_path(hall, f"/proposals/{elsewhere}/delete")).status_code == 404


def test_everything_works_without_script(world: World) -> None:
    hall = Hall(world)
    browser, slug = world.browser(hall.facilitator_id), world.slug(hall.forum)
    page = browser.get(_path(hall)).text

    def send(name: str, **fields: object) -> None:
        assert f"/forums/{slug}/do/{name}" in page
        answer = browser.post(
            f"/forums/{slug}/do/{name}", data={"return_to": _path(hall), "table": 1, "at": ""} | fields
        )
        assert (answer.status_code, answer.headers["Location"]) == (303, _path(hall))

    send("turn.start", seat=hall.seats[1])
    send("proposal.capture", text="의자를 놓아 주세요", seat="", wording="verbatim", segment="")
    send("help.call", reason="fact", note="")
    send("console.undo")
    page = browser.get(_path(hall)).text
    assert "도움을 요청했습니다" in page
    assert "2 · 은숙 님" in page
    send("turn.end")
    send("help.cancel", call=re.findall(r'name="call" value="(\d+)"', page)[0])


def test_what_was_typed_comes_back_when_it_is_refused_without_script(world: World) -> None:
    hall = Hall(world)
    data = {"table": 1, "text": "연락은 010-1234-5678", "wording": "verbatim", "seat": hall.seats[0], "dissent": "y"}
    slug = world.slug(hall.forum)
    answer = world.browser(hall.facilitator_id).post(f"/forums/{slug}/do/proposal.capture", data=data)
    assert answer.status_code == 422
    assert "연락은 010-1234-5678" in answer.text


def test_a_phone_that_left_is_said_to_be_lost_and_one_without_is_said_to_have_none(world: World) -> None:
    hall = Hall(world)
    hall.do("seat.add_walk_in", table=1, name="순이", consent="y")
    for number, seat in enumerate(hall.seats[:3]):
        PRESENCE.arrive(str(number), Present(hall.forum, "phone", f"seat:{seat}", None, seat, 1, 1))
    html = hall.snapshot(CONSOLE, 1)["seats-1"].html
    assert html.count("연결 끊김") == 1
    assert html.count("휴대폰 없음") == 1
    assert hall.snapshot(CONSOLE, 1)["ring-1"].html.count("arc-offline") == 1


def test_the_line_follows_the_time_until_it_is_chosen_by_hand(world: World) -> None:
    hall = Hall(world)
    assert due_line([]) == 0
    assert 'data-line="0"' in hall.snapshot(CONSOLE, 1)["step-1"].html
    assert "hidden" not in re.findall(r"<span data-step-line=\"0\".*?>", hall.snapshot(CONSOLE, 1)["now"].html)[0]
    hall.do("step.move", table=1, line=0)
    segment = re.findall(r'data-segment="(\d+)"', hall.snapshot(CONSOLE, 1)["now"].html)[0]
    assert f'data-segment="{segment}"' in hall.snapshot(CONSOLE, 1)["step-1"].html


def test_a_console_of_fifty_proposals_costs_as_many_queries_as_one_of_five(world: World) -> None:
    hall = Hall(world)
    browser = world.browser(hall.facilitator_id)

    def queries() -> int:
        counted: list[str] = []

        def note(_c, _cur, statement, *_rest):  # type: ignore[no-untyped-def]
            counted.append(statement)

        event.listen(hall.database.read_engine, "before_cursor_execute", note)
        try:
            assert browser.get(_path(hall)).status_code == 200
        finally:
            event.remove(hall.database.read_engine, "before_cursor_execute", note)
        return sum(statement.lstrip().upper().startswith("SELECT") for statement in counted)

    for _ in range(5):
        hall.propose()
    few = queries()
    for _ in range(45):
        hall.propose()
    assert queries() - few <= 45, "one small query for each further proposal at most"
    assert few <= 60


def test_no_reason_is_chosen_for_the_facilitator(world: World) -> None:
    hall = Hall(world)
    browser = world.browser(hall.facilitator_id)
    for rest in (f"/proposals/{hall.propose()}/hide", "/help", ""):
        radios = re.findall(r"<input type=\"radio\"[^>]*name=\"reason\"[^>]*>", browser.get(_path(hall, rest)).text)
        assert len(radios) >= 4, rest
        assert not any("checked" in radio for radio in radios), rest


def test_the_sheet_of_hiding_names_no_fewer_reasons_than_it_offers(world: World) -> None:
    hall = Hall(world)
    page = world.browser(hall.facilitator_id).get(_path(hall, f"/proposals/{hall.propose()}/hide")).text
    assert "아래 까닭이 있을 때만 가립니다." in page
    with pytest.raises(Invalid):
        hall.do("proposal.hide", proposal=hall.propose())


def test_a_reworded_proposal_is_not_said_to_be_as_spoken(world: World) -> None:
    hall = Hall(world)
    said = {"table": 1, "wording": "verbatim", "text": "너무 어둡다고요"}
    one = hall.do("proposal.capture", **said).result["proposal"]
    browser = world.browser(hall.facilitator_id)
    more = _path(hall, f"/proposals/{one}/more")
    assert "말한 그대로" in hall.snapshot(CONSOLE, 1)[f"proposal-{one}"].html
    assert "말한 그대로" in browser.get(more).text
    hall.do("proposal.reword", proposal=one, text="밤길을 밝혀 주세요", consented="")
    card = hall.snapshot(CONSOLE, 1)[f"proposal-{one}"].html
    assert "다듬음 · 허락 전" in card
    assert "말한 그대로" not in card
    assert "말한 그대로" not in browser.get(more).text


@pytest.mark.parametrize("part", ["reword", "merge", "hide"])
def test_what_was_wrong_stands_above_the_button(world: World, part: str) -> None:
    hall = Hall(world)
    one, _ = hall.propose(), hall.propose()
    page = world.browser(hall.facilitator_id).get(_path(hall, f"/proposals/{one}/{part}")).text
    assert re.search(r"<div data-errors></div>\s*<button[^>]*type=\"submit\"", page)


def test_the_consoles_clock_is_the_citys(world: World) -> None:
    hall = Hall(world)
    assert 'data-zone="Asia/Seoul"' in world.browser(hall.facilitator_id).get(_path(hall)).text
