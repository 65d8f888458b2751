"""What stands under `deploy/` agrees with the code: every setting is explained, every process is held the same way."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
PACKAGES = ("core", "participation", "facilitation", "policy")
READ = re.compile(r'(?:\benv\.get\(|os\.environ\.get\(|os\.environ\[|\benv\[|_number\(env, )"([A-Z][A-Z_]+)"')
IN_ENV = re.compile(r"^#?([A-Z][A-Z_]+)=", re.MULTILINE)
NAMES = re.compile(r"`([A-Z][A-Z_]+)(?:=[^`]*)?`")
OF_OTHERS = {"LANG", "LC_ALL", "LC_MESSAGES", "PATH"}
SERVING = ("hyeondap.service", "hyeondap-web@.service", "hyeondap-background.service")
SECTIONS = re.compile(r"^\[(\w+)\]$", re.MULTILINE)


def _read_by_the_code() -> set[str]:
    sources = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    found = {name for path in sources for name in READ.findall(path.read_text())} - OF_OTHERS
    return {name for name in found if not name.startswith("HTTP_")}


def _in_the_readme() -> set[str]:
    rows = [line.split("|")[1] for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("| `")]
    return {name for row in rows for name in NAMES.findall(row)}


def _blocks() -> list[str]:
    return re.split(r"\n\s*\n", (DEPLOY / "hyeondap.env").read_text())


def test_every_setting_that_is_read_is_explained_and_no_other() -> None:
    wanted = _read_by_the_code()
    assert {"DATABASE_URL", "METRICS_TOKEN", "DEMO_RESIDENTS"} <= wanted
    assert set(IN_ENV.findall((DEPLOY / "hyeondap.env").read_text())) == wanted
    assert _in_the_readme() == wanted


def test_every_setting_stands_below_what_it_means() -> None:
    for block in _blocks():
        lines = block.splitlines()
        settings = [line for line in lines if IN_ENV.match(line)]
        if settings:
            assert lines[0].startswith("# "), block
            assert lines[-len(settings) :] == settings, block


def test_nothing_secret_stands_in_what_is_given_out() -> None:
    for path in (DEPLOY / "hyeondap.env", DEPLOY / "compose.env.example"):
        for name in ("SECRET_KEY", "METRICS_TOKEN", "POSTGRES_PASSWORD"):
            assert not re.search(rf"^{name}=.", path.read_text(), re.MULTILINE), path


def test_the_containers_know_the_same_settings() -> None:
    compose = (DEPLOY / "compose.yaml").read_text()
    set_there = set(re.findall(r"^ {4,6}([A-Z][A-Z_]+): ", compose, re.MULTILINE))
    assert {name for name in set_there if not name.startswith("POSTGRES_")} <= _read_by_the_code()
    demanded = set(re.findall(r"\$\{([A-Z_]+):\?", compose))
    assert demanded <= set(IN_ENV.findall((DEPLOY / "compose.env.example").read_text()))


def test_the_container_has_every_folder_that_the_house_needs() -> None:
    copied = set(re.findall(r"^COPY (\w+) \w+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE))
    assert copied == {*PACKAGES, "migrations", "templates", "translations", "static"}
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied | {"app.py", "requirements.txt", ".flaskenv"} <= allowed


def _service(name: str) -> dict[str, str]:
    text = (DEPLOY / "systemd" / name).read_text()
    body = SECTIONS.split(text)[SECTIONS.split(text).index("Service") + 1]
    pairs = [line.split("=", 1) for line in body.splitlines() if line and not line.startswith("#")]
    assert len({name for name, _ in pairs}) == len(pairs), "nothing is said twice"
    return dict(pairs)


def test_every_unit_is_fenced_in_the_same_way() -> None:
    fences = [
        {name: value for name, value in _service(unit).items() if name.startswith(("Protect", "Private", "Restrict"))}
        for unit in (*SERVING, "hyeondap-backup.service")
    ]
    assert fences[0]["ProtectSystem"] == "strict"
    assert all(fence == fences[0] for fence in fences)


@pytest.mark.parametrize("unit", SERVING)
def test_who_serves_may_serve_many_and_is_given_time_to_end(unit: str) -> None:
    service = _service(unit)
    assert (service["LimitNOFILE"], service["NoNewPrivileges"], service["User"]) == ("65536", "yes", "hyeondap")
    assert int(service["TimeoutStopSec"]) > 10
    assert "PORT" not in service.get("Environment", ""), "the environment file would win over it"
