"""What can go wrong for a reason a person can be told."""

from core.i18n.messages import Message


class DomainError(Exception):
    """Refused, with a stable code, a sentence for the reader and the HTTP status that fits."""

    status = 422

    def __init__(self, code: str, message: Message, fields: dict[str, list[Message]] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.fields = fields or {}


class Invalid(DomainError):
    """What was sent does not have the form it needs."""

    status = 422


class Forbidden(DomainError):
    """The actor may not do this."""

    status = 403


class Missing(DomainError):
    """There is no such thing, or not for this actor."""

    status = 404


class Conflict(DomainError):
    """Possible in itself, but not in the present state."""

    status = 409


class TooLate(Conflict):
    """The moment for this has passed."""


class TooMany(DomainError):
    """A limit was reached; try again later."""

    status = 429


class Unavailable(DomainError):
    """The store cannot be written just now; the same act may be sent again later."""

    status = 503
