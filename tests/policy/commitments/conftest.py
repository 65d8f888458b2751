"""A forum that is over, ready to be followed up."""

import pytest

from tests.factories import World
from tests.policy.followup import FollowUp


@pytest.fixture
def followed(world: World) -> FollowUp:
    """A closed forum with a theme, a department and policy staff."""
    return FollowUp(world)
