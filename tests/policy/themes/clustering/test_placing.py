"""Placing one text among themes that stand."""

import numpy as np
import pytest

from policy.themes.clustering import (
    Model,
    Reason,
    Text,
    UnreadableModel,
    discover,
    explain,
    fit,
    place,
    placements_of,
    read,
)


@pytest.fixture(scope="module")
def model(hall: list[Text], subject_of: dict[str, str]) -> Model:
    """The five subjects as a theme team would have left them."""
    return fit(hall, subject_of)


@pytest.mark.parametrize(
    ("sentence", "theme"),
    [
        ("우리 골목은 가로등이 없어서 밤에 캄캄해요", "night_safety"),
        ("버스 노선을 신도시까지 늘리고 배차 간격도 줄여 주세요", "buses"),
        ("무단투기한 쓰레기를 빨리 수거해 주세요", "waste"),
        ("돌봄교실에 아이를 더 오래 맡기고 싶어요", "children"),
        ("경로당에 계신 어르신들 점심을 챙겨 주세요", "elders"),
    ],
)
def test_a_new_text_finds_its_theme(model: Model, sentence: str, theme: str) -> None:
    found = place(read([("new", sentence)])[0], model)
    assert (found.theme_id, found.reason) == (theme, Reason.NEAR)
    assert found.confidence > 0.4
    assert found.nearest
    assert all(one.startswith(theme) for one in found.nearest[:1])


@pytest.mark.parametrize("sentence", ["반려견 목줄 단속", "", "👍👍", "ㅋㅋㅋ", "wifi"])
def test_a_text_with_nothing_near_says_so(model: Model, sentence: str) -> None:
    found = place(read([("new", sentence)])[0], model)
    assert (found.theme_id, found.reason, found.confidence) == (None, Reason.NOTHING_NEAR, 0.0)


def test_a_text_between_two_themes_names_both(model: Model) -> None:
    torn = Text("torn", "", ("버스", "정류장", "쓰레기", "수거"))
    found = place(torn, model)
    gap = abs(sum(part for _, part in explain(torn, model, found.first or "")))
    other = abs(sum(part for _, part in explain(torn, model, found.second or "")))
    assert {found.first, found.second} == {"buses", "waste"}
    assert (found.reason is Reason.BETWEEN) == (gap - other < 0.05)


def test_the_parts_of_the_words_add_up_to_the_cosine(model: Model, hall: list[Text]) -> None:
    for text in hall:
        vector = model.space.embed([text.tokens])[0]
        for theme, centre in zip(model.theme_ids, model.centres, strict=True):
            parts = explain(text, model, theme)
            assert sum(part for _, part in parts) == pytest.approx(float(vector @ centre), abs=1e-9)
            assert {word for word, _ in parts} <= set(text.tokens)


def test_shared_words_are_the_strongest_of_the_explanation(model: Model, hall: list[Text]) -> None:
    found = place(hall[0], model)
    parts = [(word, part) for word, part in explain(hall[0], model, found.first or "") if part > 0]
    whole = sum(part for _, part in parts)
    assert [word for word, _ in found.shared_words] == [word for word, _ in parts[:3]]
    assert found.shared_words[0][1] == pytest.approx(parts[0][1] / whole, abs=1e-4)


def test_placing_alone_agrees_with_the_grouping(hall: list[Text]) -> None:
    result = discover(hall)
    again = fit(hall, placements_of(result))
    same = sum(place(text, again).theme_id == one.theme_id for text, one in zip(hall, result.placements, strict=True))
    assert same >= 0.9 * len(hall)


def test_pins_weigh_more_than_what_the_machine_placed(hall: list[Text]) -> None:
    loose = fit(hall, {"buses-0": "a", "waste-0": "a"})
    pinned = fit(hall, {"buses-0": "a", "waste-0": "a"}, pinned={"buses-0": "a"})
    bus = pinned.space.embed([hall[1].tokens])[0]
    assert hall[1].id == "buses-0"
    assert float(bus @ pinned.centres[0]) > float(bus @ loose.centres[0])


def test_a_model_without_themes_places_nothing(hall: list[Text]) -> None:
    for texts in ([], hall[:3]):
        assert place(hall[0], fit(texts, {})).reason is Reason.NOTHING_NEAR


def test_a_model_survives_as_bytes(model: Model, hall: list[Text]) -> None:
    data = model.to_bytes()
    back = Model.from_bytes(data)
    assert back.to_bytes() == data
    assert [place(text, back) for text in hall] == [place(text, model) for text in hall]
    assert np.array_equal(back.centres, model.centres)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x80\x04K\x01.", b"x" * 100])
def test_bytes_that_are_no_model_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableModel):
        Model.from_bytes(data)


def test_a_model_of_another_tokeniser_is_refused(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policy.themes.clustering.model.TOKENISER", "kiwi-0.1/old")
    data = model.to_bytes()
    monkeypatch.undo()
    with pytest.raises(UnreadableModel, match="old"):
        Model.from_bytes(data)
