"""Settings of one installation, read once from the environment."""

import os
import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class City:
    """The one municipality of an installation; texts that a city may change."""

    name_ko: str = "가온시"
    name_en: str = "Gaon City"
    office_ko: str = "가온시 소통담당관"
    office_en: str = "Gaon City Communication Office"
    phone: str = "031-000-0100"
    zone: str = "Asia/Seoul"
    names_days: int = 5
    opinions_years: int = 3

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class Part(StrEnum):
    """What one process of an installation does: all of it, or serve people, or the work beside that."""

    ALL = "all"
    WEB = "web"
    BACKGROUND = "background"


@dataclass(frozen=True)
class Settings:
    """Everything that differs between installations."""

    data_dir: Path
    database_url: str
    secret_key: str
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = False
    secure_cookies: bool = False
    trusted_proxies: int = 0
    redis_url: str = ""
    part: Part = Part.ALL
    address: str = ""
    metrics_token: str = ""
    testing: bool = False
    version: str = "0.1.0"
    city: City = field(default_factory=City)

    @property
    def is_shared(self) -> bool:
        """Whether other processes serve the same installation."""
        return bool(self.redis_url)

    @property
    def ballot_keys(self) -> Path:
        """Folder of ballot keys: outside the database, left out of backups."""
        return self.data_dir / "ballot-keys"


def _city_from_env(env: dict[str, str]) -> City:
    default = City()
    return City(
        name_ko=env.get("CITY_NAME_KO", default.name_ko),
        name_en=env.get("CITY_NAME_EN", default.name_en),
        office_ko=env.get("CITY_OFFICE_KO", default.office_ko),
        office_en=env.get("CITY_OFFICE_EN", default.office_en),
        phone=env.get("CITY_PHONE", default.phone),
        zone=env.get("CITY_ZONE", default.zone),
    )


def _kept_secret(data_dir: Path) -> str:
    """The secret that signs sessions: made on first start, kept readable by its owner only."""
    path = data_dir / "secret-key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def settings_from_env(environ: dict[str, str] | None = None) -> Settings:
    """Settings from environment variables; `var/` and SQLite where nothing is said. Raises `SystemExit` with what to do."""
    env = dict(os.environ) if environ is None else environ
    data_dir = Path(env.get("DATA_DIR", "var")).resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    url = env.get("DATABASE_URL") or f"sqlite:///{data_dir / 'hyeondap.db'}"
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            url = "postgresql+psycopg://" + url.removeprefix(prefix)
    _check_shared(env, url)
    return Settings(
        data_dir=data_dir,
        database_url=url,
        secret_key=env.get("SECRET_KEY") or _kept_secret(data_dir),
        host=env.get("HOST", "127.0.0.1"),
        port=_number(env, "PORT", 8000),
        demo=env.get("DEMO", "1") != "0",
        secure_cookies=env.get("SECURE_COOKIES", "") == "1",
        trusted_proxies=_number(env, "TRUSTED_PROXIES", 0),
        redis_url=env.get("REDIS_URL", ""),
        part=Part(env.get("WORK") or Part.ALL),
        address=env.get("PUBLIC_ADDRESS", ""),
        metrics_token=env.get("METRICS_TOKEN", ""),
        city=_city_from_env(env),
    )


def _number(env: dict[str, str], name: str, default: int) -> int:
    written = env.get(name) or str(default)
    if not written.isdecimal():
        raise SystemExit(f"{name} is to be a number, not {written!r}.")
    return int(written)


def _check_shared(env: dict[str, str], url: str) -> None:
    """Several processes need one database that takes them all, and one key that all of them sign with."""
    if env.get("WORK", "") not in ("", *Part):
        raise SystemExit(f"WORK is one of {', '.join(Part)}, not {env['WORK']!r}.")
    if not env.get("REDIS_URL"):
        if env.get("WORK", Part.ALL) not in ("", Part.ALL):
            raise SystemExit("WORK=web and WORK=background need REDIS_URL, by which the processes wake each other.")
        return
    if not url.startswith("postgresql"):
        raise SystemExit("Several processes need PostgreSQL: set DATABASE_URL=postgresql://... beside REDIS_URL.")
    if not env.get("SECRET_KEY"):
        raise SystemExit("Several processes need one SECRET_KEY: make it with `openssl rand -base64 48`.")
