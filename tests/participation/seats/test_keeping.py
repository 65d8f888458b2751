"""A seat once taken: another phone, names, moving, leaving; who may do what."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.errors import Conflict, DomainError, Forbidden, Missing
from core.events.models import Entry
from core.permissions import Role
from participation.forums.models import ForumState
from participation.seats import operations, queries
from participation.seats.models import Placement, Seat, SeatState
from tests.factories import World


def code_of(world: World, seat_id: int) -> str:
    return world.read(lambda session: session.get_one(Seat, seat_id).code)


def kinds(world: World, forum_id: int) -> list[str]:
    wanted = select(Entry.kind).where(Entry.log_id == forum_id).order_by(Entry.number)
    return world.read(lambda session: list(session.scalars(wanted)))


def test_another_phone_takes_the_seat_over_and_the_older_one_speaks_no_more(world: World) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    code = code_of(world, seat)
    taken = world.write(lambda session: operations.take_over(session, forum, code))
    older, newer = world.actor(forum, token=token), world.actor(forum, token=taken.token)
    assert (older.seat_id, older.epoch, newer.seat_id, newer.epoch) == (seat, 1, seat, 2)
    with pytest.raises(Forbidden) as refused:
        world.write(lambda session: operations.rename_seat(session, older, forum, None, "하늘"))
    assert refused.value.code == "taken_over"
    world.write(lambda session: operations.rename_seat(session, newer, forum, None, "하늘"))
    assert kinds(world, forum) == ["seat.taken_over", "seat.renamed"]


def test_the_older_phone_is_told_and_takes_its_seat_back(world: World) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    slug, phone = world.slug(forum), world.phone(forum, token)
    other = world.browser()
    assert other.post(f"/forums/{slug}/resume", data={"code": code_of(world, seat).lower()}).status_code == 303
    assert "우리 테이블 제안" in other.get(f"/forums/{slug}").get_data(as_text=True)
    told = phone.get(f"/forums/{slug}").get_data(as_text=True)
    assert "이 자리를 다른 휴대폰에서 열었습니다" in told
    assert "이 휴대폰에서 계속" in told
    assert phone.get(f"/live/{forum}/since?surface=phone").status_code == 403
    assert phone.post(f"/forums/{slug}/take-back").status_code == 303
    assert "우리 테이블 제안" in phone.get(f"/forums/{slug}").get_data(as_text=True)
    assert "다른 휴대폰에서" in other.get(f"/forums/{slug}").get_data(as_text=True)
    assert world.read(lambda session: session.get_one(Seat, seat).epoch) == 3


def test_a_seat_code_opens_nothing_in_another_forum_or_after_the_close(world: World) -> None:
    forum, other = world.forum(), world.forum()
    code = code_of(world, world.seat(forum)[0])
    with pytest.raises(Missing):
        world.write(lambda session: operations.take_over(session, other, code))
    closed = world.forum(state=ForumState.CLOSED)
    late = code_of(world, world.seat(closed)[0])
    with pytest.raises(Conflict):
        world.write(lambda session: operations.take_over(session, closed, late))


def test_wrong_seat_codes_use_up_the_budget_of_the_forum(world: World, client) -> None:  # type: ignore[no-untyped-def]
    path = f"/forums/{world.slug(world.forum())}/resume"
    answers = [client.post(path, data={"code": "QQQQQQ"}).status_code for _ in range(61)]
    assert answers[:60] == [404] * 60
    assert answers[60] == 429


def test_moving_frees_the_place_and_both_tables_are_told(world: World) -> None:
    forum = world.forum(tables=2, seats=2)
    seat, token = world.seat(forum, table=1, place=1)
    host = world.actor(forum, person_id=world.person(Role.HOST))
    world.write(lambda session: operations.move_seat(session, host, forum, seat, 2))
    assert world.actor(forum, token=token).table == 2
    wanted = select(Entry.stream).where(Entry.kind == "seat.moved").order_by(Entry.number)
    assert world.read(lambda session: list(session.scalars(wanted))) == ["table:1", "table:2"]
    assert world.seat(forum, table=1, place=1)


def test_leaving_frees_the_place_and_keeps_the_seat(world: World) -> None:
    forum = world.forum()
    seat, token = world.seat(forum)
    actor = world.actor(forum, token=token)
    world.write(lambda session: operations.leave_seat(session, actor, forum))
    assert world.read(lambda session: session.get_one(Seat, seat).state) == SeatState.LEFT
    assert world.read(lambda session: list(session.scalars(select(Placement.id)))) == []
    assert world.actor(forum, token=token).seat_id is None
    assert world.read(lambda session: queries.count_seated(session, forum)) == 0


def test_a_walk_in_has_a_seat_without_a_phone(world: World) -> None:
    forum = world.forum()
    desk = world.actor(forum, person_id=world.person(Role.COORDINATOR))
    seat = world.write(
        lambda session: operations.add_walk_in(session, desk, forum, name="말순", table=2, secret="s" * 40)
    )
    view = world.read(lambda session: queries.seat_by_id(session, forum, seat.id))
    assert view is not None
    assert (view.table, view.place, view.called, view.has_phone) == (2, 1, "말순", False)
    assert seat.consented_opinions_at is not None


ACTS: dict[str, Callable[..., object]] = {
    "walk-in": lambda s, a, f, seat: operations.add_walk_in(s, a, f, name="", table=1, secret="s" * 40),
    "rename": lambda s, a, f, seat: operations.rename_seat(s, a, f, seat, "하늘"),
    "move": lambda s, a, f, seat: operations.move_seat(s, a, f, seat, 2),
    "leave": lambda s, a, f, seat: operations.leave_seat(s, a, f, seat),
    "cards": lambda s, a, f, seat: operations.print_cards(s, a, f),
}
MAY: dict[str, set[str]] = {
    "host": {"walk-in", "rename", "move", "leave", "cards"},
    "coordinator": {"walk-in", "rename", "move", "leave", "cards"},
    "staff": {"walk-in", "rename", "move", "leave", "cards"},
    "own table": {"walk-in", "rename", "move", "leave", "cards"},
    "elsewhere": set(),
    "analyst": set(),
    "resident": set(),
    "nobody": set(),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", MAY)
def test_who_may_handle_a_seat(world: World, who: str, act: str) -> None:
    forum = world.forum()
    seat, _ = world.seat(forum)
    roles = {"host": Role.HOST, "coordinator": Role.COORDINATOR, "staff": Role.STAFF, "analyst": Role.ANALYST}
    person = world.person(roles[who], scope=forum) if who in roles else None
    if who == "own table":
        person = world.facilitator(forum, 1)
    if who == "elsewhere":
        person = world.facilitator(world.forum(), 1)
    token = world.seat(forum, place=2)[1] if who == "resident" else None
    actor = world.actor(forum, person_id=person, token=token)
    if act in MAY[who]:
        world.write(lambda session: ACTS[act](session, actor, forum, seat))
    else:
        with pytest.raises(DomainError) as refused:
            world.write(lambda session: ACTS[act](session, actor, forum, seat))
        assert refused.value.status == 403


def test_the_door_has_its_desk_and_its_cards(world: World) -> None:
    forum = world.forum(tables=2, seats=2)
    slug, desk = world.slug(forum), world.browser(world.person(Role.COORDINATOR))
    world.seat(forum, table=2, name="영호")
    page = desk.get(f"/forums/{slug}/check-in").get_data(as_text=True)
    assert "영호" in page
    assert "4자리 중 1명" in page
    assert desk.post(f"/forums/{slug}/cards").status_code == 303
    cards = desk.get(f"/forums/{slug}/cards").get_data(as_text=True)
    assert cards.count('class="seat-card"') == 4
    assert cards.count("<svg") >= 4
    data = {"name": "말순", "table": "1", "consent": "y", "return_to": f"/forums/{slug}/check-in"}
    assert desk.post(f"/forums/{slug}/do/seat.add_walk_in", data=data).status_code == 303
    assert "휴대폰 없음" in desk.get(f"/forums/{slug}/check-in").get_data(as_text=True)
    refused = desk.post(f"/forums/{slug}/do/seat.add_walk_in", data={"name": "말순"})
    assert refused.status_code == 422
    assert world.browser().get(f"/forums/{slug}/check-in", headers={"Accept": "application/json"}).status_code == 403


def test_anyone_may_look_on_without_a_seat_and_press_nothing(world: World, client) -> None:  # type: ignore[no-untyped-def]
    slug = world.slug(world.forum())
    page = client.get(f"/forums/{slug}/observe").get_data(as_text=True)
    assert "참관하고 계십니다" in page
    assert "/do/" not in page
    assert client.get(f"/forums/{world.slug(world.forum(state=ForumState.DRAFT))}/observe").status_code == 404
