"""What an event is: a named fact with a small payload of ids, and the stream it travels on."""

from dataclasses import dataclass
from typing import Any, ClassVar

EVENT_TYPES: dict[str, type["Event"]] = {}


@dataclass(frozen=True)
class Event:
    """A fact in the past tense.

    A subclass is a frozen dataclass that declares `kind` (its name in the log) and `stream`, a pattern over
    its fields: `forum`, `table:{table}`, `staff`, `desk`, `turnout`, `seat:{seat}`. Fields hold ids, numbers
    and digests, never texts or names. An event that changes nothing of what readers keep for each other
    (`core.events.known`) says so with `material=False`; they go on with what they have.
    """

    kind: ClassVar[str]
    stream_pattern: ClassVar[str]
    material: ClassVar[bool]

    def __init_subclass__(cls, *, kind: str, stream: str, material: bool = True) -> None:
        super().__init_subclass__()
        if kind in EVENT_TYPES:
            raise ValueError(f"two event types are called {kind}")
        cls.kind, cls.stream_pattern, cls.material = kind, stream, material
        EVENT_TYPES[kind] = cls

    @property
    def stream(self) -> str:
        return self.stream_pattern.format_map(vars(self))

    def payload(self) -> dict[str, Any]:
        return dict(vars(self))


def revive(kind: str, payload: dict[str, Any]) -> Event:
    """The event that was recorded as `kind` with `payload`."""
    return EVENT_TYPES[kind](**payload)
