"""The sentences of the hall, read once."""

import pytest

from policy.themes.clustering import Text, read
from tests.policy.themes.clustering.sentences import SENTENCES


@pytest.fixture(scope="session")
def hall() -> list[Text]:
    return read((id_, sentence) for id_, _, sentence in SENTENCES)


@pytest.fixture(scope="session")
def subject_of() -> dict[str, str]:
    return {id_: subject for id_, subject, _ in SENTENCES}
