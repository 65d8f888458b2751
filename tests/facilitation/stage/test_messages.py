"""Messages from the stage: to all tables or one, heard by those who run the table."""

from typing import Any

import pytest

from core.errors import DomainError
from core.permissions import Actor
from facilitation.stage.queries.messages import messages, unheard
from tests.facilitation.hall import Hall
from tests.factories import World


@pytest.fixture
def hall(world: World) -> Hall:
    return Hall(world)


def sent(hall: Hall, **fields: Any) -> int:
    return int(hall.do("message.send", hall.host, text="20:38에 묶음 확인으로 넘어갑니다", **fields).result["message"])


def waiting(hall: Hall, table: int) -> list[int]:
    return [one.id for one in hall.read(lambda session: unheard(session, hall.forum, table))]


def test_a_message_to_all_reaches_every_table(hall: Hall) -> None:
    message = sent(hall)
    assert [waiting(hall, table) for table in (1, 2, 3)] == [[message]] * 3
    streams = [item.stream for item in hall.recorded]
    assert streams == ["staff", "table:1", "table:2", "table:3"]


def test_a_message_to_one_table_reaches_that_one(hall: Hall) -> None:
    message = sent(hall, table=2)
    assert [waiting(hall, table) for table in (1, 2, 3)] == [[], [message], []]


def test_the_stage_sees_who_has_not_heard_it(hall: Hall) -> None:
    message = sent(hall)
    hall.do("message.acknowledge", message=message, table=1)
    hall.do("message.acknowledge", hall.other, message=message, table=2)
    view = hall.read(lambda session: messages(session, hall.forum))[0]
    assert (view.heard, view.tables, view.missing) == (2, 3, (3,))
    assert waiting(hall, 1) == []


def test_confirming_twice_is_one_confirmation(hall: Hall) -> None:
    message = sent(hall)
    hall.recorded.clear()
    for _ in range(2):
        hall.do("message.acknowledge", message=message, table=1)
    assert [item.event.kind for item in hall.recorded] == ["message.acknowledged"]


@pytest.mark.parametrize("who", ["other", "coordinator"])
def test_only_who_runs_the_table_confirms_for_it(hall: Hall, who: str) -> None:
    message = sent(hall)
    actor: Actor = getattr(hall, who)
    with pytest.raises(DomainError) as caught:
        hall.do("message.acknowledge", actor, message=message, table=1)
    assert caught.value.code == "forbidden"


def test_a_message_for_another_table_is_not_there(hall: Hall) -> None:
    message = sent(hall, table=2)
    with pytest.raises(DomainError) as caught:
        hall.do("message.acknowledge", message=message, table=1)
    assert caught.value.code == "no_message"


@pytest.mark.parametrize(
    ("text", "table", "code"),
    [("", "", "invalid"), ("가" * 201, "", "invalid"), ("네", "4", "no_table"), ("네", "0", "invalid")],
)
def test_what_cannot_be_sent_is_refused(hall: Hall, text: str, table: str, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        hall.do("message.send", hall.host, text=text, table=table)
    assert caught.value.code == code


def test_the_same_key_sends_once(hall: Hall) -> None:
    for _ in range(2):
        hall.do("message.send", hall.host, text="한 번만", key="k" * 12)
    assert len(hall.read(lambda session: messages(session, hall.forum))) == 1
