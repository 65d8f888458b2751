"""Pages of themes: the desk for analysts and staff, and the themes for everyone once the evening is over."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from core.errors import Forbidden
from core.i18n import say
from core.live.regions import drawn_for
from core.permissions import Actor, Role, is_allowed, requires
from core.web.context import actor, database, forum_at_hand, signed_in
from core.web.live_pages import live_page
from participation.forums.queries import ForumView, the_forum
from policy.themes import phone, sockets
from policy.themes.fragments import DESK, NOWHERE, open_page, opened, stream_page
from policy.themes.queries import latest_version, themes_of
from policy.themes.queries.finding import Filters, Sort

blueprint = Blueprint("themes", __name__)
REGISTERED = (phone, sockets)
LONGEST_SEARCH = 60


@blueprint.get("/forums/<slug>/themes")
@requires("public")
def desk(slug: str) -> ResponseReturnValue:
    """The theme desk for those who analyse; for everyone else the frozen themes once the evening is over."""
    forum_id, who = forum_at_hand() or 0, actor()
    if not is_allowed("forum.analyse", who, forum_id):
        return _public_page(forum_id)
    with database().reading() as session:
        forum = the_forum(session, forum_id)
        ids = [theme.id for theme in themes_of(session, forum_id)]
    asked = _number(request.args.get("theme"))
    theme_id = asked if asked is not None else next(iter(ids), NOWHERE)
    filters = _filters(forum)
    with opened(theme_id):
        page = live_page(DESK, who, forum_id, {"theme": str(theme_id)})
    values: dict[str, Any] = {"page": page, "forum": forum, "filters": filters, "theme_id": theme_id}
    values.update(_unlive(who, forum_id, theme_id, filters))
    values.update(me=who.person_id, choices=_choices(forum), may_settle=_may_settle(who, forum_id))
    return render_template("policy/themes/desk.html", **values)


@blueprint.get("/forums/<slug>/themes/freeze")
@requires("forum.analyse")
def confirm_freeze(slug: str) -> ResponseReturnValue:
    """The question before freezing, as a page of its own."""
    forum_id = forum_at_hand() or 0
    with database().reading() as session:
        forum = the_forum(session, forum_id)
    return render_template("policy/themes/freeze.html", forum=forum, may_settle=_may_settle(actor(), forum_id))


def _may_settle(who: Actor, forum_id: int) -> bool:
    return who.has(Role.STAFF, forum_id)


def _unlive(who: Actor, forum_id: int, theme_id: int, filters: Filters) -> dict[str, Any]:
    """Lists that were filtered or turned over: drawn for this page only, the script fetches them again."""
    stream = _number(request.args.get("stream")) or 1
    drawn: dict[str, Any] = {"stream": None, "list": None}
    with database().reading() as session, drawn_for(who), opened(theme_id):
        if not filters.is_plain:
            drawn["list"] = Markup(open_page(session, forum_id, theme_id, filters))
        if stream > 1:
            drawn["stream"] = Markup(stream_page(session, forum_id, stream))
    return {"drawn": drawn}


def _public_page(forum_id: int) -> ResponseReturnValue:
    with database().reading() as session:
        forum = the_forum(session, forum_id)
        version = latest_version(session, forum_id)
    if forum.is_closed and version is not None:
        return render_template("policy/themes/public.html", forum=forum, version=version)
    if signed_in() is None:
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), 303)
    raise Forbidden(
        "forbidden", say("주제 데스크는 분석팀과 정책 담당이 봅니다. 결과는 토론회가 끝나면 여기에 실립니다.")
    )


def _number(written: str | None) -> int | None:
    written = (written or "").strip()
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else None


def _filters(forum: ForumView) -> Filters:
    args = request.args
    origin = args.get("origin", "")
    sort = args.get("sort", "")
    return Filters(
        words=" ".join(args.get("q", "").split())[:LONGEST_SEARCH],
        table=_number(args.get("table")),
        segment_id=_number(args.get("round")),
        origin=origin if origin in ("phone", "spoken", "merged") else "",
        sort=Sort(sort) if sort in list(Sort) else Sort.ARRIVAL,
        page=max(1, _number(args.get("page")) or 1),
    )


def _choices(forum: ForumView) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer."""
    tables = [(str(number), str(say("%(n)s번 테이블", n=number))) for number in range(1, forum.tables + 1)]
    rounds = [(str(one.id), one.title) for one in forum.segments if one.open_acts]
    return {
        "tables": [("", str(say("모든 테이블"))), *tables],
        "rounds": [("", str(say("모든 라운드"))), *rounds],
        "origins": [
            ("", str(say("휴대폰과 기록"))),
            ("phone", str(say("휴대폰"))),
            ("spoken", str(say("퍼실리테이터 기록"))),
            ("merged", str(say("합친 제안"))),
        ],
        "sorts": [
            (Sort.ARRIVAL.value, str(say("먼저 온 순"))),
            (Sort.NEWEST.value, str(say("새로 온 순"))),
            (Sort.SUPPORT.value, str(say("찬성 많은 순"))),
            (Sort.CENTRAL.value, str(say("가운데부터"))),
        ],
    }
