"""What a process uses, as the kernel tells it."""

from pathlib import Path


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used; 0 where it cannot be read."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / 100


def memory_kib(pid: int) -> int:
    """Proportional memory of a process in KiB; 0 where it cannot be read."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def children(pid: int) -> list[int]:
    """The processes that a process has started and that still run."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found.extend(int(one) for one in task.read_text().split())
        except OSError:
            continue
    return found


def children_cpu_seconds(pid: int) -> float:
    """Processor time of what a process has started."""
    return sum(cpu_seconds(one) for one in children(pid))
