"""Operator's commands for accounts."""

import click
from flask.cli import AppGroup

from core.accounts import operations
from core.errors import DomainError
from core.permissions import Role
from core.web.context import database

accounts = AppGroup("accounts", help="People and roles.")


@accounts.command("create-administrator")
@click.option("--login", prompt="로그인 이름 (sign-in name)")
@click.option("--name", prompt="이름 (name)")
@click.option("--password", prompt="비밀번호 (password)", hide_input=True, confirmation_prompt=True)
def create_administrator(login: str, name: str, password: str) -> None:
    """Make the first administrator of this installation."""
    try:
        person = database().perform(
            lambda session: operations.add_person(session, login=login, name=name, password=password)
        )
        database().perform(lambda session: operations.grant_role(session, None, person.id, Role.ADMINISTRATOR))
    except DomainError as error:
        raise click.ClickException(str(error.message)) from error
    click.echo(f"{person.name} ({person.login})")
