"""Following the log: each proposal is placed within moments of arriving, outside of any transaction."""

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from core.db.work import Database
from core.events.log import Recorded
from core.jobs.worker import Runner
from participation.forums.events import ForumConfigured
from participation.proposals.events import ProposalsMerged, StanceTaken
from participation.proposals.models import Proposal, ProposalState, ProposalVersion
from policy.themes.events import RegroupAsked
from policy.themes.models import Grouping, PlacedBy, Theme, ThemePlacement, ThemeState
from policy.themes.operations import machine
from policy.themes.operations.machine import Found, FoundTheme

log = logging.getLogger("hyeondap.themes")
ENOUGH_TEXTS = 10
"""Before so many proposals there are no themes: all "cannot tell"."""

GROWN_BY = 0.35
"""Nobody having touched them, themes are found anew when proposals have grown by this share."""

CARRIED_ON_EVERY = 20
PATIENCE = 60.0
TRIES = 3
WARM_UP = "policy.themes.jobs.warm_up"
KEPT_OVERLAP = 0.3


@dataclass
class Read:
    """The proposals of a forum as the machine reads them: words and version, and where each stands."""

    texts: dict[int, tuple[str, int]] = field(default_factory=dict)
    placed: dict[int, ThemePlacement] = field(default_factory=dict)
    themes: list[Theme] = field(default_factory=list)
    touched: bool = False

    @property
    def new(self) -> list[int]:
        """Those never read in their present wording, a person's placements aside."""
        return [one for one, (_, version) in self.texts.items() if self._is_new(one, version)]

    def _is_new(self, proposal_id: int, version: int) -> bool:
        row = self.placed.get(proposal_id)
        return row is None or (row.placed_by == PlacedBy.MACHINE and row.version != version)

    def payload(self) -> dict[str, Any]:
        """What a job needs."""
        rows = {one: row for one, row in self.placed.items() if row.theme_id is not None and one in self.texts}
        return {
            "texts": [[str(one), text] for one, (text, _) in self.texts.items()],
            "current": {str(one): str(row.theme_id) for one, row in rows.items()},
            "pinned": {str(one): str(row.theme_id) for one, row in rows.items() if row.placed_by == PlacedBy.PERSON},
        }


def read_forum(session: Session, forum_id: int) -> Read:
    """All proposals that are shown, and where they stand."""
    wording = and_(ProposalVersion.proposal_id == Proposal.id, ProposalVersion.number == Proposal.version)
    rows = session.execute(
        select(Proposal.id, ProposalVersion.text, Proposal.version)
        .join(ProposalVersion, wording)
        .where(Proposal.forum_id == forum_id, Proposal.state == ProposalState.SHOWN)
        .order_by(Proposal.id)
    )
    placed = session.scalars(select(ThemePlacement).where(ThemePlacement.forum_id == forum_id))
    themes = select(Theme).where(Theme.forum_id == forum_id, Theme.state == ThemeState.ACTIVE).order_by(Theme.id)
    return Read(
        texts={one: (text, version) for one, text, version in rows},
        placed={row.proposal_id: row for row in placed},
        themes=list(session.scalars(themes)),
        touched=machine.is_touched(session, forum_id),
    )


def is_due(session: Session, forum_id: int) -> bool:
    """Whether it is time to group all anew, or to carry on."""
    shown = select(func.count()).where(Proposal.forum_id == forum_id, Proposal.state == ProposalState.SHOWN)
    texts, grouping = session.scalar(shown) or 0, session.get(Grouping, forum_id)
    if texts < ENOUGH_TEXTS:
        return False
    last = grouping.texts if grouping else 0
    more = texts - last
    return more >= CARRIED_ON_EVERY if machine.is_touched(session, forum_id) else more >= max(4, last * GROWN_BY)


class Placing:
    """Places what arrives among the themes there are, within moments."""

    def __init__(self, database: Database, runner: Runner) -> None:
        self._database = database
        self._runner = runner

    def handle(self, forum_id: int, events: list[Recorded]) -> None:
        """Place all that was not yet read in its present wording; works from the present state."""
        merged = [item.event.proposal for item in events if isinstance(item.event, ProposalsMerged)]
        for parent in merged:
            self._database.perform(partial(machine.inherit, forum_id=forum_id, parent_id=parent), log_id=forum_id)
        for _ in range(TRIES):
            with self._database.reading() as session:
                read = read_forum(session, forum_id)
            if not read.new or self._place(forum_id, read):
                return
        raise RuntimeError(f"the themes of forum {forum_id} change faster than they are read")

    def _place(self, forum_id: int, read: Read) -> bool:
        """Whether it could be written: not where a theme was gone by then."""
        new = read.new
        if read.themes:
            payload = {**read.payload(), "new": [str(one) for one in new]}
            found = _found(self._runner.run("policy.themes.jobs.place_texts", payload, PATIENCE), read)
        else:
            found = [Found(one, read.texts[one][1], None) for one in new]
        done = self._database.perform(
            lambda session: machine.place_by_machine(session, forum_id, found), log_id=forum_id
        )
        log.info("proposals placed: forum %s, %s", forum_id, len(found))
        return done


class GroupingAnew:
    """Groups all anew when enough has come together, or when asked to; meanwhile others go on being placed."""

    def __init__(self, database: Database, runner: Runner) -> None:
        self._database = database
        self._runner = runner
        self._is_ready = False

    def handle(self, forum_id: int, events: list[Recorded]) -> None:
        """Bring the grouping of a forum up to date; works from the present state."""
        if not self._is_ready:
            self._runner.run(WARM_UP, None, PATIENCE)
            self._is_ready = True
        asked = any(isinstance(item.event, RegroupAsked) for item in events)
        with self._database.reading() as session:
            due = is_due(session, forum_id)
        if due or asked:
            self.regroup(forum_id)

    def regroup(self, forum_id: int) -> None:
        """Group all that no person has placed: afresh while nobody has touched the themes, else carried on."""
        with self._database.reading() as session:
            read = read_forum(session, forum_id)
        if len(read.texts) < ENOUGH_TEXTS and not read.themes:
            return
        if not read.touched and self._afresh(forum_id, read):
            return
        result = self._runner.run("policy.themes.jobs.group_texts", {**read.payload(), "afresh": False}, PATIENCE)
        found = _found(result["placements"], read)
        suggested = [(one["label"], one["terms"], [int(id_) for id_ in one["texts"]]) for one in result["suggestions"]]
        self._database.perform(lambda session: machine.carry_on(session, forum_id, found, suggested), log_id=forum_id)
        log.info("themes carried on: forum %s", forum_id)

    def _afresh(self, forum_id: int, read: Read) -> bool:
        payload = {**read.payload(), "afresh": True}
        result = self._runner.run("policy.themes.jobs.group_texts", payload, PATIENCE)
        carried = carried_on(result["placements"], read)
        themes = [
            FoundTheme(one["id"], carried.get(one["id"]), one["label"], tuple(one["terms"])) for one in result["themes"]
        ]
        found = _found(result["placements"], read)
        done = self._database.perform(
            lambda session: machine.regroup_afresh(session, forum_id, themes, found), log_id=forum_id
        )
        log.info("themes found: forum %s, %s", forum_id, len(themes))
        return done


def carried_on(placements: list[dict[str, Any]], read: Read) -> dict[str, int]:
    """Which theme there was each new one carries on: the one that shares most of their proposals."""
    before: dict[int, set[int]] = {theme.id: set() for theme in read.themes}
    for proposal_id, row in read.placed.items():
        if row.theme_id in before:
            before[row.theme_id].add(proposal_id)
    after: defaultdict[str, set[int]] = defaultdict(set)
    for one in placements:
        if one["theme"]:
            after[one["theme"]].add(int(one["id"]))
    pairs = sorted(
        (
            (len(now & then) / len(now | then), key, theme_id)
            for key, now in after.items()
            for theme_id, then in before.items()
            if then
        ),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    carried: dict[str, int] = {}
    for overlap, key, theme_id in pairs:
        if overlap >= KEPT_OVERLAP and key not in carried and theme_id not in carried.values():
            carried[key] = theme_id
    return carried


def _found(answers: list[dict[str, Any]], read: Read) -> list[Found]:
    """The job's answers as records."""
    return [
        Found(
            proposal_id=int(one["id"]),
            version=read.texts[int(one["id"])][1],
            theme=one["theme"],
            confidence=one["confidence"],
            reason=one["reason"],
            choices=tuple((theme, share) for theme, share in one["choices"]),
            words=tuple((word, share) for word, share in one["words"]),
            nearest=tuple(int(id_) for id_ in one["nearest"]),
        )
        for one in answers
    ]


class Texts:
    """Tells the desk when a proposal's words or state changed, within moments and without any slow work."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def handle(self, forum_id: int, events: list[Recorded]) -> None:
        """Draw anew the themes of what changed."""
        if any(isinstance(item.event, ForumConfigured) for item in events):
            self._database.perform(lambda session: machine.tell_texts_changed(session, forum_id, None), log_id=forum_id)
            return
        changed = {item.event.proposal for item in events if hasattr(item.event, "proposal")}
        for item in events:
            changed |= {int(one) for one in getattr(item.event, "sources", "").split(",") if one}
        self._database.perform(lambda session: machine.tell_texts_changed(session, forum_id, changed), log_id=forum_id)


class Support:
    """Takes over the stances for the desk, many at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def handle(self, forum_id: int, events: list[Recorded]) -> None:
        """Count the stances on what residents answered."""
        answered = {item.event.proposal for item in events if isinstance(item.event, StanceTaken)}
        self._database.perform(lambda session: machine.take_over_support(session, forum_id, answered), log_id=forum_id)
