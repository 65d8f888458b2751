"""The shape of a proposal and of a stance."""

from core.forms import HouseForm, choice_field, lines_field, number_field
from core.i18n import say
from participation.proposals.models import LONGEST, StanceValue

STANCE_WORDS = ((StanceValue.AGREE, say("찬성")), (StanceValue.DISAGREE, say("반대")), (StanceValue.PASS, say("넘김")))


class ProposalForm(HouseForm):
    """One thing, one or two sentences; `segment` is the round in which it was written."""

    text = lines_field(say("제안 내용"), LONGEST, hint=say("한 번에 한 가지씩, 한두 문장이면 좋습니다."))
    segment = number_field(say("순서"), 1, 2**31 - 1, required=False)


class StanceForm(HouseForm):
    """Agree, disagree or pass; `counter` orders one phone's acts, `version` is the wording it showed."""

    proposal = number_field(say("제안 번호"), 1, 2**31 - 1)
    stance = choice_field(say("뜻"), [(value.value, word) for value, word in STANCE_WORDS])
    counter = number_field(say("차례"), 1, 2**31 - 1, required=False)
    version = number_field(say("판"), 1, 2**31 - 1, required=False)
