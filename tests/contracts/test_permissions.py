"""Every route and every live command declares a permission that exists; silence means no."""

import ast
from pathlib import Path

from flask import Flask

from app import create_app
from core.live.commands import COMMANDS
from core.permissions import NOBODY, PERMISSIONS, is_allowed

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("core", "participation", "facilitation", "policy")


OUR_OWN_MARKUP = {"icon.html", "card.html"}
"""The templates that hold fixed markup of ours and no text of anyone: the icons' paths, the secrecy sentence."""


def _modules() -> list[Path]:
    return [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]


def test_every_route_declares_a_permission(app: Flask) -> None:
    undeclared = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "permission", None) not in PERMISSIONS
    ]
    assert undeclared == []


def test_every_live_command_declares_a_permission() -> None:
    assert COMMANDS, "no commands at all"
    assert [name for name, command in COMMANDS.items() if command.permission not in PERMISSIONS] == []


def test_nobody_is_allowed_only_what_is_public() -> None:
    allowed = {name for name in PERMISSIONS if is_allowed(name, NOBODY, 1)}
    assert allowed == {"public"}


def test_an_undeclared_route_is_refused(app: Flask) -> None:
    fresh = create_app(app.extensions["hyeondap"].settings)
    fresh.add_url_rule("/undeclared", "undeclared", lambda: "seen")
    assert fresh.test_client().get("/undeclared").status_code == 403


def _calls(tree: ast.AST, names: set[str]) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names
    ]


def _names(tree: ast.AST) -> set[str]:
    """Every name that a module makes, imports or uses."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, (ast.alias, ast.FunctionDef)):
            found.add(node.name)
    return found


def test_only_the_unit_of_work_commits() -> None:
    allowed = {"core/db/writing.py", "core/db/migrations.py"}
    found = [
        str(path.relative_to(ROOT))
        for path in _modules()
        if _calls(ast.parse(path.read_text()), {"commit"}) and str(path.relative_to(ROOT)) not in allowed
    ]
    assert found == []


def test_only_the_live_server_emits() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in _modules()
        if _calls(ast.parse(path.read_text()), {"emit"}) and not str(path.relative_to(ROOT)).startswith("core/live/")
    ]
    assert found == []


def test_the_room_is_moved_and_closed_by_the_stage_alone() -> None:
    """Turns end and hands come down with it: whoever called the clock itself would forget them."""
    allowed = {"participation/forums/clock.py", "facilitation/stage/operations/running.py"}
    found = [
        str(path.relative_to(ROOT))
        for path in _modules()
        if _names(ast.parse(path.read_text())) & {"move_to", "close_forum"}
    ]
    assert set(found) == allowed


def test_time_comes_from_the_clock() -> None:
    found = []
    for path in _modules():
        if path.name == "clock.py" and path.parent.name == "core":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in {"utcnow", "today"}:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
            if (
                isinstance(node, ast.Attribute)
                and node.attr == "now"
                and isinstance(node.value, ast.Name)
                and node.value.id in {"datetime", "date"}
            ):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []


def test_templates_hold_no_inline_script_or_style() -> None:
    found = []
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        if path.name in OUR_OWN_MARKUP:
            text = text.replace("| safe", "")
        for mark in (
            " style=",
            "<style",
            "onclick=",
            "onsubmit=",
            "onchange=",
            "oninput=",
            "javascript:",
            "| safe",
            "|safe",
        ):
            if mark in text:
                found.append(f"{path.relative_to(ROOT)}: {mark}")
        for piece in text.split("<script")[1:]:
            if " src=" not in piece.split(">")[0]:
                found.append(f"{path.relative_to(ROOT)}: inline script")
    assert found == []
