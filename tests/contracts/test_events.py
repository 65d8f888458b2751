"""Every event type declares its stream, and its payload survives the log."""

import dataclasses
import json

from core.events.event import EVENT_TYPES, revive
from core.live.regions import SURFACES

KINDS_OF_STREAM = {"forum", "table", "staff", "desk", "turnout", "seat"}
SAMPLES = {"int": 3, "str": "3,5", "bool": True}


def test_every_event_names_a_known_kind_of_stream() -> None:
    of_the_house = {kind: found for kind, found in EVENT_TYPES.items() if not kind.startswith("test.")}
    assert of_the_house
    for kind, event_type in of_the_house.items():
        assert event_type.stream_pattern.partition(":")[0] in KINDS_OF_STREAM, kind


def test_every_event_is_revived_as_it_was() -> None:
    for kind, event_type in EVENT_TYPES.items():
        values = {}
        for field in dataclasses.fields(event_type):
            name = field.type if isinstance(field.type, str) else field.type.__name__
            values[field.name] = SAMPLES.get(name, {"1": 2})
        event = event_type(**values)
        assert revive(kind, json.loads(json.dumps(event.payload()))) == event
        assert "{" not in event.stream


def test_every_surface_admits_and_has_contents() -> None:
    for surface in SURFACES.values():
        assert surface._admit is not None, surface.name
        assert surface._contents, surface.name
