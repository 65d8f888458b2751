"""Reading commitments: the tracker, one commitment with its log and answers, what stands behind a theme."""

from policy.commitments.queries.chain import (
    BallotPlace,
    Chain,
    Voices,
    chain_of,
    places_of,
    proposals_per_theme,
    published_results,
    themes_in_force,
    voices_of,
)
from policy.commitments.queries.commitments import (
    CommitmentView,
    EntryView,
    ResponseView,
    commitment_by_id,
    commitment_by_number,
    commitments_of_forum,
    entries_of,
    feedback_of_seat,
    questions_asked,
    responses_of,
)
from policy.commitments.queries.departments import DepartmentView, department_by_id, departments
from policy.commitments.queries.tracker import GROUPS, Asked, Group, Kept, Tracker, tracker

__all__ = [
    "GROUPS",
    "Asked",
    "BallotPlace",
    "Chain",
    "CommitmentView",
    "DepartmentView",
    "EntryView",
    "Group",
    "Kept",
    "ResponseView",
    "Tracker",
    "Voices",
    "chain_of",
    "commitment_by_id",
    "commitment_by_number",
    "commitments_of_forum",
    "department_by_id",
    "departments",
    "entries_of",
    "feedback_of_seat",
    "places_of",
    "proposals_per_theme",
    "published_results",
    "questions_asked",
    "responses_of",
    "themes_in_force",
    "tracker",
    "voices_of",
]
