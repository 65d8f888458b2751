"""The shape of answers, and of questions."""

from core.forms import HouseForm, choice_field, number_field, text_field
from core.i18n import say
from participation.surveys.models import LONGEST_ANSWER, MOST_QUESTIONS, QuestionKind
from participation.surveys.ready import Question

POSITIONS = range(1, MOST_QUESTIONS + 1)
KIND_WORDS = ((QuestionKind.SCALE.value, say("다섯 단계")), (QuestionKind.TEXT.value, say("짧은 글")))


class AnswersForm(HouseForm):
    """Answers by the question's position: `answer_1`, `answer_2` and so on."""

    segment = number_field(say("순서"), 1, 2**31 - 1)

    def given(self) -> dict[int, str]:
        """What was written or chosen, by position; empty where nothing was."""
        return {position: self.text_of(f"answer_{position}") for position in POSITIONS}


class QuestionsForm(HouseForm):
    """Questions in their order; a line left empty is left out."""

    def wanted(self) -> list[Question]:
        """The questions written, in their order."""
        lines = [(n, self.text_of(f"question_{n}_ko"), self.text_of(f"question_{n}_en")) for n in POSITIONS]
        return [Question(n, QuestionKind(self.text_of(f"kind_{n}")), ko, en) for n, ko, en in lines if ko]


for _n in POSITIONS:
    setattr(AnswersForm, f"answer_{_n}", text_field(say("%(n)s번 물음의 답", n=_n), LONGEST_ANSWER, required=False))
    setattr(QuestionsForm, f"question_{_n}_ko", text_field(say("%(n)s번 물음", n=_n), 200, required=False))
    setattr(QuestionsForm, f"question_{_n}_en", text_field(say("%(n)s번 물음 (영어)", n=_n), 240, required=False))
    setattr(QuestionsForm, f"kind_{_n}", choice_field(say("%(n)s번 물음의 모양", n=_n), KIND_WORDS))
