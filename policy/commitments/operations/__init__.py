"""Writing commitments: making them, changing them with a reason, answering, hearing whether it was enough."""

from policy.commitments.operations.answering import ResponseDraft, publish_response, rate_response
from policy.commitments.operations.changing import Change, change_state
from policy.commitments.operations.departments import DepartmentDraft, save_department
from policy.commitments.operations.making import CommitmentDraft, make_commitment, revise_commitment

__all__ = [
    "Change",
    "CommitmentDraft",
    "DepartmentDraft",
    "ResponseDraft",
    "change_state",
    "make_commitment",
    "publish_response",
    "rate_response",
    "revise_commitment",
    "save_department",
]
