"""What a forum's survey asks, and what was answered, for those who design the forum."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.errors import DomainError
from core.i18n import say
from core.permissions import requires
from core.web.context import actor, database, forum_at_hand
from participation.forums.queries import the_forum
from participation.surveys import fragments, operations, queries, sockets
from participation.surveys.forms import POSITIONS, QuestionsForm
from participation.surveys.ready import scale_words

__all__ = ["blueprint", "fragments", "sockets"]

blueprint = Blueprint("surveys", __name__)


def _page(form: QuestionsForm, error: DomainError | None = None) -> ResponseReturnValue:
    forum_id = forum_at_hand() or 0
    with database().reading() as session:
        forum, answered = the_forum(session, forum_id), queries.answers(session, forum_id)
        is_shut = queries.has_answers(session, forum_id)
    titles = {segment.id: segment.title for segment in forum.segments}
    values = {"forum": forum, "answered": answered, "is_shut": is_shut, "titles": titles, "words": scale_words()}
    page = render_template("participation/surveys/page.html", form=form, positions=POSITIONS, error=error, **values)
    return page, error.status if error else 200


@blueprint.get("/forums/<slug>/survey")
@requires("forum.configure")
def survey(slug: str) -> ResponseReturnValue:
    """The questions, and the answers where at least five people gave them."""
    data: dict[str, Any] = {}
    with database().reading() as session:
        for at, question in enumerate(queries.questions(session, forum_at_hand() or 0), start=1):
            data[f"kind_{at}"] = question.kind.value
            data[f"question_{at}_ko"], data[f"question_{at}_en"] = question.question_ko, question.question_en
    return _page(QuestionsForm(data=data))


@blueprint.post("/forums/<slug>/survey")
@requires("forum.configure")
def choose(slug: str) -> ResponseReturnValue:
    """Other questions."""
    form, who, forum_id = QuestionsForm(request.form), actor(), forum_at_hand() or 0
    try:
        form.demand()
        wanted = form.wanted()
        database().perform(lambda session: operations.choose_questions(session, who, forum_id, wanted))
    except DomainError as error:
        return _page(form, error)
    flash(str(say("설문의 물음을 저장했습니다.")), "done")
    return redirect(url_for("surveys.survey", slug=slug), 303)
