"""The grouping against the categories that real petitioners chose: better than chance, by far."""

import csv
import gzip
import os
import random
import statistics
import time
from pathlib import Path

import pytest
from sklearn.metrics import adjusted_mutual_info_score

from policy.themes.clustering import discover, fit, place, placements_of, read

PER_CATEGORY = 50
CATEGORIES = ("반려동물", "일자리", "육아/교육", "교통/건축/국토")


@pytest.fixture(scope="module")
def petitions() -> list[tuple[str, str]]:
    folder = os.environ.get("HYEONDAP_DATA")
    path = Path(folder or "") / "petitions_dev.csv.gz"
    if not folder or not path.is_file():
        if os.environ.get("CI"):
            pytest.fail("HYEONDAP_DATA names no folder with petitions_dev.csv.gz")
        pytest.skip("HYEONDAP_DATA is not set: real petitions are not at hand")
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    random.Random(1).shuffle(rows)
    chosen = [row for name in CATEGORIES for row in [r for r in rows if r["category"] == name][:PER_CATEGORY]]
    return [(row["category"], row["text"]) for row in chosen]


@pytest.mark.real_data
def test_two_hundred_petition_titles_are_grouped_far_better_than_by_chance(
    petitions: list[tuple[str, str]],
) -> None:
    texts = read((str(number), text) for number, (_, text) in enumerate(petitions))
    homes = placements_of(discover(texts))
    placed = [(petitions[int(id_)][0], home) for id_, home in homes.items()]
    truth, found = [category for category, _ in placed], [home for _, home in placed]
    ours = adjusted_mutual_info_score(truth, found)
    shuffled = []
    for seed in range(20):
        mixed = list(found)
        random.Random(seed).shuffle(mixed)
        shuffled.append(adjusted_mutual_info_score(truth, mixed))
    assert len(placed) > 140
    assert ours > 0.08
    assert ours > statistics.mean(shuffled) + 4 * statistics.stdev(shuffled)


@pytest.mark.real_data
def test_a_title_is_placed_while_the_phone_waits(petitions: list[tuple[str, str]]) -> None:
    texts = read((str(number), text) for number, (_, text) in enumerate(petitions))
    model = fit(texts, placements_of(discover(texts)))
    spans = []
    for _, title in petitions:
        started = time.perf_counter()
        place(read([("new", title)])[0], model)
        spans.append(time.perf_counter() - started)
    assert statistics.median(spans) < 0.05
