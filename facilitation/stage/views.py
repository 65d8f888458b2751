"""The host's stage with its sheets, and the hall's screen."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from core import clock
from core.errors import Missing
from core.i18n import say
from core.permissions import is_allowed, requires
from core.web.context import actor, database, forum_at_hand, services
from core.web.live_pages import live_page
from facilitation.stage import sockets
from facilitation.stage.forms import BIGGEST_ID, MessageForm
from facilitation.stage.fragments import SCREEN, STAGE
from facilitation.stage.fragments.stage import HELP_WORDS, STATE_WORDS
from facilitation.stage.models import LONGEST_MESSAGE
from facilitation.stage.presence import connected
from facilitation.stage.queries.ballots import left_behind
from facilitation.stage.queries.hall import hall
from facilitation.stage.schedule import Progress, run_sheet
from facilitation.tables.queries import open_help_calls
from participation.forums.models import ForumState
from participation.forums.queries import ForumView, the_forum

blueprint = Blueprint("stage", __name__)
LIVE_COMMANDS = (sockets,)
MOST_RICH = 12


def _forum() -> ForumView:
    with database().reading() as session:
        return the_forum(session, int(forum_at_hand() or 0))


@blueprint.get("/forums/<slug>/stage")
@requires("forum.host")
def show(slug: str) -> ResponseReturnValue:
    """The stage: the room's clock, its tables, its screen, messages."""
    forum = _forum()
    page = live_page(STAGE, actor(), forum.id)
    values: dict[str, Any] = {"form": MessageForm(), "most": LONGEST_MESSAGE, "dense": forum.tables > MOST_RICH}
    values["zone"] = services().settings.city.zone
    return render_template("facilitation/stage/stage.html", forum=forum, page=page, **values)


@blueprint.get("/forums/<slug>/screen")
@requires("public")
def screen(slug: str) -> ResponseReturnValue:
    """The hall's screen; of a forum that is not announced yet only for those who work on it."""
    forum = _forum()
    if forum.state is ForumState.DRAFT and not is_allowed("forum.staffed", actor(), forum.id):
        raise Missing("no_forum", say("그런 토론회가 없습니다."))
    page = live_page(SCREEN, actor(), forum.id)
    return render_template("facilitation/stage/screen.html", forum=forum, page=page)


def _sheet(forum: ForumView, part: str, title: object, hint: object = "", **values: Any) -> str:
    asked = {"forum": forum, "part": part, "title": title, "hint": hint}
    return render_template("facilitation/stage/sheet.html", **asked, **values)


@blueprint.get("/forums/<slug>/stage/clock")
@requires("forum.host")
def clock_sheet(slug: str) -> ResponseReturnValue:
    """More or less time for the present step; the way to the end."""
    return _sheet(_forum(), "clock", say("시간 바꾸기"))


@blueprint.get("/forums/<slug>/stage/close")
@requires("forum.host")
def close_sheet(slug: str) -> ResponseReturnValue:
    """Ending the evening, confirmed."""
    forum = _forum()
    hint = say("제안과 투표를 더 받지 않고, 결과 화면이 모두에게 열립니다. 되돌릴 수 없습니다.")
    with database().reading() as session:
        calls = open_help_calls(session, forum.id)
    return _sheet(forum, "close", say("토론회를 마칠까요?"), hint, calls=calls)


@blueprint.get("/forums/<slug>/stage/segments/<int:segment_id>")
@requires("forum.host")
def segment_sheet(slug: str, segment_id: int) -> ResponseReturnValue:
    """One step of the agenda: going there, making it longer or shorter."""
    forum = _forum()
    item = next((one for one in run_sheet(forum, clock.now()).items if one.segment.id == segment_id), None)
    if item is None or segment_id > BIGGEST_ID:
        raise Missing("no_segment", say("그런 순서가 없습니다."))
    with database().reading() as session:
        asks = {"calls": open_help_calls(session, forum.id), "left": left_behind(session, forum)}
    resizable = item.progress is Progress.NEXT and not forum.is_closed
    return _sheet(forum, "segment", item.segment.title, item=item, resizable=resizable, **asks)


@blueprint.get("/forums/<slug>/stage/tables/<int:number>")
@requires("forum.host")
def table_sheet(slug: str, number: int) -> ResponseReturnValue:
    """One table: its call for help, a message to it alone, its console."""
    forum = _forum()
    if not 1 <= number <= forum.tables:
        raise Missing("no_table", say("그런 테이블이 없습니다."))
    with database().reading() as session:
        tile = hall(session, forum, connected(forum.id), clock.now(), table=number)[number]
    word, icon = STATE_WORDS[tile.state]
    values = {"tile": tile, "word": word, "icon": icon, "reasons": HELP_WORDS, "most": LONGEST_MESSAGE}
    return _sheet(forum, "table", say("%(n)s번 테이블", n=number), form=MessageForm(), **values)
