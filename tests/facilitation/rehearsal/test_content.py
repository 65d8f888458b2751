"""The demo programme's own texts are whole: both languages, right sums, real speech, nothing said twice."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CONTENT = Path(__file__).parents[3] / "facilitation" / "rehearsal" / "content"
READY = Path(__file__).parents[3] / "participation" / "forums" / "templates_ready"
FILES = sorted(path.name for folder in (CONTENT, READY) for path in folder.glob("*.json"))
KINDS = {
    "welcome", "briefing", "table_round", "theme_check", "open_microphone",
    "share_back", "plenary_ballot", "survey", "break",
}  # fmt: skip
STATUSES = {
    "received", "assigned", "reviewing", "extended", "adopted", "partly", "declined", "in_progress", "done",
}  # fmt: skip
PROPOSALS = {"proposals_street.json": (140, 9), "proposals_childcare.json": (70, 7)}
HANGUL = re.compile("[가-힣]")
BETWEEN_QUOTATION_MARKS = re.compile("“[^“”]+”")
NUMBER_OF_A_PERSON = re.compile(r"\d{2,4}[- ]?\d{3,4}[- ]?\d{4}|\d{6}-\d{7}")


def read(name: str) -> str:
    folder = READY if (READY / name).exists() else CONTENT
    return (folder / name).read_text(encoding="utf-8")


def load(name: str) -> Any:
    return json.loads(read(name))


def records(data: Any) -> Iterator[dict[str, Any]]:
    """Every object of a file, the outer ones first."""
    if isinstance(data, dict):
        yield data
    for part in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from records(part)


def agendas() -> list[tuple[str, int, list[dict[str, Any]]]]:
    ready = [(t["key"], t["minutes"], t["agenda"]) for t in load("agenda_templates.json")["templates"]]
    return ready + [(f["slug"], 120, f["agenda"]) for f in load("forums.json")["forums"]]


@pytest.mark.parametrize("name", FILES)
def test_file_is_short_and_composed_and_speaks_both_languages(name: str) -> None:
    text = read(name)
    assert text.count("\n") < 400
    assert text == unicodedata.normalize("NFC", text)
    for record in records(load(name)):
        languages: dict[str, set[str]] = {key[:-3]: set() for key in record if key.endswith(("_ko", "_en"))}
        for key in record:
            if key.endswith(("_ko", "_en")):
                languages[key[:-3]].add(key[-2:])
                assert record[key], key
        assert all(both == {"ko", "en"} for both in languages.values()), record
        assert all(HANGUL.search(str(record[f"{key}_ko"])) for key in languages), record
        assert not any(HANGUL.search(str(record[f"{key}_en"])) for key in languages), record


@pytest.mark.parametrize(("slug", "minutes", "agenda"), agendas(), ids=[a[0] for a in agendas()])
def test_agenda_fits_its_evening(slug: str, minutes: int, agenda: list[dict[str, Any]]) -> None:
    assert sum(segment["minutes"] for segment in agenda) == minutes, slug
    assert {segment["kind"] for segment in agenda} <= KINDS
    assert [segment["round"] for segment in agenda if "round" in segment] == [1, 2]
    for segment in agenda:
        assert sum(step["seconds"] for step in segment["guidance"]) == segment["minutes"] * 60, segment
        for step in segment["guidance"]:
            assert BETWEEN_QUOTATION_MARKS.fullmatch(step["line_ko"])
            assert BETWEEN_QUOTATION_MARKS.fullmatch(step["line_en"])
            assert step["seconds"] > 0
        if segment.get("practice"):
            assert len(segment["options_ko"]) == len(segment["options_en"])
        if "round" in segment:
            steps = [step["step_ko"] for step in segment["guidance"]]
            assert steps == ["혼자 적기", "돌아가며 말하기", "서로 이야기하기"]


def test_templates_are_of_two_and_three_hours() -> None:
    assert [minutes for _, minutes, _ in agendas()[:2]] == [120, 180]


def test_forums_are_one_finished_one_live_one_recruiting() -> None:
    forums = load("forums.json")["forums"]
    assert [forum["state"] for forum in forums] == ["finished", "live", "recruiting"]
    assert len({forum["slug"] for forum in forums}) == 3
    for forum in forums:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", forum["slug"])
        assert forum["residents"] <= forum["tables"] * forum["seats_per_table"]
        assert len(re.findall(r"[.?](?:\s|$)", forum["summary_ko"])) == 2


@pytest.mark.parametrize("name", PROPOSALS)
def test_proposals_are_many_and_never_the_same(name: str) -> None:
    at_least, topics = PROPOSALS[name]
    data = load(name)
    texts = [proposal["text"] for proposal in data["proposals"]]
    assert len(texts) >= at_least
    assert len({re.sub(r"\W", "", text) for text in texts}) == len(texts)
    assert all(10 <= len(text) <= 200 for text in texts)
    assert sum(15 <= len(text) <= 90 for text in texts) >= 0.9 * len(texts)
    assert not any(NUMBER_OF_A_PERSON.search(text) or "!" in text for text in texts)
    keys = [topic["key"] for topic in data["topics"]]
    assert len(set(keys)) == len(keys) >= topics + 1
    assert keys[-1] == "other"
    assert {proposal["topic"] for proposal in data["proposals"]} == set(keys)


@pytest.mark.parametrize("name", PROPOSALS)
def test_proposals_come_from_phones_and_voices_with_other_views(name: str) -> None:
    proposals = load(name)["proposals"]
    for proposal in proposals:
        assert proposal["by"] in {"phone", "spoken"}
        assert proposal["round"] in {1, 2}
        assert isinstance(proposal["dissent"], bool)
        assert proposal["verbatim"] or proposal["by"] == "spoken", "a phone's text is always its author's own"
    assert sum(proposal["dissent"] for proposal in proposals) >= 6
    assert sum(not HANGUL.search(proposal["text"]) for proposal in proposals) in {2, 3}
    assert any("hide_ko" in proposal for proposal in proposals)
    for rnd in (1, 2):
        assert sum(proposal["round"] == rnd for proposal in proposals) >= len(proposals) // 3


@pytest.mark.parametrize("name", PROPOSALS)
def test_near_duplicates_share_topic_and_round(name: str) -> None:
    twins: dict[str, list[dict[str, Any]]] = {}
    for proposal in load(name)["proposals"]:
        if "same_as" in proposal:
            twins.setdefault(proposal["same_as"], []).append(proposal)
    assert len(twins) >= 4
    for pair in twins.values():
        assert len(pair) == 2
        assert len({(proposal["topic"], proposal["round"]) for proposal in pair}) == 1


def test_settled_themes_hold_every_topic_once() -> None:
    settled = load("themes_childcare.json")
    held = [topic for theme in settled["themes"] for topic in theme["topics"]]
    topics = {topic["key"] for topic in load("proposals_childcare.json")["topics"]}
    assert len(held) == len(set(held))
    assert set(held) | {settled["unplaced_topic"]} == topics


def test_ballot_counts_are_the_sum_of_phones_and_papers() -> None:
    ballot = load("ballot_childcare.json")
    votes = ballot["phones"] + ballot["papers"]
    themes = {theme["key"] for theme in load("themes_childcare.json")["themes"]}
    assert (len(votes), len(ballot["papers"])) == (ballot["voters"], ballot["paper_voters"]) == (52, 4)
    assert ballot["voters"] <= ballot["seated"]
    assert all(1 <= len(set(vote)) == len(vote) <= ballot["up_to"] for vote in votes)
    for counted, given in (("votes", votes), ("paper", ballot["papers"])):
        counts = Counter(choice for vote in given for choice in vote)
        assert {row["theme"]: row[counted] for row in ballot["results"] if row[counted]} == counts
    order = [row["votes"] for row in ballot["results"]]
    assert order == sorted(order, reverse=True)
    assert order[ballot["chosen"] - 1] > order[ballot["chosen"]]
    assert {row["theme"] for row in ballot["results"]} == themes


def test_commitments_lie_with_a_known_team_and_tell_their_way() -> None:
    teams = {
        (department["name_ko"], team["name_ko"])
        for department in load("names.json")["departments"]
        for team in department["teams"]
    }
    themes = {theme["key"] for theme in load("themes_childcare.json")["themes"]}
    commitments = load("commitments_childcare.json")["commitments"]
    assert len({commitment["key"] for commitment in commitments}) == len(commitments) == 9
    assert {commitment["theme"] for commitment in commitments} == themes
    for commitment in commitments:
        assert (commitment["department"], commitment["team"]) in teams
        steps = commitment["log"]
        assert [step["status"] for step in steps[:3]] == ["received", "assigned", "reviewing"]
        assert steps[-1]["status"] == commitment["status"]
        assert {step["status"] for step in steps} <= STATUSES
        assert [step["day"] for step in steps] == sorted(step["day"] for step in steps)
        assert ("reason_code" in commitment) == (commitment["status"] == "declined")


def test_answers_come_in_formal_words_and_one_promise_is_late() -> None:
    data = load("commitments_childcare.json")
    late = [c for c in data["commitments"] if not c["answers"]]
    assert [c["key"] for c in late] == ["changing-tables"]
    assert late[0]["log"][-1]["day"] > late[0]["due_day"]
    for commitment in data["commitments"]:
        for answer in commitment["answers"]:
            assert re.search(r"(다|오)\.$", answer["text_ko"])
            assert "!" not in answer["text_ko"]
        if commitment["answers"] and commitment["status"] != "extended":
            assert commitment["answers"][0]["day"] <= data["answer_within_days"]
        if commitment["status"] == "done":
            assert commitment["log"][-1]["day"] <= commitment["due_day"]


def test_call_names_and_staff_are_enough_and_never_the_same() -> None:
    names = load("names.json")
    calls = names["call_names"]
    assert len(calls) == len(set(calls)) >= 80
    assert all(1 <= len(name) <= 10 for name in calls)
    people = [person["name_ko"] for person in names["staff"]]
    assert len(people) == len(set(people)) >= 20
    certificates = [p["certificate"] for p in names["staff"] if p["role"] == "facilitator"]
    assert len(certificates) == len(set(certificates)) >= 7


def test_stage_has_four_reasons_for_help_and_messages_that_fit_a_banner() -> None:
    stage = load("stage_messages.json")
    assert [reason["key"] for reason in stage["help_reasons"]] == ["dispute", "device", "facts", "unwell"]
    assert len({message["key"] for message in stage["messages"]}) == len(stage["messages"]) >= 10
    for message in stage["messages"]:
        assert message["segment"] in KINDS
        assert len(message["text_ko"]) <= 60
    assert len(stage["open_microphone"]) >= 4
    assert len(load("ground_rules.json")["rules"]) >= 5
