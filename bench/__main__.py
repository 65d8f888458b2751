"""`python -m bench [NAME ...]`: runs the named benchmarks, or all of them."""

import importlib
import pkgutil
import sys

import bench
from bench.figures import report

SKIP = {"__main__", "figures"}


def main(names: list[str]) -> None:
    """Run benchmarks and report their figures."""
    known = sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name not in SKIP)
    for name in names or known:
        if name not in known:
            raise SystemExit(f"No benchmark {name}. There are: {', '.join(known)}")
        report(importlib.import_module(f"bench.{name}").measure())


if __name__ == "__main__":
    main(sys.argv[1:])
