"""Real petitions supplied beside the project: found through HYEONDAP_DATA; in CI they have to be there."""

import csv
import gzip
import os
from pathlib import Path

import pytest


def petitions() -> list[dict[str, str]]:
    """The rows of the development file. Without it a test is skipped and says so; in CI that is a failure."""
    path = Path(os.environ.get("HYEONDAP_DATA", "../shared/data")) / "petitions_dev.csv.gz"
    if not path.is_file():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{path} is missing: HYEONDAP_DATA has to name the folder of the evaluation data")
        pytest.skip("HYEONDAP_DATA does not name the folder of the evaluation data")
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
