"""Commands of an operator whose module is only imported when one is asked for."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner
from flask import Flask

from core.operator import LaterGroup


def test_serving_does_not_load_what_only_groups_proposals() -> None:
    question = "import app, sys; print([name for name in ('sklearn', 'kiwipiepy') if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_the_commands_are_there_when_asked_for(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert "themes" in runner.invoke(args=["--help"]).output
    assert "cluster" in runner.invoke(args=["themes", "--help"]).output
    assert "--text-column" in runner.invoke(args=["themes", "cluster", "--help"]).output
    assert "No such command" in runner.invoke(args=["themes", "nothing"]).output


def test_a_module_without_such_commands_is_a_fault() -> None:
    group = LaterGroup("clock", "core.clock", help="Nothing.")
    with pytest.raises((TypeError, AttributeError)):
        group.list_commands(click.Context(group))
    assert CliRunner().invoke(group, ["now"]).exit_code == 1
