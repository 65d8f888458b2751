"""A draft made from an older frozen version: what the newer one says of its options, and taking that over."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.errors import Conflict
from core.events.log import record
from core.i18n import say
from core.permissions import Actor
from participation.ballots.events import BallotPrepared
from participation.ballots.models import Ballot
from participation.ballots.operations.preparing import draft_at_hand
from participation.ballots.queries import drafted_options
from participation.ballots.sources import Offer, OfferedOption


@dataclass(frozen=True)
class Renewal:
    """An option that the newer version tells of differently; `now` is None where its theme is not in it any more."""

    before: OfferedOption
    now: OfferedOption | None


def renewals(drafted: Sequence[OfferedOption], version: int | None, offer: Offer) -> list[Renewal]:
    """What differs between the options as drafted from `version` and what is on offer now; none unless that is newer."""
    if version is None or offer.version is None or offer.version <= version:
        return []
    themes = {option.theme_id: option for option in offer.options if option.theme_id is not None}
    found = [Renewal(option, themes.get(option.theme_id)) for option in drafted if option.theme_id is not None]
    return [one for one in found if one.now != one.before]


def check_newest(ballot: Ballot, offer: Offer) -> None:
    """Raises `Conflict` where a newer frozen version tells of the ballot's options differently."""
    if renewals(drafted_options(ballot), ballot.theme_version, offer):
        sentence = say(
            "이 투표를 준비한 뒤 분석팀이 묶음을 다시 고정했습니다. 투표 관리에서 살펴보고, 새 수로 바꾸거나 그대로 열어 주세요."
        )
        raise Conflict("newer_themes", sentence)


def renew_ballot(session: Session, actor: Actor, forum_id: int, ballot_id: int, offer: Offer) -> int:
    """Give a draft's themes the names and numbers of the version on offer; its id.

    A theme that is not in it keeps its name and loses its numbers. Raises `Forbidden`, `Missing`, `Conflict` once
    the ballot was opened.
    """
    ballot = draft_at_hand(session, actor, forum_id, ballot_id)
    changed = {one.before.theme_id: one.now for one in renewals(drafted_options(ballot), ballot.theme_version, offer)}
    for option in ballot.options:
        if option.theme_id not in changed:
            continue
        now = changed[option.theme_id]
        option.proposals, option.tables = (now.proposals, now.tables) if now else (None, None)
        if now is not None:
            option.text_ko, option.text_en = now.label_ko, now.label_en
    if offer.version is not None and ballot.theme_version is not None:
        ballot.theme_version = max(ballot.theme_version, offer.version)
    record(session, forum_id, actor.person_key, BallotPrepared(ballot=ballot.id))
    return ballot.id
