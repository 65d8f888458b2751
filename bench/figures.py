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
    limit: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the ratio keeps within its limit, where there is one."""
        return self.limit is None or self.ratio <= self.limit


def report(figures: list[Figure]) -> bool:
    """Print a table and append one JSON object for each figure; whether all keep within their limits."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with RESULTS.open("a", encoding="utf-8") as stream:
        for figure in figures:
            print(
                f"{figure.bench:20} {figure.case:40} {figure.value:10.3f} {figure.unit:8} "
                f"{figure.ratio:6.2f} x {figure.against} (n={figure.n})"
                + (f", limit {figure.limit:g} x{'' if figure.holds else ': OVER'}" if figure.limit is not None else "")
            )
            stream.write(json.dumps({**asdict(figure), "at": at}, ensure_ascii=False) + "\n")
    return all(figure.holds for figure in figures)
