"""Live commands: each is declared once and served over socket, plain HTTP and a form without script."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, cast

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from core.db.work import ClientKey, Database, payload_digest
from core.errors import Invalid, Missing
from core.forms import HouseForm
from core.i18n import Message, say
from core.permissions import Actor, check, is_allowed

Handler = Callable[[Session, Actor, int, Any], dict[str, Any]]
Asked = tuple[Actor, Any, str | None]
Together = Callable[[Session, int, Sequence[Asked]], Sequence[Any]]
Read = Callable[[MultiDict[str, str]], Any | None]
Tell = Callable[[Any, Any], dict[str, Any]]
LONGEST_KEY = 64


class FrequentForm(Protocol):
    """The form of a frequent command."""

    def asked(self) -> Any:
        """What the validated form asks for."""


@dataclass(frozen=True)
class LiveCommand:
    """A declared command. `own_keys`: the operation itself keeps its idempotency (secret ballots).

    `together`, where it is given, does many of these at once, and `handler` tells one answer of it; what is asked
    for is read by `read`, or by the form where that gives None.
    """

    name: str
    form: type[HouseForm]
    permission: str
    done: Message
    handler: Callable[..., dict[str, Any]]
    own_keys: bool = False
    together: Together | None = None
    read: Read = lambda _fields: None


COMMANDS: dict[str, LiveCommand] = {}


def command(
    name: str, *, form: type[HouseForm], permission: str, done: Message, own_keys: bool = False
) -> Callable[[Handler], Handler]:
    """Declare a live command `noun.verb`; the decorated function adapts the form to the operation.

    The handler gets `(session, actor, forum_id, form)` and returns what the acknowledgement carries.
    """

    def declare(handler: Handler) -> Handler:
        _declare(LiveCommand(name, form, permission, done, handler, own_keys))
        return handler

    return declare


def frequent_command(
    name: str, *, form: type[HouseForm], read: Read, permission: str, done: Message, together: Together
) -> Callable[[Tell], Tell]:
    """Declare a command that a whole hall sends at once, and whose operation keeps its own idempotency.

    `read` gives what is asked for where the fields are as a page sends them, and None where anything is amiss, which
    `form` then says; where they are right after all, its `asked()` is the same. `together` gets `(session, forum_id,
    [(actor, asked, key), ...])` and returns an answer or a `DomainError` for each; the decorated function gets what
    was asked and its answer, and returns what the acknowledgement carries.
    """

    def declare(tell: Tell) -> Tell:
        _declare(LiveCommand(name, form, permission, done, tell, own_keys=True, together=together, read=read))
        return tell

    return declare


def _declare(made: LiveCommand) -> None:
    if made.name in COMMANDS:
        raise ValueError(f"two commands are called {made.name}")
    COMMANDS[made.name] = made


@dataclass(frozen=True)
class Outcome:
    """What an accomplished command gives back."""

    result: dict[str, Any]
    message: Message


def find_command(name: str) -> LiveCommand:
    """The declared command. Raises `Missing`."""
    found = COMMANDS.get(name)
    if found is None:
        raise Missing("no_command", say("그런 동작이 없습니다. 화면을 새로 열어 주세요."))
    return found


def _digest_fields(fields: MultiDict[str, str]) -> dict[str, Any]:
    return {
        name: sorted(fields.getlist(name)) for name in sorted(fields) if name not in ("key", "csrf_token", "return_to")
    }


def perform_command(
    database: Database,
    name: str,
    *,
    actor: Actor,
    forum_id: int,
    fields: MultiDict[str, str],
    key: str | None,
) -> Outcome:
    """Run a command once: permission, form, operation, commit.

    Raises `Missing` for an unknown command, `Forbidden`, `Invalid` with the fields, and what the operation raises.
    """
    found = find_command(name)
    check(is_allowed(found.permission, actor, forum_id))
    if key is not None and not 8 <= len(key) <= LONGEST_KEY:
        raise Invalid("key", say("보내신 내용의 모양이 맞지 않습니다."))
    if found.together is not None:
        together, asked = found.together, found.read(fields)
        if asked is None:
            asked = cast(FrequentForm, found.form(fields).demand()).asked()
        bulk = partial(_all_of, together, forum_id)
        answer = database.perform_bulk((name, forum_id), bulk, (actor, asked, key), log_id=forum_id)
        return Outcome(found.handler(asked, answer), found.done)
    form = found.form(fields)
    form.demand()
    form.client_key = key  # type: ignore[attr-defined]

    def work(session: Session) -> dict[str, Any]:
        return found.handler(session, actor, forum_id, form)

    if key is None or found.own_keys:
        return Outcome(database.perform(work, log_id=forum_id), found.done)
    digest = payload_digest(name, _digest_fields(fields))
    return Outcome(database.perform_once(ClientKey(forum_id, actor.key, key, digest), work), found.done)


def _all_of(together: Together, forum_id: int, session: Session, asked: Sequence[Asked]) -> Sequence[Any]:
    return together(session, forum_id, asked)


def refusal(code: str, message: Message, fields: Mapping[str, list[Message]]) -> dict[str, Any]:
    """The acknowledgement of a refused command."""
    return {
        "ok": False,
        "code": code,
        "message": str(message),
        "fields": {name: [str(error) for error in errors] for name, errors in fields.items()},
    }
