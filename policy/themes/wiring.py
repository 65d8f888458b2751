"""Joining themes to the house: followers of the log, who is at the desk, and what other rooms show of themes."""

import logging
import threading

from flask import Flask

from core.jobs.followers import Follower
from core.jobs.hub import followers, jobs, long_jobs
from core.jobs.worker import JobFailed
from core.live.hub import live_server
from core.live.presence import Present
from core.web.context import services
from participation.ballots.offering import SOURCES
from participation.forums.events import ForumConfigured
from participation.proposals.events import PROPOSAL_EVENTS, ProposalSubmitted, StanceTaken
from policy.themes.board import FrozenThemes
from policy.themes.events import RegroupAsked, ThemesRegrouped
from policy.themes.following import WARM_UP, GroupingAnew, Placing, Support, Texts
from policy.themes.fragments import DESK

log = logging.getLogger("hyeondap.themes")
SUPPORT_EVERY = 3.0


def connect(app: Flask) -> None:
    """Let themes follow the log, and tell the desk who is there. Needs jobs and the live server."""
    database = services(app).database
    placing, grouping = Placing(database, jobs(app)), GroupingAnew(database, long_jobs(app))
    texts, support = Texts(database), Support(database)
    changed = tuple(kind for kind in PROPOSAL_EVENTS if kind is not ProposalSubmitted)
    following = followers(app)
    following.add(Follower("themes.texts", (*changed, ForumConfigured), texts.handle))
    following.add(Follower("themes.placing", (*PROPOSAL_EVENTS, ThemesRegrouped), placing.handle))
    following.add(Follower("themes.grouping", (*PROPOSAL_EVENTS, RegroupAsked), grouping.handle))
    following.add(Follower("themes.support", (StanceTaken,), support.handle, pause=SUPPORT_EVERY))
    app.extensions.setdefault(SOURCES, []).insert(0, FrozenThemes())
    live = live_server(app)

    def someone_came_or_went(present: Present) -> None:
        if present.surface == DESK.name:
            live.delivery.refresh(present.forum_id, "desk", DESK, ["band"])

    live.listen(someone_came_or_went)


def start(app: Flask) -> None:
    """Have the child process load its words now rather than at the first proposal."""
    threading.Thread(target=_warm_up, args=(app,), daemon=True).start()


def _warm_up(app: Flask) -> None:
    try:
        jobs(app).run(WARM_UP, None)
    except JobFailed:
        log.exception("the child process is not ready")
