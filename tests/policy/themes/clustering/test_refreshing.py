"""Carrying themes on while a forum goes on speaking."""

import pytest

from policy.themes.clustering import Text, discover, placements_of, read, refresh


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_identities_and_places_stay_when_a_quarter_more_is_said(hall: list[Text], seed: int) -> None:
    early = hall[:52]
    before = placements_of(discover(early, seed=seed))
    after = refresh(hall, before, seed=seed)
    homes = placements_of(after)
    assert {theme.id for theme in after.themes} == set(before.values())
    assert sum(homes[id_] == theme for id_, theme in before.items()) >= 0.98 * len(before)
    assert after.stability >= 0.98
    assert sum(text.id in homes for text in hall[52:]) > 9


def test_refreshing_again_moves_nothing(hall: list[Text]) -> None:
    once = placements_of(refresh(hall, placements_of(discover(hall[:52]))))
    assert once.items() <= placements_of(refresh(hall, once)).items()


def test_pins_and_names_survive_a_hundred_refreshes(hall: list[Text]) -> None:
    pins = {"buses-0": "made-by-hand", "waste-1": "made-by-hand", "elders-2": "other"}
    homes = placements_of(discover(hall[:20], pinned=pins))
    for step in range(100):
        result = refresh(hall[: 20 + step // 10], homes, pins, seed=step)
        homes = placements_of(result)
        assert pins.items() <= homes.items()
        assert {one.text_id for one in result.placements if one.pinned} == set(pins)


def test_a_theme_that_lost_all_but_its_pin_stays(hall: list[Text]) -> None:
    result = refresh(hall, {}, {"buses-0": "only"})
    assert [(theme.id, theme.size >= 1) for theme in result.themes] == [("only", True)]


def test_texts_on_a_new_subject_are_suggested_as_a_theme_and_not_moved(
    hall: list[Text], subject_of: dict[str, str]
) -> None:
    early = [text for text in hall if subject_of[text.id] != "elders"]
    before = placements_of(discover(early))
    after = refresh(hall, before)
    suggestion = after.suggestions[0]
    assert len(suggestion.text_ids) == suggestion.theme.size >= 6
    assert {subject_of[id_] for id_ in suggestion.text_ids} == {"elders"}
    assert suggestion.theme.label
    assert suggestion.theme.id not in {theme.id for theme in after.themes}
    assert not set(suggestion.text_ids) & set(placements_of(after))


def test_unrelated_leftovers_make_no_suggestion(hall: list[Text], subject_of: dict[str, str]) -> None:
    odd = read(
        (f"odd-{n}", text)
        for n, text in enumerate(["반려견 목줄", "와이파이", "미술관", "하천 악취", "창업", "수영장"])
    )
    assert refresh([*hall, *odd], subject_of).suggestions == ()


def test_refresh_without_themes_is_a_first_discovery(hall: list[Text]) -> None:
    assert refresh(hall, {}, seed=3) == discover(hall, seed=3)


@pytest.mark.parametrize("texts", [[], [""], ["가로등"], ["👍"] * 12])
def test_edge_inputs_are_carried_without_error(texts: list[str]) -> None:
    read_in = read((str(number), text) for number, text in enumerate(texts))
    result = refresh(read_in, {"0": "a", "gone": "b"}, {"1": "c", "gone": "d"})
    assert len(result.placements) == len(texts)
    assert {theme.id for theme in result.themes} <= {"a", "c"}
