"""The demo's finished forum after the evening: promises made, changed and answered day by day, by the operations."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.db.work import Database
from core.i18n.dates import local_date
from core.permissions import Actor
from policy.commitments.models import Department
from policy.commitments.operations import (
    Change,
    CommitmentDraft,
    DepartmentDraft,
    ResponseDraft,
    change_state,
    make_commitment,
    publish_response,
    save_department,
)
from policy.commitments.states import NEEDS_DATE, NEEDS_EVIDENCE, CommitmentState, ReasonCode
from policy.themes.models import Theme, ThemeState

ASSIGNED = re.compile(r"Assigned to the (.+), (.+)\.")
PROOF = "현장 사진 2장, 점검 기록"


def keep_promises(
    database: Database,
    forum_id: int,
    staff: Actor,
    held_at: datetime,
    content: Mapping[str, Any],
    labels: Mapping[str, str],
) -> None:
    """Play what became of a forum since `held_at`, up to now: each line on its own day.

    `content` lists the commitments with their log and answers by days after the forum; `labels` gives the name
    of a theme by its key there.
    """
    now = clock.now()
    offices = _departments(database, staff, content)
    themes = _themes(database, forum_id, labels)
    made: dict[str, int] = {}
    for day, kind, written, line in sorted(_days(content["commitments"]), key=lambda one: (one[0], one[1])):
        moment = held_at + timedelta(days=day, hours=-8)
        if moment > now:
            continue
        with clock.frozen(moment):
            if kind == 0:
                made[written["key"]] = _receive(database, staff, forum_id, written, themes, content, held_at)
            elif kind == 1:
                _change(database, staff, made[written["key"]], written, line, offices, held_at)
            else:
                _answer(database, staff, made[written["key"]], line)


def _days(commitments: list[dict[str, Any]]) -> list[tuple[int, int, dict[str, Any], dict[str, Any]]]:
    """Everything that happens: day, kind (received, changed, answered), commitment, line."""
    found: list[tuple[int, int, dict[str, Any], dict[str, Any]]] = []
    for one in commitments:
        found += [(line["day"], 0 if line["status"] == "received" else 1, one, line) for line in one["log"]]
        found += [(line["day"], 2, one, line) for line in one["answers"]]
    return found


def _departments(database: Database, staff: Actor, content: Mapping[str, Any]) -> dict[str, int]:
    """The departments named there, with their teams; made where they are not known yet."""
    teams: dict[str, set[str]] = {}
    for one in content["commitments"]:
        teams.setdefault(one["department"], set()).add(one["team"])
    english = _english_names(content["commitments"])

    def work(session: Session) -> dict[str, int]:
        known = {row.name_ko: row.id for row in session.scalars(select(Department))}
        for number, (name, its_teams) in enumerate(sorted(teams.items()), 101):
            if name not in known:
                pairs = tuple((team, english.get(team, "")) for team in sorted(its_teams))
                draft = DepartmentDraft(name, english.get(name, ""), f"031-000-0{number}", pairs)
                known[name] = save_department(session, staff, draft).id
        return known

    return database.perform(work)


def _english_names(commitments: list[dict[str, Any]]) -> dict[str, str]:
    """Teams and departments in English, as the log says to whom each was assigned."""
    names: dict[str, str] = {}
    for one in commitments:
        for line in one["log"]:
            found = ASSIGNED.fullmatch(line["reason_en"]) if line["status"] == "assigned" else None
            if found:
                names[one["team"]], names[one["department"]] = found.groups()
    return names


def _themes(database: Database, forum_id: int, labels: Mapping[str, str]) -> dict[str, int]:
    with database.reading() as session:
        wanted = select(Theme.label_ko, Theme.id).where(Theme.forum_id == forum_id, Theme.state == ThemeState.ACTIVE)
        ids: dict[str, int] = {str(key): int(number) for key, number in session.execute(wanted)}
    return {key: ids[label] for key, label in labels.items() if label in ids}


def _day(held_at: datetime, day: int) -> date:
    return local_date(held_at + timedelta(days=day))


def _receive(
    database: Database,
    staff: Actor,
    forum_id: int,
    written: dict[str, Any],
    themes: Mapping[str, int],
    content: Mapping[str, Any],
    held_at: datetime,
) -> int:
    waiting = not any(_decides(line["status"]) for line in written["log"])
    days = written.get("first_due_day", written["due_day"]) if waiting else 4 + int(content["answer_within_days"])
    draft = CommitmentDraft(
        title_ko=written["title_ko"],
        title_en=written["title_en"],
        text_ko=written["public_ko"],
        text_en=written["public_en"],
        theme_id=themes.get(written["theme"]),
        answer_due_on=_day(held_at, days),
    )
    return database.perform(lambda session: make_commitment(session, staff, forum_id, draft).id)


def _decides(status: str) -> bool:
    return status in ("adopted", "partly", "declined", "already")


def _change(
    database: Database,
    staff: Actor,
    commitment_id: int,
    written: dict[str, Any],
    line: dict[str, Any],
    offices: Mapping[str, int],
    held_at: datetime,
) -> None:
    state = CommitmentState(line["status"])
    days = line.get("new_due_day", line.get("expected_day", written["due_day"] if state in NEEDS_DATE else None))
    assigned = state is CommitmentState.ASSIGNED
    declined = state is CommitmentState.DECLINED
    change = Change(
        state=state,
        reason_ko=line["reason_ko"],
        reason_en=line["reason_en"],
        reason_code=ReasonCode(written["reason_code"]) if declined else None,
        new_due_on=_day(held_at, days) if days is not None else None,
        evidence=line.get("evidence", PROOF) if state in NEEDS_EVIDENCE else "",
        department_id=offices[written["department"]] if assigned else None,
        team=written["team"] if assigned else "",
    )
    database.perform(lambda session: change_state(session, staff, commitment_id, change).id)


def _answer(database: Database, staff: Actor, commitment_id: int, line: dict[str, Any]) -> None:
    draft = ResponseDraft(line["text_ko"], line["text_en"], "031-000-0142")
    database.perform(lambda session: publish_response(session, staff, commitment_id, draft).id)
