"""The shape of what is said at the door."""

from core.forms import HouseForm, flag_field, number_field, text_field
from core.i18n import say
from participation.seats.operations import LONGEST_NAME


class CodeForm(HouseForm):
    """A forum's code, as someone types it."""

    code = text_field(say("참가 코드 여섯 글자"), 60)


class JoinForm(HouseForm):
    """Taking a seat: a name if one likes, a table (the one `offered`, or another if one chose), and two consents."""

    name = text_field(say("부를 이름"), LONGEST_NAME, required=False)
    table = number_field(say("테이블"), 1, 200, required=False)
    offered = number_field(say("테이블"), 1, 200, required=False)
    key = text_field(say("번호"), 64, required=False)
    consent_process = flag_field(say("이름과 자리를 오늘 진행에 쓰는 데 동의"))
    consent_opinions = flag_field(say("제 의견을 이름 없이 공개하는 데 동의"))


class SeatCodeForm(HouseForm):
    """Going on with a seat on another phone."""

    code = text_field(say("자리 코드 여섯 글자"), 20)


class NameForm(HouseForm):
    """The name to be called by; empty takes it away. `seat` is given by whoever runs the table or the door."""

    name = text_field(say("부를 이름"), LONGEST_NAME, required=False)
    seat = number_field(say("자리"), 1, 2**31 - 1, required=False)


class WalkInForm(HouseForm):
    """Someone without a phone."""

    name = text_field(say("부를 이름"), LONGEST_NAME, required=False)
    table = number_field(say("테이블"), 1, 200, required=False)
    consent = flag_field(say("종이 동의서를 받았습니다"), required=say("종이 동의서를 먼저 받아 주세요."))


class MoveForm(HouseForm):
    """Another table for a seat."""

    seat = number_field(say("자리"), 1, 2**31 - 1)
    table = number_field(say("테이블"), 1, 200)


class SeatForm(HouseForm):
    """A seat by number; none means one's own."""

    seat = number_field(say("자리"), 1, 2**31 - 1, required=False)
