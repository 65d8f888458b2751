"""Every package we chose is pinned with hashes and accounted for in docs/dependencies.md."""

import re
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHOSEN = re.compile(r"^([a-z][a-z0-9-]*)", re.MULTILINE)
PINNED = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def chosen(name: str) -> set[str]:
    return set(CHOSEN.findall((ROOT / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_chosen_package_is_accounted_for_at_its_pinned_version(name: str) -> None:
    pages = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8").splitlines()
    rows = {match[1]: line for line in pages if (match := re.match(r"\| ([a-z0-9-]+) ", line))}
    pins = PINNED.findall((ROOT / f"{name}.txt").read_text(encoding="utf-8"))

    packages = chosen(f"{name}.in")
    assert packages
    for package in packages:
        versions = [version for pinned, version in pins if pinned == package]
        assert versions, f"{package} is not pinned"
        assert all(version in rows[package] for version in versions), package


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_carries_hashes_and_names_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z])", text)

    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text
    assert "index-url" not in text


def test_servers_that_would_be_chosen_by_accident_are_not_installed() -> None:
    installed = {distribution.metadata["Name"].lower() for distribution in distributions()}

    assert installed.isdisjoint({"eventlet", "gevent-websocket"})
