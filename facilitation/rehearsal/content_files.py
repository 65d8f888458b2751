"""The written content of the demo city, read from `content/`."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "content"


@cache
def content(name: str) -> Any:
    """One file of the content, by its name without ending."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def forum_content(slug: str) -> dict[str, Any]:
    """One of the three forums."""
    found: dict[str, Any] = next(forum for forum in content("forums")["forums"] if forum["slug"] == slug)
    return found
