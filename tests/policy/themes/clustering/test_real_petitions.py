"""The grouping against the categories that real petitioners chose: better than chance, by far."""

import random
import statistics

import pytest
from sklearn.metrics import adjusted_mutual_info_score

from policy.themes.clustering import discover, placements_of, read
from tests.real_data import petitions

PER_CATEGORY = 50
CATEGORIES = ("반려동물", "일자리", "육아/교육", "교통/건축/국토")


@pytest.fixture(scope="module")
def titles() -> list[tuple[str, str]]:
    rows = petitions()
    random.Random(1).shuffle(rows)
    chosen = [row for name in CATEGORIES for row in [r for r in rows if r["category"] == name][:PER_CATEGORY]]
    return [(row["category"], row["text"]) for row in chosen]


@pytest.mark.real_data
def test_two_hundred_petition_titles_are_grouped_far_better_than_by_chance(
    titles: list[tuple[str, str]],
) -> None:
    texts = read((str(number), text) for number, (_, text) in enumerate(titles))
    homes = placements_of(discover(texts))
    placed = [(titles[int(id_)][0], home) for id_, home in homes.items()]
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
