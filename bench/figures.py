"""A figure and where it is kept."""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results.jsonl"


@dataclass(frozen=True)
class Figure:
    """One measured value, and its ratio to what it is held against."""

    bench: str
    case: str
    value: float
    unit: str
    against: str
    ratio: float
    n: int


def report(figures: list[Figure]) -> None:
    """Print a table and append one JSON object for each figure."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with RESULTS.open("a", encoding="utf-8") as stream:
        for figure in figures:
            print(
                f"{figure.bench:20} {figure.case:40} {figure.value:10.3f} {figure.unit:8} "
                f"{figure.ratio:6.2f} x {figure.against} (n={figure.n})"
            )
            stream.write(json.dumps({**asdict(figure), "at": at}, ensure_ascii=False) + "\n")
