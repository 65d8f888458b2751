"""Finding themes for the first time."""

from collections import Counter

import pytest

from policy.themes.clustering import Reason, Result, Text, discover, near_pairs, placements_of, read
from tests.policy.themes.clustering.sentences import SENTENCES

ENGLISH = (
    "More street lights in the alley please",
    "The bus stop needs benches",
    "The bus comes too late at night",
    "Street lights are broken near the park",
    "Buses are late every morning",
    "The park has no trees",
    "Plant more trees in the park",
    "The alley is dark without street lights",
    "Run the night bus on weekends too",
    "Trees would give shade at the park",
)


def purity(result: Result, subject_of: dict[str, str]) -> float:
    homes = placements_of(result)
    mixed = Counter((home, subject_of[id_]) for id_, home in homes.items())
    best = {home: max(n for (h, _), n in mixed.items() if h == home) for home in set(homes.values())}
    return sum(best.values()) / len(homes)


def bare(texts: list[str]) -> list[Text]:
    return read((str(number), text) for number, text in enumerate(texts))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_five_subjects_of_a_hall_become_themes_of_their_own(
    hall: list[Text], subject_of: dict[str, str], seed: int
) -> None:
    result = discover(hall, seed=seed)
    assert 4 <= len(result.themes) <= 7
    assert purity(result, subject_of) > 0.9
    assert len(placements_of(result)) > 0.85 * len(hall)
    assert result.stability > 0.6
    covered = {subject_of[theme.central[0]] for theme in result.themes}
    assert covered == set(subject_of.values())


def test_the_same_input_gives_the_same_result(hall: list[Text]) -> None:
    assert discover(hall, seed=7) == discover(list(hall), seed=7)


def test_a_given_number_of_themes_is_kept(hall: list[Text]) -> None:
    assert len(discover(hall, themes=3).themes) == 3


def test_every_text_has_one_placement_in_order_and_sizes_add_up(hall: list[Text]) -> None:
    result = discover(hall)
    assert [one.text_id for one in result.placements] == [text.id for text in hall]
    sizes = Counter(placements_of(result).values())
    assert {theme.id: theme.size for theme in result.themes} == sizes
    assert min(sizes.values()) >= 3
    for one in result.placements:
        assert 0.0 <= one.confidence <= 1.0
        assert (one.theme_id is not None) == (one.reason is Reason.NEAR)
        assert one.text_id not in one.nearest


def test_pins_never_move_however_odd(hall: list[Text], subject_of: dict[str, str]) -> None:
    odd = {"buses-0": "elders-made", "waste-3": "elders-made", "elders-1": "elders-made", "buses-1": "lonely"}
    for seed in range(3):
        result = discover(hall, seed=seed, pinned=odd)
        pinned = {one.text_id: one.theme_id for one in result.placements if one.pinned}
        assert pinned == odd
        assert {"elders-made", "lonely"} <= {theme.id for theme in result.themes}


def test_pins_teach_where_similar_texts_go(hall: list[Text], subject_of: dict[str, str]) -> None:
    pins = {id_: subject for id_, subject in subject_of.items() if id_.endswith(("-0", "-1", "-2"))}
    result = discover(hall, themes=5, pinned=pins)
    free = {id_: home for id_, home in placements_of(result).items() if id_ not in pins}
    right = sum(1 for id_, home in free.items() if home == subject_of[id_])
    assert right > 0.85 * len(free)


def test_a_pin_of_an_unknown_text_is_ignored(hall: list[Text]) -> None:
    assert discover(hall, pinned={"nobody": "9"}) == discover(hall)


@pytest.mark.parametrize("count", [0, 1, 5, 7])
def test_with_few_texts_nobody_can_tell_but_near_pairs_show(hall: list[Text], count: int) -> None:
    few = hall[:count]
    result = discover(few)
    assert result.themes == ()
    assert all(one.theme_id is None and one.reason is Reason.NOTHING_NEAR for one in result.placements)
    assert len(result.placements) == count


def test_near_pairs_name_the_two_that_say_the_same() -> None:
    texts = bare(["골목 가로등을 늘려 주세요", "마을버스가 늦어요", "골목에 가로등이 더 필요합니다"])
    (first, second, likeness), *_ = near_pairs(texts)
    assert (first, second) == ("0", "2")
    assert 0.3 < likeness <= 1.0


def test_the_same_sentence_many_times_is_one_theme() -> None:
    result = discover(bare(["골목에 가로등을 세워 주세요"] * 20))
    assert [theme.size for theme in result.themes] == [20]


@pytest.mark.parametrize(
    "texts",
    [
        ["", " "] * 6,
        ["꼭 해 주세요"] * 12,
        ["👍", "😀😀", "👍👍", "🙏", "😭"] * 3,
        ["\x00", "가", "1", "?"] * 5,
    ],
)
def test_texts_without_subject_are_left_alone_without_error(texts: list[str]) -> None:
    result = discover(bare(texts))
    assert len(result.placements) == len(texts)
    assert all(len(theme.label) <= 25 for theme in result.themes)


def test_mere_asking_makes_no_theme() -> None:
    assert discover(bare(["꼭 해 주세요", "부탁드립니다"] * 8)).themes == ()


def test_english_sentences_are_grouped_by_subject() -> None:
    result = discover(bare(list(ENGLISH)))
    homes = placements_of(result)
    assert homes["2"] == homes["4"] == homes["8"]
    assert homes["0"] == homes["7"] != homes["2"]


def test_a_very_long_text_lies_with_its_subject(hall: list[Text], subject_of: dict[str, str]) -> None:
    long = read([("long", "가로등이 어두워요 " * 1000)])
    homes = placements_of(discover([*hall, *long]))
    night = Counter(home for id_, home in homes.items() if subject_of.get(id_) == "night_safety")
    assert homes["long"] == night.most_common(1)[0][0]


def test_korean_and_english_in_one_hall_keep_their_own_themes(hall: list[Text], subject_of: dict[str, str]) -> None:
    english = read((f"en-{number}", text) for number, text in enumerate(ENGLISH))
    homes = placements_of(discover([*hall, *english]))
    korean = {home for id_, home in homes.items() if id_ in subject_of}
    assert not korean & {homes[text.id] for text in english if text.id in homes}
    assert len(korean) >= 5


def test_labels_are_phrases_that_residents_wrote(hall: list[Text]) -> None:
    written = " | ".join(sentence for _, _, sentence in SENTENCES)
    particles = ("을", "를", "은", "는", "에서", "에게", "으로", "입니다", "주세요")
    labels = [theme.label for theme in discover(hall).themes]
    assert len(set(labels)) == len(labels)
    for label in labels:
        assert 2 <= len(label) <= 27
        for phrase in label.split(" · "):
            assert phrase in written
            assert not phrase.endswith(particles)
            assert len(phrase.split()) <= 3


def test_a_persons_name_is_never_a_label_or_a_term() -> None:
    people = [
        "홍길동 시장 사퇴",
        "홍길동 시장은 물러나라",
        "홍길동 시장 공약을 지켜라",
        "홍길동이 약속한 도서관",
    ]
    libraries = [
        "어린이 도서관을 지어 주세요",
        "도서관 야간 개방",
        "도서관 열람실 자리",
        "도서관 책을 늘려 주세요",
    ]
    result = discover(bare([*people * 2, *libraries * 2]))
    assert result.themes
    for theme in result.themes:
        assert "홍길동" not in theme.label
        assert "홍길동" not in theme.terms
