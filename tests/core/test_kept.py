"""Keeping the things made last."""

from core.kept import Kept


def test_the_one_not_used_for_longest_goes_first() -> None:
    kept = Kept[str](2)
    assert kept.find("a") is None
    assert kept.keep("a", "A") == "A"
    kept.keep("b", "B")
    assert kept.find("a") == "A"
    kept.keep("c", "C")
    assert (kept.find("a"), kept.find("b"), kept.find("c")) == ("A", None, "C")


def test_all_can_be_forgotten() -> None:
    kept = Kept[str](2)
    kept.keep("a", "A")
    kept.forget()
    assert kept.find("a") is None
