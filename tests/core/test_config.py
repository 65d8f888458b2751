"""Settings from the environment: what an installation of several processes needs is asked for before anything starts."""

from pathlib import Path

import pytest

from core.config import Part, Settings, settings_from_env

SHARED = {"DATABASE_URL": "postgresql://house@db/house", "REDIS_URL": "redis://redis/0", "SECRET_KEY": "s" * 40}


def settings(folder: Path, **env: str) -> Settings:
    return settings_from_env({"DATA_DIR": str(folder), **env})


def test_with_nothing_said_one_process_does_all_on_sqlite(tmp_path: Path) -> None:
    made = settings(tmp_path)
    assert (made.part, made.is_shared, made.trusted_proxies) == (Part.ALL, False, 0)
    assert made.database_url == f"sqlite:///{tmp_path / 'hyeondap.db'}"
    assert len(made.secret_key) >= 40
    assert settings(tmp_path).secret_key == made.secret_key


@pytest.mark.parametrize("part", ["all", "web", "background", ""])
def test_several_processes_each_have_their_part(tmp_path: Path, part: str) -> None:
    made = settings(tmp_path, **SHARED, WORK=part)
    assert (made.is_shared, made.part) == (True, Part(part or "all"))
    assert made.database_url == "postgresql+psycopg://house@db/house"
    assert not (tmp_path / "secret-key").exists()


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({**SHARED, "DATABASE_URL": ""}, "PostgreSQL"),
        ({**SHARED, "DATABASE_URL": "sqlite:///house.db"}, "PostgreSQL"),
        ({**SHARED, "SECRET_KEY": ""}, "one SECRET_KEY"),
        ({**SHARED, "WORK": "both"}, "WORK is one of all, web, background, not 'both'"),
        ({**SHARED, "REDIS_URL": "", "WORK": "web"}, "need REDIS_URL"),
        ({**SHARED, "REDIS_URL": "", "WORK": "background"}, "need REDIS_URL"),
        ({"TRUSTED_PROXIES": "yes"}, "TRUSTED_PROXIES is to be a number, not 'yes'"),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES is to be a number"),
        ({"PORT": "http"}, "PORT is to be a number"),
    ],
)
def test_what_cannot_work_is_said_with_what_to_do(tmp_path: Path, env: dict[str, str], sentence: str) -> None:
    with pytest.raises(SystemExit, match=sentence):
        settings(tmp_path, **env)


def test_one_process_may_say_so(tmp_path: Path) -> None:
    assert settings(tmp_path, WORK="all", TRUSTED_PROXIES="1").trusted_proxies == 1
