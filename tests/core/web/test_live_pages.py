"""What a live page tells its script."""

from core import clock
from tests.factories import World


def test_a_page_tells_what_time_it_was_drawn_at_by_the_servers_clock(world: World) -> None:
    forum = world.forum()
    _, token = world.seat(forum)
    page = world.phone(forum, token).get(f"/forums/{world.slug(forum)}").text
    assert f'data-now="{int(clock.now().timestamp() * 1000)}"' in page
