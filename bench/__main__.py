"""`python -m bench [NAME ...]`: runs the named benchmarks, or all of them."""

import importlib
import pkgutil
import sys

import bench
from bench.figures import report

SKIP = {"__main__", "figures", "load"}


def main(names: list[str]) -> None:
    """Run benchmarks and report their figures. Raises `SystemExit` where a limit is passed."""
    known = sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name not in SKIP)
    over = []
    for name in names or known:
        if name not in known:
            raise SystemExit(f"No benchmark {name}. There are: {', '.join(known)}")
        if not report(importlib.import_module(f"bench.{name}").measure()):
            over.append(name)
    if over:
        raise SystemExit(f"Over their limits: {', '.join(over)}")


if __name__ == "__main__":
    main(sys.argv[1:])
