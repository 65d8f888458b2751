"""What stage, screen and console show after an event is what a fresh page shows, for every event they follow."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from core import clock
from core.live.regions import SURFACES
from core.web.templates import iso
from facilitation.stage.fragments import SCREEN, STAGE
from facilitation.stage.queries.messages import messages
from facilitation.tables.fragments import CONSOLE
from facilitation.tables.queries import open_help_calls
from facilitation.training.models import TableAssignment
from facilitation.training.operations import assign_facilitator, unassign_facilitator
from participation.ballots.operations.casting import Vote, cast_ballot
from participation.ballots.operations.papers import mark_paper, unmark_paper
from participation.ballots.operations.preparing import BallotDraft, prepare_ballot
from participation.ballots.operations.running import seal_ballot
from participation.ballots.queries import ballots, shown_ballot
from participation.ballots.sealing import key_store
from participation.ballots.sources import OfferedOption
from participation.forums.models import ForumState, SegmentKind
from participation.forums.queries import the_forum
from participation.proposals.queries import proposals_of_table
from participation.seats import operations as seating
from policy.themes.models import Theme, ThemePlacement
from tests.facilitation.hall import Hall
from tests.factories import World

Act = Callable[[Hall], object]
TABLES = ("table:1", "table:2", "table:3")
FOLLOWERS = {
    "stage": (STAGE, (), ("forum", "staff", "turnout", *TABLES)),
    "screen": (SCREEN, (), ("forum", "turnout", "desk", *TABLES)),
    "console": (CONSOLE, (1,), ("forum", "staff", "table:1")),
}


def _go(kind: SegmentKind) -> Act:
    def act(hall: Hall) -> None:
        found = next(s for s in hall.read(lambda s: the_forum(s, hall.forum)).segments if s.kind is kind)
        hall.do("forum.move", hall.host, segment=found.id, sure="y")

    return act


def _ballot(hall: Hall) -> int:
    _go(SegmentKind.PLENARY_BALLOT)(hall)
    options = tuple(OfferedOption(name, name) for name in ("보도", "의자", "나무"))
    draft = BallotDraft("먼저 할 일", "First", choose=2, winners=1, options=options)
    return int(hall.write(lambda s: prepare_ballot(s, hall.host, hall.forum, draft)))


def _opened(hall: Hall) -> int:
    ballot = _ballot(hall)
    hall.do("ballot.open", hall.host, ballot=ballot)
    return ballot


def _the_ballot(hall: Hall) -> int:
    return hall.read(lambda s: shown_ballot(s, hall.forum)).id  # type: ignore[union-attr]


def _vote(hall: Hall) -> None:
    keys, vote = key_store(hall.world.app), Vote(_the_ballot(hall), [1], "k" * 12, 1)
    hall.write(lambda s: cast_ballot(s, hall.resident(1), hall.forum, vote, keys))


def _closing(hall: Hall) -> None:
    ballot = _opened(hall)
    _vote(hall)
    hall.do("ballot.close", hall.host, ballot=ballot)


def _seal(hall: Hall) -> None:
    clock.advance(timedelta(seconds=31))
    hall.write(lambda s: seal_ballot(s, hall.host, hall.forum, _the_ballot(hall)))


def _sealed(hall: Hall) -> None:
    _closing(hall)
    _seal(hall)


def _call(hall: Hall) -> int:
    return int(hall.do("help.call", table=1, reason="fact").result["call"])


def _message(hall: Hall) -> int:
    return int(hall.do("message.send", hall.host, text="5분 남았습니다").result["message"])


def _themed(hall: Hall) -> int:
    """A theme with a quoted proposal, looked at together."""
    proposal = hall.propose("그늘이 없어 여름에는 걷기 어렵습니다")

    def work(session: Session) -> None:
        theme = Theme(forum_id=hall.forum, label_ko="그늘", origin="machine", quote_proposal_id=proposal)
        theme.created_at = clock.now()
        session.add(theme)
        session.flush()
        placement = ThemePlacement(forum_id=hall.forum, proposal_id=proposal, theme_id=theme.id, at=clock.now())
        session.add(placement)

    hall.write(work)
    _go(SegmentKind.THEME_CHECK)(hall)
    return proposal


def _open_call(hall: Hall) -> int:
    return hall.read(lambda s: open_help_calls(s, hall.forum))[0].id


def _first(hall: Hall) -> int:
    return hall.read(lambda s: messages(s, hall.forum))[0].id


def _last(hall: Hall) -> int:
    return hall.read(lambda s: the_forum(s, hall.forum)).segments[-1].id


def _drafted(hall: Hall) -> int:
    return hall.read(lambda s: ballots(s, hall.forum))[-1].id


def _proposal(hall: Hall) -> int:
    return hall.read(lambda s: proposals_of_table(s, hall.forum, 1))[0].id


def _mark(hall: Hall) -> None:
    hall.write(lambda s: mark_paper(s, hall.host, hall.forum, _the_ballot(hall), hall.seats[2]))


def _assign(hall: Hall) -> None:
    """Who runs table 2 comes to help at table 1."""
    person = hall.other.person_id or 0
    hall.write(lambda s: assign_facilitator(s, hall.coordinator, hall.forum, 1, person))


def _unassign(hall: Hall) -> None:
    found = hall.read(lambda s: s.query(TableAssignment).filter_by(person_id=hall.facilitator_id).one().id)
    hall.write(lambda s: unassign_facilitator(s, hall.coordinator, hall.forum, found))


BEFORE: dict[str, Act] = {
    "forum.resume": lambda hall: hall.do("forum.pause", hall.host),
    "forum.move with a call": _call,
    "turn.end": lambda hall: hall.do("turn.start", table=1, seat=hall.seats[0]),
    "help.come": _call,
    "help.solve": _call,
    "help.cancel": _call,
    "message.acknowledge": _message,
    "screen.auto": lambda hall: hall.do("screen.show", hall.host, view="join"),
    "seat.taken at the join view": lambda hall: hall.do("screen.show", hall.host, view="join"),
    "seat.left": lambda hall: hall.do("screen.show", hall.host, view="join"),
    "seat.moved": lambda hall: hall.do("screen.show", hall.host, view="join"),
    "seat.taken while voting": _opened,
    "ballot.open": _ballot,
    "ballot.cast": _opened,
    "paper.mark": _opened,
    "paper.unmark": lambda hall: [act(hall) for act in (_opened, _mark)],
    "ballot.close": _opened,
    "ballot.seal": _closing,
    "ballot.publish": _sealed,
    "ballot.reopen": _sealed,
    "captured while themes are shown": _themed,
    "hidden while themes are shown": _themed,
}
ACTS: dict[str, Act] = {
    "forum.pause": lambda hall: hall.do("forum.pause", hall.host),
    "forum.resume": lambda hall: hall.do("forum.resume", hall.host),
    "forum.extend": lambda hall: hall.do("forum.extend", hall.host, minutes=30),
    "forum.close": lambda hall: hall.do("forum.close", hall.host, sure="y"),
    "forum.move": _go(SegmentKind.BREAK),
    "forum.move to themes": _go(SegmentKind.SHARE_BACK),
    "forum.move with a call": _go(SegmentKind.WELCOME),
    "segment.resize": lambda hall: hall.do("segment.resize", hall.host, segment=_last(hall), minutes=90),
    "screen.show": lambda hall: hall.do("screen.show", hall.host, view="thanks"),
    "screen.auto": lambda hall: hall.do("screen.show", hall.host, view="auto"),
    "turn.start": lambda hall: hall.do("turn.start", table=1, seat=hall.seats[0]),
    "turn.end": lambda hall: hall.do("turn.end", table=1),
    "capture": lambda hall: hall.do("proposal.capture", table=1, text="의자를 더", wording="short"),
    "help.call": _call,
    "help.come": lambda hall: hall.do("help.come", hall.host, call=_open_call(hall), name="이지원"),
    "help.solve": lambda hall: hall.do("help.solve", hall.host, call=_open_call(hall)),
    "help.cancel": lambda hall: hall.do("help.cancel", call=_open_call(hall)),
    "message.send": _message,
    "message.send to one": lambda hall: hall.do("message.send", hall.host, text="이리로 와 주세요", table=1),
    "message.acknowledge": lambda hall: hall.do("message.acknowledge", message=_first(hall), table=1),
    "seat.taken": lambda hall: hall.do("seat.add_walk_in", table=2, consent="y"),
    "seat.taken at the join view": lambda hall: hall.do("seat.add_walk_in", table=2, consent="y"),
    "seat.taken while voting": lambda hall: hall.do("seat.add_walk_in", table=2, consent="y"),
    "seat.left": lambda hall: hall.do("seat.leave", seat=hall.seats[3]),
    "seat.moved": lambda hall: hall.write(lambda s: seating.move_seat(s, hall.host, hall.forum, hall.seats[3], 2)),
    "facilitator.assigned": _assign,
    "facilitator.unassigned": _unassign,
    "ballot.prepare": _ballot,
    "ballot.open": lambda hall: hall.do("ballot.open", hall.host, ballot=_drafted(hall)),
    "ballot.cast": _vote,
    "paper.mark": lambda hall: _mark(hall),
    "paper.unmark": lambda hall: hall.write(
        lambda s: unmark_paper(s, hall.host, hall.forum, _the_ballot(hall), hall.seats[2])
    ),
    "ballot.close": lambda hall: hall.do("ballot.close", hall.host, ballot=_the_ballot(hall)),
    "ballot.seal": _seal,
    "ballot.publish": lambda hall: hall.do("ballot.publish", hall.host, ballot=_the_ballot(hall)),
    "ballot.reopen": lambda hall: hall.do("ballot.reopen", hall.host, ballot=_the_ballot(hall)),
    "captured while themes are shown": lambda hall: hall.do(
        "proposal.capture", table=1, text="의자를 더", wording="short"
    ),
    "hidden while themes are shown": lambda hall: hall.do(
        "proposal.hide", proposal=_proposal(hall), table=1, reason="personal"
    ),
}


@pytest.mark.parametrize("surface", FOLLOWERS)
@pytest.mark.parametrize("name", ACTS)
def test_a_page_that_follows_shows_what_a_fresh_one_shows(world: World, surface: str, name: str) -> None:
    hall = Hall(world)
    if name in BEFORE:
        BEFORE[name](hall)
    page, args, streams = FOLLOWERS[surface]
    hall.followed(page, args, streams, lambda: ACTS[name](hall))


@pytest.mark.parametrize("surface", FOLLOWERS)
def test_pages_follow_from_before_the_start(world: World, surface: str) -> None:
    hall = Hall(world, state=ForumState.ANNOUNCED)
    page, args, streams = FOLLOWERS[surface]
    hall.followed(page, args, streams, lambda: hall.do("screen.show", hall.host, view="question"))
    hall.followed(page, args, streams, lambda: hall.do("forum.start", hall.host))


def test_every_stream_of_the_stage_is_admitted_to_the_host_alone(world: World) -> None:
    hall = Hall(world)
    for name, (page, _, streams) in FOLLOWERS.items():
        if name == "console":
            continue
        admitted = hall.read(lambda s, page=page: page.watch(s, hall.host, hall.forum, {}))  # type: ignore[misc]
        assert admitted is not None
        assert set(admitted.streams) == set(streams)
    assert hall.read(lambda s: STAGE.watch(s, hall.facilitator, hall.forum, {})) is None
    assert SURFACES["stage"] is STAGE


def test_the_wait_for_late_votes_is_counted_down_to_the_second(world: World) -> None:
    """Its hour and minute alone would be past before the wait is."""
    hall = Hall(world)
    _closing(hall)
    html = hall.snapshot(STAGE)["ballot"].html
    seal_at = hall.read(lambda s: ballots(s, hall.forum))[-1].seal_at
    assert seal_at is not None
    assert "보내는 중인 표를 기다립니다" in html
    assert f'data-ends-at="{iso(seal_at)}"' in html
