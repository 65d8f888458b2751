"""The plenary ballot of a played evening: prepared from the content, cast by its residents, sealed and published."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from core import clock
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


def _never(seconds: float, act: Any) -> None:
    """Nothing is left for later in a played evening."""


def hold_ballot(evening: Evening, keys: KeyStore, options: dict[str, OfferedOption], version: int | None) -> int:
    """Hold the ballot of the content over these options (by the content's theme key); returns its number."""
    entry = content("ballot_childcare")
    order = list(options)
    draft = BallotDraft(
        title_ko=entry["question_ko"],
        title_en=entry["question_en"],
        choose=entry["up_to"],
        winners=entry["chosen"],
        tie_rule=TieRule.ALL_TIED,
        theme_version=version,
        options=[options[key] for key in order],
    )
    forum_id, host = evening.forum_id, evening.host
    ballot_id: int = evening.do(lambda session: prepare_ballot(session, host, forum_id, draft))
    evening.do(lambda session: open_ballot(session, host, forum_id, ballot_id, keys))
    voters = evening.everyone
    evening.random.shuffle(voters)
    _cast_phones(evening, keys, ballot_id, entry["phones"], order, voters)
    _enter_papers(evening, keys, ballot_id, entry["papers"], order, voters[len(entry["phones"]) :])
    evening.do(lambda session: close_ballot(session, host, forum_id, ballot_id))
    clock.advance(timedelta(seconds=40))
    sealer = Sealer(evening.database, keys, _never)
    sealer.seal(forum_id, ballot_id)
    sealer.erase(ballot_id)
    evening.do(lambda session: publish_ballot(session, host, forum_id, ballot_id))
    return ballot_id


def _numbers(choice: list[str], order: list[str]) -> list[int]:
    return sorted(order.index(key) + 1 for key in choice)


def _cast_phones(
    evening: Evening, keys: KeyStore, ballot_id: int, choices: list[list[str]], order: list[str], voters: list[Any]
) -> None:
    def cast(session: Session) -> None:
        for voter, choice in zip(voters, choices, strict=False):
            cast_ballot(session, voter, evening.forum_id, Vote(ballot_id, _numbers(choice, order)), keys)

    evening.do(cast)


def _enter_papers(
    evening: Evening, keys: KeyStore, ballot_id: int, papers: list[list[str]], order: list[str], voters: list[Any]
) -> None:
    def enter(session: Session) -> None:
        for voter, paper in zip(voters, papers, strict=False):
            mark_paper(session, evening.host, evening.forum_id, ballot_id, voter.seat_id)
            numbers = _numbers(paper, order)
            enter_paper(session, evening.host, evening.forum_id, ballot_id, numbers, blank=False, key=None, keys=keys)

    evening.do(enter)
