"""Placing one new title in a fitted model, against reading its morphemes alone, which nothing can avoid."""

import csv
import gzip
import os
import statistics
import time
from pathlib import Path

from bench.figures import Figure
from policy.themes.clustering import discover, fit, place, placements_of, read, tokenise, warm_up

ROUNDS = 5
KNOWN = 1000
NEW = 100


def measure() -> list[Figure]:
    """Processor time for one title among a thousand, in turns."""
    path = Path(os.environ.get("HYEONDAP_DATA", "../shared/data")) / "petitions_dev.csv.gz"
    if not path.is_file():
        raise SystemExit(f"{path} is missing: HYEONDAP_DATA has to name the folder of the evaluation data.")
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        titles = [row["text"] for row, _ in zip(csv.DictReader(stream), range(KNOWN + NEW), strict=False)]
    known, new = titles[:KNOWN], titles[KNOWN:]
    texts = read((str(number), text) for number, text in enumerate(known))
    model = fit(texts, placements_of(discover(texts)))
    warm_up()
    placed, morphemes = [], []
    for _ in range(ROUNDS):
        before = time.process_time()
        for title in new:
            place(read([("new", title)])[0], model)
        between = time.process_time()
        for title in new:
            tokenise(title)
        after = time.process_time()
        placed.append((between - before) / len(new))
        morphemes.append((after - between) / len(new))
    ours, floor = statistics.median(placed), statistics.median(morphemes)
    against = "reading its morphemes alone"
    return [Figure("placing", f"one title among {KNOWN}", ours * 1000, "ms CPU", against, ours / floor, ROUNDS)]
