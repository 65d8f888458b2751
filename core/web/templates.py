"""Templates: globals and filters of every page, and drawing a region outside of a request."""

from collections.abc import Callable, Hashable, MutableMapping
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, has_request_context, request
from flask.templating import Environment
from flask_wtf.csrf import generate_csrf
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket
from markupsafe import Markup

from core import clock
from core.i18n import current_locale, dates, in_language, say, say_plural, translate
from core.i18n.catalog import translate_plural
from core.kept import Kept
from core.live.regions import is_for_all, reader
from core.web.context import EXTENSION, services, signed_in
from core.web.qr import qr_svg
from core.web.rings import ring_arcs
from core.web.static import static_url


def csrf_field() -> Markup:
    """The hidden field against forged requests; empty in a region drawn for all (the script adds it)."""
    if is_for_all() or not has_request_context():
        return Markup("")
    if _without_token.get():
        return TOKEN_HERE
    if "csrf_field" not in g:
        g.csrf_field = Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())
    return Markup(g.csrf_field)


TOKEN_HERE = Markup("<!--token-->")
_without_token: ContextVar[bool] = ContextVar("without_token", default=False)


def drawn_once(draw_it: Callable[[], str], kept: Kept[str], key: Hashable) -> str:
    """A piece of a page that depends on `key` alone and on nothing else, from `kept` where it was drawn before.

    The token against forged requests differs each time: `with_token` puts it in where the page is put together.
    No text that people wrote can hold its mark, since their texts are escaped.
    """
    whole = (key, current_locale(), is_for_all() or not has_request_context())
    html = kept.find(whole)
    if html is None:
        token = _without_token.set(True)
        try:
            html = kept.keep(whole, draw_it())
        finally:
            _without_token.reset(token)
    return html


def with_token(html: str) -> Markup:
    """Pieces that were drawn once, with this page's token against forged requests."""
    return Markup(html.replace(TOKEN_HERE, csrf_field()) if TOKEN_HERE in html else html)


def path_for(app: Flask, endpoint: str, **values: Any) -> str:
    """The path of a page; works without a request."""
    paths = app.extensions.get("paths")
    if paths is None:
        paths = app.extensions["paths"] = app.url_map.bind("localhost")
    return str(paths.build(endpoint, values))


def translated(text: str, **values: Any) -> str:
    """A sentence for a template: translated, values put in, particles chosen."""
    return str(say(text, **values))


def translated_plural(singular: str, plural: str, n: int, **values: Any) -> str:
    """As `translated`, by number."""
    return str(say_plural(singular, plural, n=n, **values))


def iso(moment: datetime | None) -> str:
    """A moment for a `datetime` attribute."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else ""


def spaced_code(code: str) -> str:
    """`KHPTRW` as `KHP TRW`."""
    half = len(code) // 2
    return f"{code[:half]} {code[half:]}" if len(code) == 6 else code


def _site() -> dict[str, Any]:
    settings = services().settings
    city = settings.city
    return {
        "name": translate("현답"),
        "city": in_language(city.name_ko, city.name_en),
        "office": in_language(city.office_ko, city.office_en),
        "contact_office": in_language(city.office_ko, city.office_en),
        "contact_phone": city.phone,
        "demo": settings.demo,
        "work": current_app.extensions["work_page"],
    }


def _page_context() -> dict[str, Any]:
    """Values that every page may use; `site.nav` is filled by the pages that have one."""
    site = _site()
    site["nav"] = [
        (
            translate(text),
            path_for(current_app, endpoint),
            request.path.startswith(path_for(current_app, endpoint)),
        )
        for endpoint, text in current_app.extensions["navigation"]
    ]
    return {
        "site": site,
        "locale": current_locale(),
        "current_person": signed_in(),
        "here": request.full_path.rstrip("?"),
    }


class HouseEnvironment(Environment):
    """Jinja as Flask has it, with the globals of a template in one plain dictionary.

    Jinja compares the globals at every import of macros; between two chained ones that takes longer than drawing.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


class CompiledTemplates(FileSystemBytecodeCache):
    """Templates as they were compiled before, kept beside them as Python keeps its modules."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep one; where nothing can be written, it is compiled again next time."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _keep_compiled(app: Flask) -> None:
    folder = Path(app.root_path) / (app.template_folder or "") / "__pycache__"
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
        app.jinja_env.bytecode_cache = CompiledTemplates(str(folder))


def compile_templates(app: Flask) -> None:
    """Have every template ready before the first page is asked for."""
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)


def init_templates(app: Flask) -> None:
    """Give every template its globals and filters."""
    _keep_compiled(app)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.install_gettext_callables(translate, translate_plural, newstyle=False)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(
        _=translated,
        gettext=translated,
        ngettext=translated_plural,
        csrf_field=csrf_field,
        static_url=static_url,
        url_for=lambda endpoint, **values: path_for(app, endpoint, **values),
        in_language=in_language,
        now=clock.now,
        qr_svg=qr_svg,
        ring_arcs=ring_arcs,
    )
    app.jinja_env.filters.update(
        date=dates.format_date,
        day=dates.format_day,
        time=dates.format_time,
        moment=dates.format_moment,
        clock=dates.format_clock,
        iso=iso,
        code=spaced_code,
    )
    app.extensions["navigation"] = []
    app.context_processor(_page_context)


_app: Flask | None = None


def use_app(app: Flask) -> None:
    """Draw regions with this application's templates."""
    global _app
    _app = app


def draw(template: str, **values: Any) -> str:
    """A partial template for a region, in the current language, with or without a request at hand.

    `reader` in the template is the actor it is drawn for, None where it goes to everyone alike.
    """
    if _app is None:
        raise RuntimeError("no application to draw with")
    city = _app.extensions[EXTENSION].settings.city
    site = {"city": in_language(city.name_ko, city.name_en), "contact_phone": city.phone}
    template_of = _app.jinja_env.get_template(template)
    return template_of.render(site=site, locale=current_locale(), reader=reader(), **values)
