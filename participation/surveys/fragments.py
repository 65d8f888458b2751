"""The survey on residents' phones, while the room is in it."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from core.live.regions import reader
from core.web.templates import draw
from participation.forums.events import CLOCK_EVENTS, ForumConfigured
from participation.forums.models import SegmentKind
from participation.forums.queries import the_forum
from participation.seats.phone import PHONE
from participation.surveys import queries
from participation.surveys.events import SurveyAnswered, SurveyChanged
from participation.surveys.ready import intro, scale_words


@PHONE.contents
def contents(_session: Session, _forum_id: int, _table: int, seat: int) -> list[str]:
    """The questions, and apart from them whether this seat has answered."""
    return ["survey", f"survey-done-{seat}"]


@PHONE.region("survey", lasting=True)
def draw_survey(session: Session, forum_id: int) -> str:
    """The questions while the room is in a survey; thanks for whoever has answered."""
    forum, who = the_forum(session, forum_id), reader()
    segment = forum.segment if forum.is_live else None
    if segment is None or segment.kind is not SegmentKind.SURVEY:
        return draw("participation/surveys/phone.html", segment=None)
    done = bool(who and who.seat_id and queries.is_done(session, segment.id, who.seat_id))
    asked = queries.questions(session, forum_id)
    values = {"forum": forum, "segment": segment, "questions": asked, "done": done}
    return draw("participation/surveys/phone.html", intro=intro(), words=scale_words(), **values)


@PHONE.region("survey-done-{seat}")
def draw_done(session: Session, forum_id: int, seat: int) -> str:
    """In which segments a seat has answered, for the script."""
    return draw("participation/surveys/done.html", seat=seat, segments=queries.segments_done(session, forum_id, seat))


@PHONE.on(*CLOCK_EVENTS, ForumConfigured, SurveyChanged)
def survey_touches(event: object) -> Iterable[str]:
    return ("survey",)


@PHONE.on(SurveyAnswered)
def answered_touches(event: SurveyAnswered) -> Iterable[str]:
    return (f"survey-done-{event.seat}",)
