"""Operators' commands that need what serving does not: their module is imported when one of them is asked for."""

from functools import cached_property
from importlib import import_module

import click
from flask.cli import AppGroup


class LaterGroup(AppGroup):
    """Stands for the group called `name` in a module; `help` is shown without importing it."""

    def __init__(self, name: str, module: str, *, help: str) -> None:
        super().__init__(name, help=help)
        self._module = module

    @cached_property
    def _group(self) -> AppGroup:
        found = getattr(import_module(self._module), self.name or "")
        if not isinstance(found, AppGroup):
            raise TypeError(f"{self._module} has no commands {self.name}")
        return found

    def list_commands(self, ctx: click.Context) -> list[str]:
        return self._group.list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return self._group.get_command(ctx, cmd_name)
