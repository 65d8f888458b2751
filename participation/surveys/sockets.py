"""The live command of residents: answer the survey."""

from typing import Any

from sqlalchemy.orm import Session

from core.i18n import say
from core.live.commands import command
from core.permissions import Actor
from participation.surveys import operations
from participation.surveys.forms import AnswersForm

DONE = say("답을 받았습니다. 고맙습니다.")


# A kept key would keep a digest of the answers beside the seat; the operation itself takes each seat once.
@command("survey.answer", form=AnswersForm, permission="seat.held", done=DONE, own_keys=True)
def answer(session: Session, actor: Actor, forum_id: int, form: AnswersForm) -> dict[str, Any]:
    segment_id = form.number_of("segment")
    return {"segment": operations.answer_survey(session, actor, forum_id, segment_id, form.given())}
