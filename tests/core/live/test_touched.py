"""What many missed is read and drawn once for all of them, and never shown for longer than it holds."""

import random
from collections import Counter
from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from core.db.work import Database
from core.events.event import Event
from core.events.log import heads, record
from core.live import touched
from core.live.catchup import catch_up
from core.live.regions import SURFACES, Surface, Watch, drawn_for_all

STREAMS = ("forum", "table:1", "table:2")
PICTURES = range(1, 5)


@dataclass(frozen=True)
class Hung(Event, kind="test.hung", stream="{where}"):
    """A picture was hung in another place; told in one of the streams."""

    where: str
    picture: int


class Wall:
    """A surface with four pictures, and what hangs where."""

    def __init__(self) -> None:
        self.hangs: Counter[int] = Counter()
        self.drawn: Counter[str] = Counter()
        self.surface = Surface("wall")
        self.surface.region("picture-{number}", lasting=True)(self._draw)
        self.surface.region("moment-{number}")(self._draw)
        self.surface.contents(lambda *_: [f"picture-{number}" for number in PICTURES])
        self.surface.on(Hung)(lambda event: [f"picture-{event.picture}", f"moment-{event.picture}"])

    def _draw(self, _session: Session, _forum_id: int, number: int) -> str:
        self.drawn[f"{number}"] += 1
        return f"<p>{self.hangs[number]}</p>"

    def hang(self, database: Database, picture: int, *wheres: str) -> None:
        def work(session: Session) -> None:
            self.hangs[picture] += 1
            for where in wheres:
                record(session, 1, "system", Hung(where, picture))

        database.perform(work)

    def page(self, database: Database, streams: tuple[str, ...], seen: dict[str, int]) -> dict[str, str]:
        """What a page that comes back gets to see."""
        with drawn_for_all(), database.reading() as session:
            answer = catch_up(session, self.surface, 1, Watch(streams), seen)
        return {region["n"]: region["h"] for region in answer["regions"]}


@pytest.fixture
def wall() -> object:
    yield Wall()
    del SURFACES["wall"]


def test_a_whole_hall_that_missed_the_same_is_drawn_for_once(database: Database, wall: Wall) -> None:
    wall.hang(database, 1, "forum")
    for seat in range(10):
        assert wall.page(database, ("forum", "table:1", f"seat:{seat}"), {"forum": 0, "table:1": 0, f"seat:{seat}": 0})
    assert wall.drawn["1"] == 1 + 10, "a region that says nothing of itself is drawn each time"


@pytest.mark.parametrize("number", range(8))
def test_every_page_that_comes_back_sees_what_is_so_now(
    database: Database, wall: Wall, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    chance = random.Random(number)
    monkeypatch.setattr(touched, "STEP", chance.choice([1, 3, 200]))
    monkeypatch.setattr(touched, "MOST_BETWEEN", chance.choice([2, 5, 2000]))
    pages: list[tuple[tuple[str, ...], dict[str, int], Counter[int]]] = []
    for _ in range(60):
        streams = (*chance.sample(STREAMS, chance.randint(1, 3)), "seat:1")
        with database.reading() as session:
            pages.append((streams, heads(session, 1, streams), Counter(wall.hangs)))
        for _ in range(chance.choice([0, 1, 1, 4])):
            wall.hang(database, chance.choice(PICTURES), *STREAMS)
        for streams, seen, before in chance.sample(pages, min(len(pages), 3)):
            shown = {f"picture-{one}": f"<p>{before[one]}</p>" for one in PICTURES}
            shown |= wall.page(database, streams, seen if chance.random() < 0.9 else {})
            assert {name: html for name, html in shown.items() if name.startswith("picture")} == {
                f"picture-{one}": f"<p>{wall.hangs[one]}</p>" for one in PICTURES
            }


def test_what_goes_on_while_one_reads_is_not_kept_for_others(database: Database, wall: Wall) -> None:
    wall.hang(database, 1, "forum")
    with drawn_for_all(), database.reading() as session:
        heads(session, 1, ["forum"])
        wall.hang(database, 1, "forum")
        wall.page(database, ("forum",), {"forum": 0})
        wall.hangs[1] = 1  # as this reading still has it
        catch_up(session, wall.surface, 1, Watch(("forum",)), {"forum": 0})
    wall.hangs[1] = 2
    assert wall.page(database, ("forum",), {"forum": 0})["picture-1"] == "<p>2</p>"


def test_a_stream_is_read_on_from_where_it_was_left(database: Database, wall: Wall) -> None:
    for _ in range(5):
        wall.hang(database, 1, "forum")
    with database.reading() as session:
        known = stretch_of(session, wall, seen=4, now_at=5)
        assert known is stretch_of(session, wall, seen=1, now_at=5)
    wall.hang(database, 2, "forum")
    with database.reading() as session:
        more = stretch_of(session, wall, seen=5, now_at=6)
    assert (more.until, more.last["picture-1"], more.last["picture-2"]) == (6, 5, 6)
    assert more.names(5) == ["picture-2", "moment-2"]


def stretch_of(session: Session, wall: Wall, *, seen: int, now_at: int) -> touched.Stretch:
    return touched.stretch(session, wall.surface, 1, "forum", seen=seen, now_at=now_at)
