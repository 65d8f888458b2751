"""Taking a seat: places, codes, cards, consents, many at once; the browser keeps what it has."""

import threading
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core import clock
from core.errors import Conflict, Invalid, TooLate
from core.i18n import using_locale
from core.permissions import Role
from core.web.identity import seat_cookie
from participation.forums.codes import ALPHABET, new_code, read_code
from participation.forums.models import Forum, ForumState
from participation.seats import operations
from participation.seats.codes import grouped, new_receipt_code, read_receipt_code
from participation.seats.models import Placement, Seat, SeatCard
from tests.factories import World

AGREED = operations.Consents(process=True, opinions=True)
BOTH = {"consent_process": "y", "consent_opinions": "y"}


def sit(world: World, forum_id: int, **more: object) -> operations.Taken:
    values = {"name": "순자", "consents": AGREED, "secret": "s" * 40, **more}
    return world.write(lambda session: operations.take_seat(session, forum_id, **values))  # type: ignore[arg-type]


def code_of(world: World, forum_id: int) -> str:
    return world.read(lambda session: session.get_one(Forum, forum_id).code)


def cards_of(world: World, forum_id: int) -> list[tuple[int, int, str, str]]:
    host = world.actor(forum_id, person_id=world.person(Role.HOST))
    cards = world.write(lambda session: operations.print_cards(session, host, forum_id))
    return [(card.table_number, card.place, card.code, card.token) for card in cards]


def test_codes_have_no_look_alikes_and_forgive_how_they_are_typed() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 23
    assert not set("IOS0123456789") & set(ALPHABET)
    code = new_code()
    assert read_code(f" {code[:3].lower()} - {code[3:]} ") == code
    assert read_code("KHP TR") is None
    assert read_code("KHP TR0") is None
    receipt = new_receipt_code()
    assert read_receipt_code(grouped(receipt).lower()) == receipt
    assert read_receipt_code("ACDE") is None


def test_a_seat_is_offered_at_the_emptiest_table_and_then_the_next_place(world: World) -> None:
    forum = world.forum(tables=2, seats=3)
    assert [(taken.table, taken.place) for taken in (sit(world, forum) for _ in range(3))] == [(1, 1), (2, 1), (1, 2)]
    assert sit(world, forum, table=2).place == 2


def test_a_full_table_names_a_near_one_and_a_full_hall_says_so(world: World) -> None:
    forum = world.forum(tables=3, seats=2)
    for table in (3, 3):
        sit(world, forum, table=table)
    with pytest.raises(Conflict) as refused:
        sit(world, forum, table=3)
    assert str(refused.value.message) == "3번 테이블은 자리가 찼습니다. 가까운 2번 테이블에 두 자리가 있습니다."
    for _ in range(4):
        sit(world, forum)
    with pytest.raises(Conflict) as full:
        sit(world, forum)
    assert full.value.code == "full"
    with pytest.raises(Invalid):
        sit(world, forum, table=9)


def test_who_did_not_insist_on_a_full_table_sits_elsewhere(world: World) -> None:
    forum = world.forum(tables=3, seats=2)
    for _ in range(2):
        sit(world, forum, table=3)
    code = world.read(lambda session: session.get_one(Forum, forum).code)
    consents = {"consent_process": "y", "consent_opinions": "y"}
    insisting = world.browser().post(f"/j/{code}", data={"table": 3, "offered": 2, "key": "k" * 20, **consents})
    assert insisting.status_code == 409
    assert "3번 테이블은 자리가 찼습니다" in insisting.text
    browser = world.browser()
    assert browser.post(f"/j/{code}", data={"table": 3, "offered": 3, "key": "l" * 20, **consents}).status_code == 303
    assert "1번 테이블" in browser.get(f"/forums/{world.slug(forum)}/seat").text


def test_the_door_opens_on_the_day_and_shuts_at_the_close(world: World) -> None:
    coming = world.forum(state=ForumState.ANNOUNCED)
    assert sit(world, coming).place == 1
    clock.advance(timedelta(days=-1))
    with pytest.raises(Conflict):
        sit(world, coming)
    with pytest.raises(TooLate):
        sit(world, world.forum(state=ForumState.CLOSED))
    with pytest.raises(Conflict):
        sit(world, world.forum(state=ForumState.DRAFT))


def test_fifty_people_at_once_get_fifty_places(world: World) -> None:
    forum = world.forum(tables=7, seats=8)
    taken: list[operations.Taken] = []
    threads = [threading.Thread(target=lambda: taken.append(sit(world, forum))) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({(one.table, one.place) for one in taken}) == 50
    assert len({one.seat_id for one in taken}) == 50


def test_fifty_people_for_the_last_eight_places_of_a_table_get_eight(world: World) -> None:
    forum = world.forum(tables=1, seats=8)
    refused: list[Conflict] = []

    def try_to_sit() -> None:
        try:
            sit(world, forum, table=1)
        except Conflict as error:
            refused.append(error)

    threads = [threading.Thread(target=try_to_sit) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 42
    places = world.read(lambda session: sorted(session.scalars(select(Placement.place))))
    assert places == list(range(1, 9))


def test_the_same_browser_gets_the_same_seat_again(world: World) -> None:
    forum = world.forum()
    token = operations.device_token("s" * 40, "k" * 22)
    first, again = sit(world, forum, token=token), sit(world, forum, token=token, name="다른 이름")
    assert first == again
    assert operations.device_token("s" * 40, "short") != operations.device_token("s" * 40, "short")


def test_a_card_gives_its_own_place_and_its_code_opens_the_seat_again(world: World) -> None:
    forum = world.forum(tables=2, seats=2)
    table, place, code, _ = cards_of(world, forum)[3]
    taken = sit(world, forum, card_code=code)
    assert (taken.table, taken.place) == (table, place) == (2, 2)
    assert world.read(lambda session: session.get_one(Seat, taken.seat_id).code) == code
    with pytest.raises(Conflict):
        sit(world, forum, card_code=code)
    assert cards_of(world, forum)[3][2] == code


def test_a_card_whose_place_was_taken_gives_another_at_its_table(world: World) -> None:
    forum = world.forum(tables=2, seats=2)
    code = cards_of(world, forum)[0][2]
    sit(world, forum, table=1)
    taken = sit(world, forum, card_code=code)
    assert (taken.table, taken.place) == (1, 2)
    assert world.read(lambda session: session.scalars(select(SeatCard.seat_id)).all()) == [None] * 4


def test_looking_at_the_door_consumes_nothing(world: World, client: FlaskClient) -> None:
    forum = world.forum(tables=2, seats=2)
    code = code_of(world, forum)
    token = world.read(lambda session: session.get_one(Forum, forum).join_token)
    card = cards_of(world, forum)[0]
    for path in ("/j", f"/j/{code}", f"/j/{code.lower()}", f"/j/{token}", f"/j/{card[2]}", f"/j/{card[3]}"):
        page = client.get(path)
        assert page.status_code == 200, path
        assert "Set-Cookie" not in page.headers or seat_cookie(forum) not in page.headers["Set-Cookie"]
    assert client.get(f"/j/{code}?table=2").status_code == 200
    assert client.get(f"/j/{code}?table=999999999999").status_code == 200
    assert world.read(lambda session: session.scalar(select(func.count()).select_from(Seat))) == 0


def test_three_taps_from_the_loaded_page_to_a_seat(world: World, client: FlaskClient) -> None:
    forum = world.forum()
    code = code_of(world, forum)
    answer = client.post(f"/j/{code}", data={**BOTH, "name": "순자", "key": "k" * 22})
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).get_data(as_text=True)
    seat = world.read(lambda session: session.scalars(select(Seat)).one())
    assert "1번 테이블, 1번 자리" in page
    assert "순자 님, 반갑습니다." in page
    assert f"{seat.code[:3]} {seat.code[3:]}" in page
    assert grouped(seat.receipt_code) in page
    assert f"/receipt/{operations.receipt_token('k' * 40, seat.id)}" in page
    assert operations.hashed(operations.receipt_token("k" * 40, seat.id)) == seat.receipt_hash
    assert client.post(f"/j/{code}", data=BOTH).status_code == 303
    assert world.read(lambda session: session.scalar(select(func.count()).select_from(Seat))) == 1


def test_sending_the_form_twice_gives_one_seat(world: World, app) -> None:  # type: ignore[no-untyped-def]
    forum = world.forum()
    for _ in range(2):
        answer = app.test_client().post(f"/j/{code_of(world, forum)}", data={**BOTH, "key": "k" * 22})
        assert answer.status_code == 303
    assert world.read(lambda session: session.scalar(select(func.count()).select_from(Seat))) == 1


@pytest.mark.parametrize(
    ("ticked", "said"),
    [
        ({"consent_process": "y"}, "아래 동의 한 가지가 남았습니다."),
        ({}, "아래 동의 두 가지가 남았습니다."),
    ],
)
def test_a_missing_consent_is_said_and_the_name_stays(
    world: World, client: FlaskClient, ticked: dict[str, str], said: str
) -> None:
    forum = world.forum()
    page = client.post(f"/j/{code_of(world, forum)}", data={**ticked, "name": "하늘", "table": "2"})
    text = page.get_data(as_text=True)
    assert page.status_code == 422
    assert said in text
    assert 'value="하늘"' in text
    assert "적으신 이름은 그대로 있습니다." in text
    nameless = client.post(f"/j/{code_of(world, forum)}", data={**ticked, "table": "2"}).get_data(as_text=True)
    assert said in nameless
    assert "적으신 이름" not in nameless
    assert "이 동의가 있어야 제안을 함께 볼 수 있습니다." in text
    assert world.read(lambda session: session.scalar(select(func.count()).select_from(Seat))) == 0


def test_a_wrong_code_is_said_in_words_and_a_typed_one_is_found(world: World, client: FlaskClient) -> None:
    forum = world.forum()
    code = code_of(world, forum)
    page = client.post("/j", data={"code": "QQQQQ0"})
    assert page.status_code == 404
    assert "없는 코드입니다. 여섯 글자를 다시 봐 주세요." in page.get_data(as_text=True)
    assert 'value="QQQQQ0"' in page.get_data(as_text=True)
    found = client.post("/j", data={"code": f"{code[:3].lower()} {code[3:]}"})
    assert found.headers["Location"].endswith(f"/j/{code}")
    table, place, card, _ = cards_of(world, forum)[1]
    assert client.post("/j", data={"code": card}).headers["Location"].endswith(f"/j/{card}")
    assert f"{table}번 테이블 {place}번 자리" in client.get(f"/j/{card}").get_data(as_text=True)
    with using_locale("en"):
        assert "There is no such code" in str(operations.NO_CODE)


def test_too_many_wrong_codes_are_stopped_for_the_address(world: World, client: FlaskClient) -> None:
    code = code_of(world, world.forum())
    answers = [client.get("/j/QQQQQQ").status_code for _ in range(61)]
    assert answers.count(404) == 60
    assert answers[-1] == 429
    assert client.get(f"/j/{code}").status_code == 429


def test_a_draft_is_not_there_and_a_closed_forum_leads_to_its_page(world: World, client: FlaskClient) -> None:
    assert client.get(f"/j/{code_of(world, world.forum(state=ForumState.DRAFT))}").status_code == 404
    closed = world.forum(state=ForumState.CLOSED)
    assert client.get(f"/j/{code_of(world, closed)}").headers["Location"].endswith(world.slug(closed))


def test_those_under_fourteen_and_the_full_texts_have_pages(world: World, client: FlaskClient) -> None:
    code = code_of(world, world.forum())
    assert "보호자의 동의가 필요합니다" in client.get(f"/j/{code}/under-14").get_data(as_text=True)
    assert "정치적 생각" in client.get(f"/j/{code}/consent/opinions").get_data(as_text=True)
    assert client.get(f"/j/{code}/consent/process").status_code == 200
    assert client.get(f"/j/{code}/consent/other").status_code == 404


@pytest.mark.parametrize("bad", ["", "x" * 5000, "<script>", "=1+1", "\x00\x07", "가", "‮코드", "1' OR 1=1"])
def test_bad_input_at_the_door_is_refused_in_words(world: World, client: FlaskClient, bad: str) -> None:
    forum = world.forum()
    assert client.post("/j", data={"code": bad}).status_code in (404, 422)
    data = {**BOTH, "name": bad, "table": bad, "key": bad}
    assert client.post(f"/j/{code_of(world, forum)}", data=data).status_code in (303, 422)
    assert client.post(f"/forums/{world.slug(forum)}/resume", data={"code": bad}).status_code in (404, 422)
