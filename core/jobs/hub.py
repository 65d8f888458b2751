"""The application's slow work: who runs its jobs, and its followers."""

import atexit

from flask import Flask, current_app

from core.jobs.followers import Followers
from core.jobs.worker import ChildProcess, InProcess, Runner
from core.web.context import services

JOBS = "hyeondap-jobs"
LONG_JOBS = "hyeondap-long-jobs"
FOLLOWERS = "hyeondap-followers"


def connect(app: Flask) -> None:
    """Give an application its job runner and its followers; nothing is started yet."""
    house = services(app)
    for lane in (JOBS, LONG_JOBS):
        app.extensions[lane] = InProcess() if house.settings.testing else ChildProcess()
    app.extensions[FOLLOWERS] = Followers(house.database)


def start(app: Flask) -> None:
    """Begin to follow, where the application is served; ended with the process."""
    followers(app).start()
    atexit.register(stop, app)


def stop(app: Flask) -> None:
    """End the followers and the child processes."""
    followers(app).stop()
    jobs(app).stop()
    long_jobs(app).stop()


def jobs(app: Flask | None = None) -> Runner:
    """Who runs the quick jobs of `app`, or of the application at hand: what people wait for."""
    runner: Runner = (app or current_app).extensions[JOBS]
    return runner


def long_jobs(app: Flask | None = None) -> Runner:
    """Who runs what takes seconds, in a child of its own, so that no quick job stands behind it."""
    runner: Runner = (app or current_app).extensions[LONG_JOBS]
    return runner


def followers(app: Flask | None = None) -> Followers:
    """The followers of `app`, or of the application at hand."""
    found: Followers = (app or current_app).extensions[FOLLOWERS]
    return found
