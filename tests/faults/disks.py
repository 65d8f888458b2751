"""Disks that fill up: a small one of memory where that may be mounted, else a limit on how long files may become."""

import contextlib
import os
import platform
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MEGABYTES = 16
NO_LIMIT = resource.RLIM_INFINITY


@dataclass(frozen=True)
class Disk:
    """A place for data. `fill(process id)` leaves no room for what that process writes, `make_room` gives it back."""

    folder: Path
    fill: Callable[[int], None]
    make_room: Callable[[int], None]


def why_no_small_disk() -> str:
    """Why no disk of memory can be mounted here; empty where it can."""
    return "" if platform.system() == "Linux" and os.geteuid() == 0 else "only root mounts a disk, and on Linux"


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """A disk of a few megabytes. Raises `CalledProcessError` where it may not be mounted."""
    folder.mkdir()
    filler = folder / "filler"
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "hyeondap-test", str(folder)]
    subprocess.run(mount, check=True, capture_output=True)

    def fill(_process: int) -> None:
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as stream:
            while True:
                stream.write(bytes(4096))

    try:
        yield Disk(folder, fill, lambda _process: filler.unlink())
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)


@contextmanager
def short_files(folder: Path) -> Iterator[Disk]:
    """A disk on which no file may be written at all, until it may again: the kernel's limit on one process."""
    folder.mkdir()

    def limit(process: int, length: int) -> None:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (length, NO_LIMIT))

    yield Disk(folder, lambda process: limit(process, 0), lambda process: limit(process, NO_LIMIT))


def why_no_limit() -> str:
    """Why another process cannot be limited here; empty where it can."""
    if not hasattr(resource, "prlimit"):
        return "only Linux limits another process"
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    return "" if hard == NO_LIMIT else "files are limited already"


KINDS = {"small disk": (small_disk, why_no_small_disk), "short files": (short_files, why_no_limit)}
