"""Korean particles after values: 을(를), 이(가), 은(는), 와(과), (으)로."""

import re

_PAIRS = {
    "을(를)": ("을", "를"),
    "이(가)": ("이", "가"),
    "은(는)": ("은", "는"),
    "과(와)": ("과", "와"),
    "(이)라": ("이라", "라"),
}
_DIGIT_FINALS = {
    "0": True,
    "1": True,
    "2": False,
    "3": True,
    "4": False,
    "5": False,
    "6": True,
    "7": True,
    "8": True,
    "9": False,
}
_RIEUL_DIGITS = "178"
_PATTERN = re.compile(r"(\S)(['’”\"」]?)(을\(를\)|이\(가\)|은\(는\)|과\(와\)|\(이\)라|\(으\)로)")


def _final(letter: str) -> tuple[bool, bool]:
    """Whether `letter` ends in a consonant, and whether that consonant is ㄹ."""
    if "가" <= letter <= "힣":
        index = (ord(letter) - 0xAC00) % 28
        return index != 0, index == 8
    if letter in _DIGIT_FINALS:
        return _DIGIT_FINALS[letter], letter in _RIEUL_DIGITS
    return letter.lower() in "lmnbcdgkpt", letter.lower() in "l"


def attach(text: str) -> str:
    """Choose each written particle pair in `text` by the letter before it."""

    def choose(match: re.Match[str]) -> str:
        letter, quote, pair = match.groups()
        closed, rieul = _final(letter)
        if pair == "(으)로":
            return letter + quote + ("으로" if closed and not rieul else "로")
        with_final, without = _PAIRS[pair]
        return letter + quote + (with_final if closed else without)

    return _PATTERN.sub(choose, text)
