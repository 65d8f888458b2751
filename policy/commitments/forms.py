"""Forms of those who follow up, and of the filters in the tracker."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from wtforms import DateField

from core.errors import DomainError
from core.forms import HouseForm, Required, choice_field, choices_of, flag_field, lines_field, number_field, text_field
from core.i18n import say
from policy.commitments.operations import Change, CommitmentDraft, DepartmentDraft, ResponseDraft
from policy.commitments.queries import CommitmentView, DepartmentView
from policy.commitments.states import FOLLOWING, NEEDS_REASON, REASON_NAMES, STATE_NAMES, CommitmentState, ReasonCode

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
Choices = list[tuple[str, Any]]


class DayField(DateField):
    """A calendar day; anything else is said in words and kept as typed."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        text = str(valuelist[0]).strip() if valuelist else ""
        if not text:
            return
        try:
            day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            raise ValueError(say("2026-11-26처럼 날짜를 적어 주세요.")) from None
        if not EARLIEST <= day <= LATEST:
            raise ValueError(say("2026-11-26처럼 날짜를 적어 주세요."))
        self.data = day


def day_field(label: Any, *, required: bool = False) -> DayField:
    """A calendar day."""
    return DayField(label, [Required()] if required else [])


def places(departments: Sequence[DepartmentView]) -> Choices:
    """Departments and their teams as one list; a value is `department` or `department:team`."""
    found: Choices = []
    for department in departments:
        found.append((str(department.id), department.name))
        found += [
            (f"{department.id}:{ko}", f"{department.name} {department.team_name(ko)}") for ko, _ in department.teams
        ]
    return found


def read_place(value: str) -> tuple[int | None, str]:
    """Department and team out of such a value."""
    number, _, team = value.partition(":")
    return (int(number) if number.isdecimal() else None), team


class CommitmentForm(HouseForm):
    """What a department is to undertake. The choices of `where` are set for each request."""

    title_ko = text_field(say("약속한 일"), 120, hint=say("한 줄로, 무엇을 하는지"))
    title_en = text_field(say("약속한 일 (영어)"), 160, required=False)
    text_ko = lines_field(say("주민에게 보일 설명"), 2000)
    text_en = lines_field(say("주민에게 보일 설명 (영어)"), 3000, required=False)
    where = choice_field(say("담당 부서와 팀"), [])
    answer_due_on = day_field(say("답변 기한"), required=True)

    def draft(self, theme_id: int | None) -> CommitmentDraft:
        """What was written, as the operation takes it."""
        department_id, team = read_place(self.text_of("where"))
        return CommitmentDraft(
            title_ko=self.text_of("title_ko"),
            title_en=self.text_of("title_en"),
            text_ko=self.text_of("text_ko"),
            text_en=self.text_of("text_en"),
            theme_id=theme_id,
            department_id=department_id,
            team=team,
            answer_due_on=self["answer_due_on"].data,
        )


class TextForm(HouseForm):
    """Title and public text written anew."""

    title_ko = text_field(say("약속한 일"), 120)
    title_en = text_field(say("약속한 일 (영어)"), 160, required=False)
    text_ko = lines_field(say("주민에게 보일 설명"), 2000)
    text_en = lines_field(say("주민에게 보일 설명 (영어)"), 3000, required=False)

    def draft(self) -> CommitmentDraft:
        """What was written, as the operation takes it."""
        return CommitmentDraft(
            title_ko=self.text_of("title_ko"),
            title_en=self.text_of("title_en"),
            text_ko=self.text_of("text_ko"),
            text_en=self.text_of("text_en"),
        )


class ChangeForm(HouseForm):
    """The state to come, and what is told with it."""

    state = choice_field(say("바꿀 상태"), [])
    reason_code = choice_field(say("까닭의 갈래"), [("", say("고르지 않음")), *REASON_NAMES.items()])
    reason_ko = lines_field(say("알리는 말"), 500, required=False, hint=say("주민이 읽습니다"))
    reason_en = lines_field(say("알리는 말 (영어)"), 700, required=False)
    new_due_on = day_field(say("새 날짜"))
    evidence = text_field(say("증빙"), 500, required=False, hint=say("문서나 사진의 이름, 주소"))
    handed_to = text_field(say("넘겨받는 기관"), 120, required=False)
    merged_into = number_field(say("함께 다룰 과제 번호"), 1, 999_999_999, required=False)
    where = choice_field(say("담당 부서와 팀"), [])

    @property
    def needing_reason(self) -> str:
        """The states that are not changed to without a word to residents, as a list to read."""
        return ", ".join(str(STATE_NAMES[state]) for state in (*NEEDS_REASON, CommitmentState.NEEDS_INFO))

    def change(self) -> Change | None:
        """What was written, as the operation takes it; None where the state is to stay as it is."""
        if not self.text_of("state"):
            return None
        department_id, team = read_place(self.text_of("where"))
        code = self.text_of("reason_code")
        return Change(
            state=CommitmentState(self.text_of("state")),
            reason_ko=self.text_of("reason_ko"),
            reason_en=self.text_of("reason_en"),
            reason_code=ReasonCode(code) if code else None,
            new_due_on=self["new_due_on"].data,
            evidence=self.text_of("evidence"),
            handed_to=self.text_of("handed_to"),
            department_id=department_id,
            team=team,
            merged_into=self.number_or_none("merged_into"),
        )


class AnswerForm(ChangeForm):
    """The official answer, with the decision where one is taken at the same time."""

    text_ko = lines_field(say("공식 답변"), 4000)
    text_en = lines_field(say("공식 답변 (영어)"), 6000, required=False)
    phone = text_field(say("문의 전화"), 30, required=False)
    corrects = choice_field(say("바로잡는 답변"), [])

    def draft(self) -> ResponseDraft:
        """What was written, as the operation takes it."""
        corrects = self.text_of("corrects")
        return ResponseDraft(
            text_ko=self.text_of("text_ko"),
            text_en=self.text_of("text_en"),
            phone=self.text_of("phone"),
            corrects_id=int(corrects) if corrects else None,
        )


def fit_states(form: ChangeForm, commitment: CommitmentView, departments: Sequence[DepartmentView]) -> None:
    """Offer the states that may come now, and the departments there are."""
    following = [state for state in CommitmentState if state in FOLLOWING[commitment.state]]
    states: Choices = [(state.value, STATE_NAMES[state]) for state in following]
    if isinstance(form, AnswerForm):
        form.state.choices = choices_of([("", say("지금 상태 그대로")), *states])
    else:
        here = say("%(state)s 그대로, 경과만 알림", state=STATE_NAMES[commitment.state])
        form.state.choices = choices_of([(commitment.state.value, here), *states])
    form.where.choices = choices_of([("", say("그대로")), *places(departments)])


def show_in_fields(form: HouseForm, refusal: DomainError) -> None:
    """Let what an operation refused stand at the field it means."""
    renamed = {"department": "where", "team": "where"}
    for name, messages in refusal.fields.items():
        field = form._fields.get(renamed.get(name, name))
        if field is not None and not field.errors:
            field.errors = [str(message) for message in messages]


class DepartmentForm(HouseForm):
    """A department and its teams, one team a line."""

    name_ko = text_field(say("부서 이름"), 60)
    name_en = text_field(say("부서 이름 (영어)"), 120, required=False)
    phone = text_field(say("대표 전화"), 30, required=False)
    teams = lines_field(
        say("팀"),
        2000,
        required=False,
        hint=say("한 줄에 한 팀. 영어 이름은 빗금 뒤에: 보행안전팀 / Walking Safety Team"),
    )
    active = flag_field(say("새 과제를 맡음"))

    def draft(self) -> DepartmentDraft:
        """What was written, as the operation takes it."""
        pairs = [line.partition("/") for line in self.text_of("teams").split("\n") if line.strip()]
        teams = {ko.strip()[:60]: en.strip()[:120] for ko, _, en in pairs if ko.strip()}
        return DepartmentDraft(
            name_ko=self.text_of("name_ko"),
            name_en=self.text_of("name_en"),
            phone=self.text_of("phone"),
            teams=tuple(teams.items()),
            active=self.is_ticked("active"),
        )
