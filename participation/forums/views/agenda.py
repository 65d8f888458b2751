"""The agenda's builder: steps in their order, each act a form that works without script."""

from collections.abc import Callable

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from core.errors import DomainError, Missing
from core.forms import HouseForm
from core.i18n import Message, in_language, say
from core.permissions import requires
from core.web.context import actor, database, forum_at_hand
from participation.forums import operations
from participation.forums.authoring import can_undo, fixed_segments, segment_draft
from participation.forums.budget import TURN_SECONDS, budget_of
from participation.forums.drafts import MOST_LINES, SegmentDraft
from participation.forums.forms import (
    AddSegmentForm,
    MinutesForm,
    MoveForm,
    ReadyForm,
    SegmentForm,
    segment_values,
)
from participation.forums.kinds import KINDS
from participation.forums.models import SegmentKind
from participation.forums.ready import ready_agendas
from participation.forums.views.blueprint import Page, blueprint, done, forum_in, mark_errors, refused

SPARE_LINES = 2


@blueprint.get("/forums/<slug>/agenda")
@requires("forum.configure")
def agenda(slug: str) -> Page:
    """The steps, the time they need, and what can be added."""
    with database().reading() as session:
        forum = forum_in(session)
        fixed, undo = fixed_segments(session, forum.id), can_undo(session, forum.id)
    values = {"forum": forum, "budget": budget_of(forum), "fixed": fixed, "can_undo": undo, "kinds": KINDS}
    ready = list(ready_agendas().values())
    return render_template("participation/forums/agenda.html", ready=ready, turn_seconds=TURN_SECONDS, **values)


def _act(slug: str, form: HouseForm, work: Callable[[Session], int | None], message: Callable[[], Message]) -> Page:
    """Perform an act on the agenda and go back to it; a refusal is said there in words."""
    segment_id: int | None = None
    try:
        form.demand()
        segment_id = database().perform(work)
        done(message())
    except DomainError as error:
        if error.status in (403, 404):
            raise
        refused(error)
    anchor = f"segment-{segment_id}" if segment_id else None
    return redirect(url_for("forums.agenda", slug=slug, _anchor=anchor), 303)


def _title(segment_id: int) -> str:
    with database().reading() as session:
        draft = segment_draft(session, forum_at_hand() or 0, segment_id)
    return in_language(draft.title_ko, draft.title_en) if draft else ""


@blueprint.post("/forums/<slug>/agenda/segments")
@requires("forum.configure")
def add_segment(slug: str) -> Page:
    """A new step of a kind, at the end."""
    form, who, forum_id = AddSegmentForm(request.form), actor(), forum_at_hand() or 0

    def work(session: Session) -> int:
        kind = SegmentKind(form.text_of("kind"))
        about = KINDS[kind]
        draft = SegmentDraft(kind, about.title_ko, about.title_en, "", "", about.minutes)
        return operations.add_segment(session, who, forum_id, draft)

    return _act(slug, form, work, lambda: say("순서를 끝에 넣었습니다."))


@blueprint.post("/forums/<slug>/agenda/segments/<int:segment_id>/move")
@requires("forum.configure")
def move_segment(slug: str, segment_id: int) -> Page:
    """Put a step elsewhere: in a place, or some places up or down."""
    form, who, forum_id = MoveForm(request.form), actor(), forum_at_hand() or 0
    came_to = 0

    def work(session: Session) -> int:
        nonlocal came_to
        place, by = form.number_or_none("place"), form.number_or_none("by")
        if place is not None:
            came_to = operations.move_segment(session, who, forum_id, segment_id, place)
        else:
            came_to = operations.step_segment(session, who, forum_id, segment_id, by or 0)
        return segment_id

    def message() -> Message:
        return say("‘%(title)s’을(를) %(place)s번째로 옮겼습니다.", title=_title(segment_id), place=came_to + 1)

    return _act(slug, form, work, message)


@blueprint.post("/forums/<slug>/agenda/segments/<int:segment_id>/minutes")
@requires("forum.configure")
def shift_minutes(slug: str, segment_id: int) -> Page:
    """A step takes longer or shorter."""
    form, who, forum_id, minutes = MinutesForm(request.form), actor(), forum_at_hand() or 0, 0

    def work(session: Session) -> int:
        nonlocal minutes
        minutes = operations.shift_minutes(session, who, forum_id, segment_id, form.number_of("by"))
        return segment_id

    return _act(slug, form, work, lambda: say("‘%(title)s’ %(n)s분.", title=_title(segment_id), n=minutes))


@blueprint.post("/forums/<slug>/agenda/segments/<int:segment_id>/duplicate")
@requires("forum.configure")
def duplicate_segment(slug: str, segment_id: int) -> Page:
    """The same step once more."""
    who, forum_id = actor(), forum_at_hand() or 0
    return _act(
        slug,
        HouseForm(),
        lambda session: operations.duplicate_segment(session, who, forum_id, segment_id),
        lambda: say("순서를 복사했습니다."),
    )


@blueprint.post("/forums/<slug>/agenda/segments/<int:segment_id>/remove")
@requires("forum.configure")
def remove_segment(slug: str, segment_id: int) -> Page:
    """A step goes; it can be taken back."""
    who, forum_id, title = actor(), forum_at_hand() or 0, _title(segment_id)
    return _act(
        slug,
        HouseForm(),
        lambda session: operations.remove_segment(session, who, forum_id, segment_id),
        lambda: say("‘%(title)s’을(를) 뺐습니다. ‘되돌리기’로 다시 넣을 수 있습니다.", title=title),
    )


@blueprint.post("/forums/<slug>/agenda/ready")
@requires("forum.configure")
def apply_ready(slug: str) -> Page:
    """A whole ready agenda in place of this one."""
    form, who, forum_id = ReadyForm(request.form), actor(), forum_at_hand() or 0
    return _act(
        slug,
        form,
        lambda session: operations.apply_ready_agenda(session, who, forum_id, form.text_of("key")),
        lambda: say("진행표 틀을 넣었습니다. ‘되돌리기’로 앞의 것을 되찾을 수 있습니다."),
    )


@blueprint.post("/forums/<slug>/agenda/undo")
@requires("forum.configure")
def undo_agenda(slug: str) -> Page:
    """The last change is taken back."""
    who, forum_id = actor(), forum_at_hand() or 0
    return _act(
        slug,
        HouseForm(),
        lambda session: operations.undo_agenda(session, who, forum_id),
        lambda: say("마지막 변경을 되돌렸습니다."),
    )


def _segment_page(segment_id: int, form: SegmentForm, error: DomainError | None = None) -> Page:
    with database().reading() as session:
        forum = forum_in(session)
        is_fixed = segment_id in fixed_segments(session, forum.id)
    filled = [n for n in range(MOST_LINES) if form[f"line_{n}_ko"].data or form[f"line_{n}_seconds"].data]
    shown = min(MOST_LINES, (filled[-1] + 1 if filled else 0) + SPARE_LINES)
    values = {"forum": forum, "segment_id": segment_id, "form": form, "error": error, "is_fixed": is_fixed}
    page = render_template("participation/forums/segment.html", shown_lines=shown, **values)
    return page, error.status if error else 200


@blueprint.get("/forums/<slug>/agenda/segments/<int:segment_id>")
@requires("forum.configure")
def segment(slug: str, segment_id: int) -> Page:
    """One step: its question, minutes, the lines to read aloud."""
    with database().reading() as session:
        draft = segment_draft(session, forum_at_hand() or 0, segment_id)
    if draft is None:
        raise Missing("no_segment", say("그런 순서가 없습니다."))
    return _segment_page(segment_id, SegmentForm(data=segment_values(draft)))


@blueprint.post("/forums/<slug>/agenda/segments/<int:segment_id>")
@requires("forum.configure")
def edit_segment(slug: str, segment_id: int) -> Page:
    """Rewrite a step."""
    form, who, forum_id = SegmentForm(request.form), actor(), forum_at_hand() or 0
    try:
        form.demand()
        draft = form.draft()
        database().perform(lambda session: operations.edit_segment(session, who, forum_id, segment_id, draft))
    except DomainError as error:
        if error.status in (403, 404):
            raise
        mark_errors(form, error)
        return _segment_page(segment_id, form, error)
    done(say("순서를 저장했습니다."))
    if request.form.get("more_lines"):
        return redirect(url_for("forums.segment", slug=slug, segment_id=segment_id, _anchor="lines"), 303)
    return redirect(url_for("forums.agenda", slug=slug, _anchor=f"segment-{segment_id}"), 303)
