"""The blueprint of the pages of forums, and what they share."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.errors import DomainError, Missing
from core.forms import HouseForm
from core.i18n import Message, say
from core.permissions import is_allowed
from core.web.context import actor, forum_at_hand
from participation.forums.models import ForumState
from participation.forums.queries import ForumView, forum_by_id

blueprint = Blueprint("forums", __name__)
Page = ResponseReturnValue


def forum_in(session: Session) -> ForumView:
    """The forum of the path. Raises `Missing`, also for a draft where the reader has no part in it."""
    forum = forum_by_id(session, forum_at_hand() or 0)
    if forum is None or (forum.state is ForumState.DRAFT and not is_allowed("forum.staffed", actor(), forum.id)):
        raise Missing("no_forum", say("그런 토론회가 없습니다."))
    return forum


def done(message: Message) -> None:
    """Say once, on the next page, what was done."""
    flash(str(message), "done")


def refused(error: DomainError) -> None:
    """Say once, on the next page, why it was not done."""
    flash(str(error.message), "error")


def mark_errors(form: HouseForm, error: DomainError) -> None:
    """Put the sentences of a refused operation to their fields, so that the form shows them in place."""
    for name, errors in error.fields.items():
        if name in form._fields:
            form[name].errors = list(map(str, errors))
