"""Forms for signing in and for roles."""

from wtforms import PasswordField

from core.forms import HouseForm, Longest, Required, choice_field, text_field
from core.i18n import say
from core.permissions import Role

ROLE_NAMES = {
    Role.ADMINISTRATOR: say("운영자"),
    Role.STAFF: say("정책 담당"),
    Role.COORDINATOR: say("코디네이터"),
    Role.HOST: say("사회자"),
    Role.FACILITATOR: say("퍼실리테이터"),
    Role.ANALYST: say("분석팀"),
    Role.OBSERVER: say("참관인"),
}


class SignInForm(HouseForm):
    """Name and password."""

    login = text_field(say("로그인 이름"), 120)
    password = PasswordField(say("비밀번호"), [Required(), Longest(128)])  # type: ignore[arg-type]


class PersonForm(HouseForm):
    """A new account."""

    login = text_field(say("로그인 이름"), 120, hint=say("메일 주소나 사번처럼 기억하기 쉬운 것"))
    name = text_field(say("이름"), 60)
    password = PasswordField(say("첫 비밀번호"), [Required(), Longest(128)])  # type: ignore[arg-type]


class GrantForm(HouseForm):
    """A role for a person, in one forum or for the city (scope 0)."""

    role = choice_field(say("역할"), [(role.value, name) for role, name in ROLE_NAMES.items()])
    scope = text_field(say("범위"), 9)


class PasswordForm(HouseForm):
    """One's own new password."""

    current = PasswordField(say("지금 비밀번호"), [Required(), Longest(128)])  # type: ignore[arg-type]
    password = PasswordField(say("새 비밀번호"), [Required(), Longest(128)])  # type: ignore[arg-type]
