"""Looking on without a seat: the band and what happens now, on a phone that can press nothing."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from core.live.regions import Surface, Watch
from core.permissions import Actor
from core.web.templates import draw
from participation.forums.events import CLOCK_EVENTS, ForumConfigured
from participation.forums.models import ForumState
from participation.forums.queries import forum_by_id, the_forum
from participation.seats.phone import draw_band

OBSERVER = Surface("observer")


@OBSERVER.admits
def admit(session: Session, who: Actor, forum_id: int, asked: dict[str, str]) -> Watch | None:
    """Anyone follows a forum that was announced."""
    forum = forum_by_id(session, forum_id)
    return None if forum is None or forum.state is ForumState.DRAFT else Watch(("forum",))


@OBSERVER.contents
def contents(session: Session, forum_id: int) -> list[str]:
    """The band, and what happens now."""
    return ["band", "now"]


OBSERVER.region("band")(draw_band)


@OBSERVER.region("now")
def draw_now(session: Session, forum_id: int) -> str:
    """What happens now, said to someone who looks on."""
    return draw("participation/seats/observe_now.html", forum=the_forum(session, forum_id))


@OBSERVER.on(*CLOCK_EVENTS, ForumConfigured)
def clock_touches(event: object) -> Iterable[str]:
    return ("band", "now")
