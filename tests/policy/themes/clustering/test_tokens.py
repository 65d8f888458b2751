"""What is left of a text once it is cut into the words that carry its subject."""

import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest

from policy.themes.clustering import tokenise
from tests.policy.themes.clustering.sentences import SENTENCES


def test_asking_is_dropped_and_the_subject_stays() -> None:
    assert tokenise(["골목길에 가로등을 더 세워 주세요"]) == [("골목길", "가로등", "세우다")]


def test_verbs_and_adjectives_come_in_their_dictionary_form() -> None:
    assert {"어둡다", "걷다"} <= set(tokenise(["어두운 길을 걸었어요"])[0])


def test_a_prefix_stays_with_its_noun() -> None:
    assert "재활용" in tokenise(["재활용 수거함이 모자랍니다"])[0]


def test_english_is_lower_cased_without_function_words_and_plurals() -> None:
    assert tokenise(["Please add more Street Lights to the parks"]) == [("add", "street", "light", "park")]


def test_decomposed_hangul_gives_the_same_words() -> None:
    sentence = "마을버스 배차 간격이 길어요"
    assert tokenise([unicodedata.normalize("NFD", sentence)]) == tokenise([sentence])


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", ()),
        ("  \n ", ()),
        ("꼭 해 주세요", ()),
        ("👍", ("👍",)),
        ("👍🙏😀", ("👍🙏", "🙏😀")),
        ("ㅠㅠㅠ", ("ㅠㅠ", "ㅠㅠ")),
    ],
)
def test_a_text_without_words_gives_its_character_pairs_or_nothing(text: str, tokens: tuple[str, ...]) -> None:
    assert tokenise([text]) == [tokens]


@pytest.mark.parametrize("text", ["\x00\x01", "\ud83d", "ㄱ" * 50, "가" * 3000, "a" * 10_000, "가로등 " * 2500])
def test_hostile_and_long_texts_are_cut_without_error(text: str) -> None:
    assert len(tokenise([text])) == 1


def test_a_text_gives_the_same_tokens_alone_among_others_and_from_many_threads() -> None:
    sentences = [sentence for _, _, sentence in SENTENCES]
    together = tokenise(sentences)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda sentence: tokenise([sentence])[0], sentences)) == together
