"""The ballots of a played evening: practised, prepared, cast by its residents, sealed and published."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from core import clock
from core.permissions import Actor
from facilitation.rehearsal.content_files import content
from facilitation.rehearsal.evening import Evening
from participation.ballots.keys import KeyStore
from participation.ballots.models import TieRule
from participation.ballots.operations.casting import Vote, cast_ballot
from participation.ballots.operations.papers import enter_paper, mark_paper
from participation.ballots.operations.preparing import BallotDraft, prepare_ballot
from participation.ballots.operations.running import close_ballot, open_ballot, publish_ballot
from participation.ballots.sealing import Sealer
from participation.ballots.sources import OfferedOption

Votes = Iterable[tuple[Actor, Sequence[int]]]
LATE_OR_SHY = 3


def _never(seconds: float, act: Any) -> None:
    """Nothing is left for later in a played evening."""


def practise(evening: Evening, keys: KeyStore, step: dict[str, Any]) -> int:
    """Hold the practice ballot of an agenda's step: nearly everyone tries it, on paper who has no phone.

    Returns its number.
    """
    labels = zip(step["options_ko"], step["options_en"], strict=True)
    draft = BallotDraft(
        title_ko=step["question_ko"],
        title_en=step["question_en"],
        practice=True,
        options=[OfferedOption(korean, english) for korean, english in labels],
    )
    everyone = evening.everyone
    evening.random.shuffle(everyone)
    numbers = range(1, len(draft.options) + 1)
    weights = [1 / number for number in numbers]
    votes = [(seat, evening.random.choices(numbers, weights)) for seat in everyone]
    by_phone = [vote for vote in votes if vote[0].seat_id not in evening.without_phone]
    on_paper = [vote for vote in votes if vote[0].seat_id in evening.without_phone]
    ballot_id = _prepare(evening, draft)
    _hold(evening, keys, ballot_id, by_phone[LATE_OR_SHY:], on_paper)
    return ballot_id


def prepare_plenary(evening: Evening, options: dict[str, OfferedOption], version: int | None) -> int:
    """Prepare the plenary ballot of the content over these options (by the content's theme key); its number."""
    entry = content("ballot_childcare")
    draft = BallotDraft(
        title_ko=entry["question_ko"],
        title_en=entry["question_en"],
        choose=entry["up_to"],
        winners=entry["chosen"],
        tie_rule=TieRule.ALL_TIED,
        theme_version=version,
        options=list(options.values()),
    )
    return _prepare(evening, draft)


def hold_plenary(evening: Evening, keys: KeyStore, options: dict[str, OfferedOption], version: int | None) -> int:
    """Hold the plenary ballot with the votes of the content; its number."""
    entry, order = content("ballot_childcare"), list(options)
    with_phone = [seat for seat in evening.everyone if seat.seat_id not in evening.without_phone]
    without = [seat for seat in evening.everyone if seat.seat_id in evening.without_phone]
    evening.random.shuffle(with_phone)
    ballot_id = prepare_plenary(evening, options, version)
    _hold(
        evening,
        keys,
        ballot_id,
        zip(with_phone, (_numbers(choice, order) for choice in entry["phones"]), strict=False),
        zip(without, (_numbers(choice, order) for choice in entry["papers"]), strict=True),
    )
    return ballot_id


def _numbers(choice: list[str], order: list[str]) -> list[int]:
    return sorted(order.index(key) + 1 for key in choice)


def _prepare(evening: Evening, draft: BallotDraft) -> int:
    number: int = evening.do(lambda session: prepare_ballot(session, evening.host, evening.forum_id, draft))
    return number


def _hold(evening: Evening, keys: KeyStore, ballot_id: int, by_phone: Votes, on_paper: Votes) -> None:
    """Open, take the votes, close, seal, publish (time has to be frozen)."""
    forum_id, host = evening.forum_id, evening.host
    evening.do(lambda session: open_ballot(session, host, forum_id, ballot_id, keys))
    clock.advance(timedelta(seconds=90))
    evening.do(lambda session: _take(session, evening, keys, ballot_id, by_phone, on_paper))
    evening.do(lambda session: close_ballot(session, host, forum_id, ballot_id))
    clock.advance(timedelta(seconds=40))
    sealer = Sealer(evening.database, keys, _never)
    sealer.seal(forum_id, ballot_id)
    sealer.erase(ballot_id)
    evening.do(lambda session: publish_ballot(session, host, forum_id, ballot_id))


def _take(session: Session, evening: Evening, keys: KeyStore, ballot_id: int, by_phone: Votes, on_paper: Votes) -> None:
    forum_id, host = evening.forum_id, evening.host
    for seat, numbers in by_phone:
        cast_ballot(session, seat, forum_id, Vote(ballot_id, numbers), keys)
    for seat, numbers in on_paper:
        mark_paper(session, host, forum_id, ballot_id, int(seat.seat_id or 0))
        enter_paper(session, host, forum_id, ballot_id, numbers, blank=False, key=None, keys=keys)
