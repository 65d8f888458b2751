"""JSON for the wire, as the socket server wants it."""

import json
from typing import Any

import orjson


class QuickJson:
    """JSON for the socket server; what it knows no way with (half Hangul, huge numbers) takes the slow way."""

    @staticmethod
    def dumps(value: Any, **_options: Any) -> str:
        try:
            return orjson.dumps(value).decode()
        except TypeError:
            return json.dumps(value)

    @staticmethod
    def loads(text: str | bytes, **_options: Any) -> Any:
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return json.loads(text)
