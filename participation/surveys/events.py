"""What happens to a survey. Answers never stand in the log."""

from dataclasses import dataclass

from core.events.event import Event


@dataclass(frozen=True)
class SurveyAnswered(Event, kind="survey.answered", stream="seat:{seat}"):
    """A seat has answered in a segment; what, nobody knows."""

    seat: int
    segment: int


@dataclass(frozen=True)
class SurveyChanged(Event, kind="survey.changed", stream="forum"):
    """The forum asks other questions."""

    forum: int
