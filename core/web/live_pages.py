"""The server's side of a live page: its regions as they stand, and what its script needs to join."""

import json
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from core import clock
from core.errors import Forbidden
from core.events.known import seen_heads
from core.i18n import say
from core.live.hub import live_server
from core.live.regions import Region, Surface, drawn_for
from core.permissions import Actor
from core.web.context import database
from core.web.templates import with_token


@dataclass(frozen=True)
class LivePage:
    """Regions by name, and the attributes of `<body>` that `live.js` reads."""

    regions: tuple[Region, ...]
    attributes: dict[str, str]

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return {region.name: region.html for region in self.regions}

    def __getitem__(self, name: str) -> Markup:
        """The drawn region of this name; nothing where it is empty or not there."""
        return with_token(self._by_name.get(name, ""))

    def within(self, name: str, *, newest: bool = False) -> Markup:
        """All regions of a list, in the order in which they arrived, or the newest first."""
        items = [region.html for region in self.regions if region.within == name]
        if newest:
            items.reverse()
        return with_token("\n".join(items))

    def prefixed(self, prefix: str) -> Markup:
        """All regions whose name begins so, in order."""
        return with_token("\n".join(r.html for r in self.regions if r.name.startswith(prefix)))


def live_page(
    surface: Surface, actor: Actor, forum_id: int, asked: dict[str, str] | None = None, *, counter: int = 0
) -> LivePage:
    """Draw a live page for its reader. Raises `Forbidden` where the surface does not admit the actor."""
    asked = asked or {}
    with database().reading() as session, drawn_for(actor):
        watch = surface.watch(session, actor, forum_id, asked)
        if watch is None:
            raise Forbidden("forbidden", say("이 화면을 볼 권한이 없습니다."))
        seen = seen_heads(session, forum_id, watch.streams)
        regions = tuple(surface.snapshot(session, forum_id, watch.args))
    live_server().page_opened(surface.name, actor, forum_id, asked)
    owner = actor.key if surface.name == "phone" else actor.person_key
    attributes = {
        "data-forum": str(forum_id),
        "data-surface": surface.name,
        "data-args": json.dumps(asked),
        "data-owner": f"{forum_id}/{owner}/{actor.epoch if surface.name == 'phone' else 0}",
        "data-counter": str(counter),
        "data-seen": ",".join(f"{stream}~{number}" for stream, number in seen.items()),
        "data-now": str(int(clock.now().timestamp() * 1000)),
    }
    return LivePage(regions, attributes)
