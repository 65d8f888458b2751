"""Secrecy: while open only the key leads to a vote; after sealing nothing does, in no row, file or byte."""

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text
from werkzeug.datastructures import MultiDict

from core import clock
from core.db.erasing import rewrite
from core.db.work import Database
from core.events.models import Entry, Receipt
from core.live.commands import perform_command
from participation.ballots import queries, sealing, sockets  # noqa: F401  (declares the commands)
from participation.ballots.models import BallotState, Cast, PaperVote, SealedVote, Turnout
from participation.ballots.operations.papers import mark_paper
from participation.ballots.operations.running import close_ballot
from participation.ballots.sealing import TABLES, Sealer
from tests.participation.ballots.conftest import Hall
from tests.participation.ballots.test_running import enter

CHOICES = [(1, 2, 3), (2,), (2, 3), (4, 5), (1, 5)]


def store_files(database: Database) -> list[Path]:
    """The files of the embedded database: itself, its write-ahead log, its shared memory."""
    path = Path(str(database.write_engine.url.database))
    return [path, *path.parent.glob(path.name + "-*")]


def bytes_of(database: Database) -> bytes:
    return b"".join(path.read_bytes() for path in store_files(database))


def voted(hall: Hall) -> tuple[int, list[str]]:
    """An open ballot with five votes by command, as phones send them; the keys that the clients made up."""
    seats = hall.sit(len(CHOICES))
    ballot_id = hall.open()
    client_keys = []
    for number, (seat, choices) in enumerate(zip(seats, CHOICES, strict=True), start=1):
        key = f"client-key-of-phone-{number}"
        fields = MultiDict([("ballot", str(ballot_id)), ("counter", "7134501")])
        for choice in choices:
            fields.add("choice", str(choice))
        with hall.app.app_context():
            perform_command(
                hall.world.database, "ballot.cast", actor=seat, forum_id=hall.forum_id, fields=fields, key=key
            )
        client_keys.append(key)
    return ballot_id, client_keys


def test_while_open_the_votes_lie_under_slots_that_only_the_key_gives(hall: Hall) -> None:
    ballot_id, _ = voted(hall)
    slots = set(hall.world.read(lambda session: list(session.scalars(select(Cast.slot)))))
    assert slots == {hall.keys.slot(ballot_id, seat) for seat in hall.seats}
    columns = {column["name"] for column in inspect(hall.world.database.read_engine).get_columns("ballot_casts")}
    assert columns == {"slot", "ballot_id", "choices"}
    path = hall.keys._path(ballot_id)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert hall.world.read(lambda session: session.scalars(select(Receipt)).all()) == []


def test_two_ballots_give_a_seat_unrelated_slots(hall: Hall) -> None:
    hall.sit(1)
    first = hall.open()
    one = hall.keys.slot(first, hall.seats[0])
    hall.reach(first, BallotState.PUBLISHED)
    second = hall.open()
    assert one != hall.keys.slot(second, hall.seats[0])


def test_after_sealing_no_row_joins_a_seat_to_a_choice(hall: Hall) -> None:
    ballot_id, _ = voted(hall)
    hall.do(mark_paper, ballot_id, hall.sit(1)[0].seat_id)
    enter(hall, ballot_id, 1, 2, key="paper-key-1")
    hall.reach(ballot_id, BallotState.SEALED)
    hall.run_waiting()

    def look(session):  # type: ignore[no-untyped-def]
        assert session.scalars(select(Cast)).all() == []
        assert session.scalars(select(PaperVote)).all() == []
        assert session.scalars(select(Receipt)).all() == []
        for row in session.scalars(select(Turnout)):
            assert (row.client_key, row.counter, row.epoch, row.sealed) == (None, 0, 0, True)
        votes = session.scalars(select(SealedVote)).all()
        assert sorted(tuple(vote.choices) for vote in votes) == sorted([*CHOICES, (1, 2)])
        assert len({vote.id for vote in votes}) == 6
        return queries.sealed_votes(session, ballot_id)

    assert hall.world.read(look) == sorted(list(choices) for choices in [*CHOICES, (1, 2)])
    columns = {
        column["name"] for column in inspect(hall.world.database.read_engine).get_columns(SealedVote.__tablename__)
    }
    assert columns == {"id", "ballot_id", "choices"}


def test_the_log_holds_turnout_and_never_a_choice(hall: Hall) -> None:
    ballot_id, _ = voted(hall)
    hall.reach(ballot_id, BallotState.SEALED)
    entries = hall.world.read(lambda session: session.scalars(select(Entry)).all())
    for entry in entries:
        assert set(entry.payload) <= {"ballot", "seat", "seconds", "voted"}, entry.kind
    assert sum(entry.kind == "vote.accepted" for entry in entries) == len(CHOICES)


def test_after_sealing_no_byte_of_slots_keys_or_clients_is_left_in_any_file(hall: Hall) -> None:
    database = hall.world.database
    ballot_id, client_keys = voted(hall)
    key = hall.keys._key(ballot_id)
    slots = [hall.keys.slot(ballot_id, seat) for seat in hall.seats]
    traces = [name.encode() for name in (*slots, *client_keys)] + [key, key.hex().encode()]
    if database.url.startswith("sqlite"):
        assert all(trace in bytes_of(database) for trace in traces[: len(slots) + len(client_keys)])
    hall.reach(ballot_id, BallotState.SEALED)
    hall.run_waiting()
    folder = hall.keys._folder
    assert list(folder.iterdir()) == []
    if database.url.startswith("sqlite"):
        for path in store_files(database):
            content = path.read_bytes()
            assert [trace for trace in traces if trace in content] == [], path.name
        wal = Path(str(database.write_engine.url.database) + "-wal")
        assert not wal.exists() or wal.stat().st_size == 0
    for root, _, names in os.walk(folder.parent):
        for name in names:
            content = (Path(root) / name).read_bytes()
            assert [trace for trace in traces if trace in content] == [], name


def test_the_sealed_votes_lie_in_an_order_that_says_nothing(hall: Hall) -> None:
    ballot_id, _ = voted(hall)
    hall.reach(ballot_id, BallotState.SEALED)
    hall.run_waiting()
    stored = "SELECT id FROM ballot_sealed_votes"
    ids = hall.world.read(lambda session: list(session.scalars(text(stored))))
    assert ids == sorted(ids)
    before = set(ids)
    hall.reopen(ballot_id)
    hall.cast(hall.sit(1)[0], ballot_id, 5)
    hall.reach(ballot_id, BallotState.SEALED)
    ids = hall.world.read(lambda session: list(session.scalars(text(stored))))
    assert len(ids) == len(CHOICES) + 1
    assert before.isdisjoint(ids)


def test_closing_is_sealed_by_itself_when_the_waiting_time_is_over(hall: Hall) -> None:
    ballot_id, _ = voted(hall)
    hall.do(close_ballot, ballot_id)
    ((wait, act),) = hall.waiting
    assert 30 <= wait < 31
    act()
    assert hall.view(ballot_id).state is BallotState.CLOSING
    clock.advance(timedelta(seconds=30))
    act()
    assert hall.view(ballot_id).state is BallotState.SEALED
    hall.waiting.pop(0)
    hall.run_waiting()
    assert not hall.keys.holds(ballot_id)
    assert hall.keys.unfinished() == []


def test_the_last_paper_lets_an_overdue_ballot_be_sealed(hall: Hall) -> None:
    ballot_id, _ = voted(hall)
    hall.do(mark_paper, ballot_id, hall.sit(1)[0].seat_id)
    hall.do(close_ballot, ballot_id)
    clock.advance(timedelta(seconds=40))
    hall.run_waiting()
    assert hall.view(ballot_id).state is BallotState.CLOSING
    enter(hall, ballot_id, 2)
    hall.run_waiting()
    assert hall.view(ballot_id).state is BallotState.SEALED


def test_a_server_that_stopped_takes_up_closing_and_erasing_at_its_start(hall: Hall) -> None:
    ballot_id, _ = voted(hall)
    hall.do(close_ballot, ballot_id)
    hall.waiting.clear()
    clock.advance(timedelta(minutes=10))
    hall.sealer.resume()
    hall.run_waiting()
    assert hall.view(ballot_id).state is BallotState.SEALED
    assert not hall.keys.holds(ballot_id)
    hall.keys.retire(ballot_id)
    assert hall.keys.unfinished() == [ballot_id]
    hall.sealer.resume()
    hall.run_waiting()
    assert hall.keys.unfinished() == []


def test_erasing_after_a_reopening_leaves_the_new_key_alone(hall: Hall) -> None:
    ballot_id, _ = voted(hall)
    hall.reach(ballot_id, BallotState.SEALED)
    hall.reopen(ballot_id)
    hall.run_waiting()
    assert hall.keys.holds(ballot_id)
    hall.cast(hall.sit(1)[0], ballot_id, 1)


def test_a_reader_in_the_way_puts_the_rewriting_off(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    ballot_id, _ = voted(hall)
    hall.reach(ballot_id, BallotState.SEALED)
    hall.waiting.clear()
    outcomes = iter([False, True])
    monkeypatch.setattr(sealing, "rewrite", lambda database, tables: next(outcomes))
    hall.sealer._erase_later(0.0, ballot_id)
    hall.waiting.pop(0)[1]()
    assert not hall.keys.holds(ballot_id)
    assert hall.keys.unfinished() == [ballot_id]
    ((wait, again),) = hall.waiting
    assert wait > 0
    again()
    assert hall.keys.unfinished() == []


def test_rewriting_says_whether_a_reader_held_on(hall: Hall) -> None:
    database = hall.world.database
    if not database.url.startswith("sqlite"):
        assert rewrite(database, TABLES)
        return
    with database.reading() as session:
        session.execute(text("SELECT count(*) FROM ballots")).all()
        hall.prepare()
        assert not rewrite(database, TABLES)
    assert rewrite(database, TABLES)


def test_the_sealer_leaves_alone_what_is_not_due(hall: Hall) -> None:
    ballot_id, _ = voted(hall)
    sealer: Sealer = hall.sealer
    assert not sealer.seal(hall.forum_id, ballot_id)
    assert not sealer.seal(hall.forum_id, 999_999)
    hall.do(close_ballot, ballot_id)
    assert not sealer.seal(hall.forum_id, ballot_id)
