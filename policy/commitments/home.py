"""What the first page and the list of forums show of promises: the `HomeFacts` of `participation/forums/home`."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.forums.home import Promises
from policy.commitments.models import Commitment
from policy.commitments.states import HANDED_ON, CommitmentState


class PromisesKept:
    """Counts commitments by forum; what was handed on elsewhere or merged is not counted."""

    def promises(self, session: Session, forum_ids: Sequence[int]) -> dict[int, Promises]:
        """The promises of each of these forums that has any: one query."""
        wanted = select(Commitment.forum_id, Commitment.state, Commitment.answered_on)
        found: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
        rows = session.execute(wanted.where(Commitment.forum_id.in_(forum_ids), Commitment.state.not_in(HANDED_ON)))
        for forum_id, state, answered_on in rows:
            done = state in (CommitmentState.DONE, CommitmentState.ALREADY)
            counts = found[forum_id]
            counts[0] += 1
            counts[1] += done or answered_on is not None
            counts[2] += done
        return {forum_id: Promises(*counts) for forum_id, counts in found.items()}
