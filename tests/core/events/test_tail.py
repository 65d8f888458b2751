"""The tail of the logs: what any server wrote is told in order, each once, whatever order the words come in."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.events import tail as tails
from core.events.log import Recorded
from core.events.tail import AT_ONCE, Tail
from participation.forums.events import ForumClosed

AT = datetime(2026, 11, 26, 10, tzinfo=UTC)


def entry(log_id: int, number: int) -> Recorded:
    return Recorded(log_id, number, "forum", number, AT, "system", ForumClosed(forum=log_id))


class Store:
    """The logs that all servers write to, and one server's tail of them."""

    def __init__(self) -> None:
        self.logs: dict[int, list[Recorded]] = {}
        self.told: list[Recorded] = []
        self.announced: list[tuple[int, int]] = []
        self.fails = False
        self.tail = Tail(self.read, self.heads, self.told.extend, lambda *word: self.announced.append(word))

    def read(self, log_id: int, number: int, limit: int) -> list[Recorded]:
        if self.fails:
            raise ConnectionError("away")
        return self.logs.get(log_id, [])[number : number + limit]

    def heads(self, logs: Sequence[int] | None) -> dict[int, int]:
        if self.fails:
            raise ConnectionError("away")
        return {log_id: len(items) for log_id, items in self.logs.items() if logs is None or log_id in logs}

    def commit(self, log_id: int = 1, many: int = 1) -> list[Recorded]:
        """Somebody writes; nobody is told yet."""
        log = self.logs.setdefault(log_id, [])
        new = [entry(log_id, len(log) + number) for number in range(1, many + 1)]
        log += new
        return new

    def numbers(self, log_id: int = 1) -> list[int]:
        return [item.number for item in self.told if item.log_id == log_id]


@pytest.fixture
def store() -> Store:
    return Store()


def test_what_was_written_here_is_told_at_once_and_announced(store: Store) -> None:
    store.tail.follow(1)
    store.tail.wrote(store.commit(many=2))
    store.tail.wrote(store.commit())
    assert store.numbers() == [1, 2, 3]
    assert store.announced == [(1, 2), (1, 3)]


def test_it_is_told_of_logs_that_nobody_follows_too(store: Store) -> None:
    store.commit(many=3)
    store.tail.wrote(store.commit())
    assert store.numbers() == [4]


def test_what_others_wrote_is_read_after_their_word(store: Store) -> None:
    store.commit()
    store.tail.follow(1)
    store.commit(many=3)
    store.tail.heard(1, 4)
    assert store.numbers() == []
    store.tail.catch_up()
    assert store.numbers() == [2, 3, 4]
    store.tail.heard(1, 4)
    store.tail.catch_up()
    assert store.numbers() == [2, 3, 4]


def test_words_of_logs_that_nobody_follows_are_nothing(store: Store) -> None:
    store.commit(many=3)
    store.tail.heard(1, 3)
    store.tail.look()
    store.tail.catch_up()
    assert store.told == []


def test_ones_own_waits_for_what_another_wrote_before(store: Store) -> None:
    store.tail.follow(1)
    store.commit()
    mine = store.commit()
    store.tail.wrote(mine)
    assert store.numbers() == []
    store.tail.catch_up()
    assert store.numbers() == [1, 2]


def test_ones_own_that_was_read_already_is_not_told_again(store: Store) -> None:
    store.tail.follow(1)
    mine = store.commit(many=2)
    store.tail.look()
    store.tail.catch_up()
    store.tail.wrote(mine)
    store.tail.catch_up()
    assert store.numbers() == [1, 2]


def test_ones_own_is_told_where_somebody_begins_to_follow_between_commit_and_telling(store: Store) -> None:
    """A page that joins reads it for itself; whoever else listens has only this telling."""
    mine = store.commit()
    store.tail.follow(1)
    store.tail.wrote(mine)
    store.tail.wrote(store.commit())
    store.tail.catch_up()
    assert store.numbers() == [1, 2]


def test_without_a_word_it_is_found_by_looking(store: Store) -> None:
    store.tail.follow(1)
    store.commit(many=2)
    store.tail.look()
    store.tail.catch_up()
    assert store.numbers() == [1, 2]


def test_more_than_is_read_at_once_is_told_whole(store: Store) -> None:
    store.tail.follow(1)
    store.commit(many=AT_ONCE * 2 + 7)
    store.tail.look()
    store.tail.catch_up()
    assert store.numbers() == list(range(1, AT_ONCE * 2 + 8))


def test_who_follows_all_follows_those_from_their_beginning_that_are_yet_to_come(store: Store) -> None:
    store.commit(1, 2)
    store.tail.follow_all()
    store.tail.leave(lambda _log_id: False)
    store.commit(1)
    store.commit(2, 3)
    store.tail.look()
    store.tail.catch_up()
    assert (store.numbers(1), store.numbers(2)) == ([3], [1, 2, 3])


def test_a_log_that_was_left_is_followed_again_from_where_it_then_stands(store: Store) -> None:
    store.tail.follow(1)
    store.tail.leave(lambda _log_id: False)
    store.commit(many=2)
    store.tail.heard(1, 2)
    store.tail.catch_up()
    store.tail.follow(1)
    store.tail.follow(1)
    store.commit()
    store.tail.look()
    store.tail.catch_up()
    assert store.numbers() == [3]


def test_a_log_that_is_wanted_is_not_left(store: Store) -> None:
    for log_id in (1, 2):
        store.tail.follow(log_id)
    store.tail.leave(lambda log_id: log_id == 2)
    for log_id in (1, 2):
        store.commit(log_id)
    store.tail.look()
    store.tail.catch_up()
    assert (store.numbers(1), store.numbers(2)) == ([], [1])


def test_what_could_not_be_read_is_read_afterwards(store: Store) -> None:
    store.tail.follow(1)
    store.commit(many=2)
    store.tail.look()
    store.fails = True
    for act in (store.tail.catch_up, store.tail.look):
        with pytest.raises(ConnectionError):
            act()
    store.fails = False
    store.tail.catch_up()
    assert store.numbers() == [1, 2]


def test_it_goes_on_by_itself_after_a_fault(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tails, "AFTER_A_FAULT", 0.01)
    told, tried = threading.Event(), threading.Event()

    def read(log_id: int, number: int, limit: int) -> list[Recorded]:
        tried.set()
        return store.read(log_id, number, limit)

    tail = Tail(read, store.heads, lambda _new: told.set(), lambda *_: None)
    tail.follow(1)
    threading.Thread(target=tail.run, daemon=True).start()
    store.fails = True
    store.commit()
    tail.heard(1, 1)
    assert tried.wait(20)
    assert not told.is_set()
    store.fails = False
    assert told.wait(20)


STEPS = ("mine", "tell", "other", "word", "look", "read", "follow", "leave")


@example([("other", 1, 1), ("follow", 1, 1)], True)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(1, 2), st.integers(1, 3)), max_size=60), st.booleans())
def test_in_any_order_everything_is_told_in_order_and_once(steps: list[tuple[str, int, int]], everywhere: bool) -> None:
    """Two logs; commits of this server wait to be told, words come late or not at all, pages come and go."""
    store, untold = Store(), list[list[Recorded]]()
    wanted = {1: 0, 2: 0} if everywhere else {}
    if everywhere:
        store.tail.follow_all()
    for step, log_id, many in steps:
        if step == "mine":
            untold.append(store.commit(log_id, many))
        elif step == "tell" and untold:
            store.tail.wrote(untold.pop(0))
        elif step == "other":
            store.commit(log_id, many)
        elif step == "word":
            store.tail.heard(log_id, len(store.logs.get(log_id, [])))
        elif step == "look":
            store.tail.look()
        elif step == "read":
            store.tail.catch_up()
        elif step == "follow":
            store.tail.follow(log_id)
            wanted.setdefault(log_id, len(store.logs.get(log_id, [])))
        elif step == "leave" and not everywhere:
            store.tail.leave(lambda one, gone=log_id: one != gone)  # type: ignore[misc]
            wanted.pop(log_id, None)
    for mine in untold:
        store.tail.wrote(mine)
    store.tail.look()
    store.tail.catch_up()
    for log_id, since in wanted.items():
        after = [number for number in store.numbers(log_id) if number > since]
        assert after == list(range(since + 1, len(store.logs.get(log_id, [])) + 1))
