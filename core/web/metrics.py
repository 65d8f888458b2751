"""`/metrics` in Prometheus' text: what was counted, and what is looked up at the moment of asking."""

import hmac
import logging
from collections.abc import Iterator
from ipaddress import ip_address

from flask import Blueprint, Flask, Response, abort, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from core import clock
from core.db.retention import last_backup
from core.events.models import Log
from core.jobs.models import FollowerPosition
from core.live.hub import FELLOWS
from core.live.presence import PRESENCE
from core.metrics import REGISTRY, count_answer
from core.permissions import requires
from core.web.context import database, services

log = logging.getLogger("hyeondap.web")
blueprint = Blueprint("metrics", __name__)
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


def _is_from_this_machine() -> bool:
    """Whether the request came directly from here: what a proxy hands on comes from elsewhere."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _may_read(token: str) -> bool:
    if not token:
        return _is_from_this_machine()
    given = request.headers.get("Authorization", "")
    return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


@blueprint.get("/metrics")
@requires("public")
def metrics() -> Response:
    """The figures of this process: to the bearer of `METRICS_TOKEN`; without one to this machine alone."""
    if not _may_read(services().settings.metrics_token):
        abort(404)
    return Response(generate_latest(_Everything()), content_type=CONTENT_TYPE_LATEST)


class _Everything:
    """What was counted and what is looked up, as `generate_latest` wants to collect it."""

    def collect(self) -> Iterator[Metric]:
        yield from REGISTRY.collect()
        yield _pages()
        yield from _followers()
        yield from _backup()
        yield from _bus()


def _pages() -> Metric:
    family = GaugeMetricFamily("hyeondap_pages", "Open pages, by surface and way.", labels=("surface", "way"))
    for (surface, is_linked), number in PRESENCE.open_by_surface().items():
        family.add_metric((surface, "websocket" if is_linked else "http"), number)
    return family


def _followers() -> Iterator[Metric]:
    """How many events each follower has not read; nothing where the database does not answer."""
    behind = GaugeMetricFamily("hyeondap_follower_behind", "Events that a follower has not read.", labels=("follower",))
    events = CounterMetricFamily("hyeondap_events", "Events in all logs of the house.")
    place = select(FollowerPosition.name, func.sum(FollowerPosition.number)).join(
        Log, Log.id == FollowerPosition.log_id
    )
    total = select(func.coalesce(func.sum(Log.number), 0)).scalar_subquery()
    try:
        with database().reading() as session:
            rows = session.execute(place.add_columns(total).group_by(FollowerPosition.name)).all()
    except SQLAlchemyError as error:
        log.warning("metrics: the database did not answer: %s", type(error).__name__)
        return
    for name, reached, everything in rows:
        behind.add_metric((name,), max(0, everything - reached))
    if rows:
        events.add_metric((), rows[0][2])
        yield events
    yield behind


def _backup() -> Iterator[Metric]:
    made_at = last_backup(services().settings.data_dir)
    if made_at is not None:
        age = (clock.now() - made_at).total_seconds()
        yield GaugeMetricFamily("hyeondap_backup_age_seconds", "Since the last backup made here.", value=age)


def _bus() -> Iterator[Metric]:
    fellows = current_app.extensions.get(FELLOWS)
    if fellows is not None:
        yield GaugeMetricFamily("hyeondap_bus_up", "Whether the other servers are heard.", value=fellows.bus.is_up)


def _count(response: Response) -> Response:
    count_answer(response.status_code)
    return response


def init_metrics(app: Flask) -> None:
    """Count every answer, and answer `/metrics`."""
    app.after_request(_count)
    app.register_blueprint(blueprint)
