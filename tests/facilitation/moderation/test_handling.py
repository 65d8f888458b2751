"""Handling proposals: who may, when, what changes, and that undo restores it exactly."""

import pytest

from core.errors import Conflict, DomainError, Forbidden, Invalid, Missing, TooLate
from facilitation.moderation.queries import TableProposal, table_proposals
from participation.forums.models import ForumState
from participation.proposals.models import ProposalState
from tests.facilitation.hall import Hall
from tests.factories import World


def _shown(hall: Hall) -> dict[int, TableProposal]:
    found = hall.read(lambda session: table_proposals(session, hall.forum, 1))
    return {one.id: one for one in found}


def _acts(hall: Hall, proposal: int, other: int) -> dict[str, dict[str, object]]:
    return {
        "proposal.mark": {"proposal": proposal, "mark": "dissent", "on": "y"},
        "proposal.reword": {"proposal": proposal, "text": "다듬은 글입니다.", "consented": "y"},
        "proposal.hide": {"proposal": proposal, "reason": "shop"},
        "proposal.merge": {"proposals": [proposal, other], "keep": proposal},
    }


ACTS = ["proposal.mark", "proposal.reword", "proposal.hide", "proposal.merge"]


@pytest.mark.parametrize("command", ACTS)
def test_another_tables_proposals_are_not_there(world: World, command: str) -> None:
    hall = Hall(world)
    fields = _acts(hall, hall.propose(), hall.propose())[command]
    with pytest.raises(Missing):
        hall.do(command, hall.other, **fields)
    with pytest.raises(Missing):
        hall.do(command, hall.coordinator, **fields)
    with pytest.raises(Forbidden):
        hall.do(command, hall.resident(1), **fields)
    hall.do(command, hall.host, **fields)


@pytest.mark.parametrize("command", ACTS)
@pytest.mark.parametrize("state", list(ForumState))
def test_proposals_are_handled_during_the_evening_and_hidden_after_it(
    world: World, command: str, state: ForumState
) -> None:
    hall = Hall(world, state=state)
    fields = _acts(hall, hall.propose(), hall.propose())[command]
    if state is ForumState.LIVE or (state is ForumState.CLOSED and command == "proposal.hide"):
        hall.do(command, **fields)
    else:
        with pytest.raises(TooLate):
            hall.do(command, **fields)


@pytest.mark.parametrize("command", ACTS)
def test_undo_restores_what_was_shown_exactly(world: World, command: str) -> None:
    hall = Hall(world)
    one, two = hall.propose("가로등을 달아 주세요"), hall.propose("밤길이 어두워요", 2)
    hall.stand(one, "agree", "no", None, "pass")
    hall.stand(two, "agree", "agree")
    hall.do("proposal.mark", proposal=one, mark="top", on="y")
    before = _shown(hall)
    hall.do(command, **_acts(hall, one, two)[command])
    assert _shown(hall) != before
    hall.do("console.undo", table=1)
    after = {number: one for number, one in _shown(hall).items() if one.state is not ProposalState.WITHDRAWN}
    for number, was in before.items():
        now = after[number]
        assert (now.text, now.state, now.counts, now.top, now.dissent, now.is_reworded) == (
            was.text, was.state, was.counts, was.top, was.dissent, was.is_reworded
        )  # fmt: skip
    assert after.keys() == before.keys()


def test_capture_is_for_a_seat_or_for_nobody_and_can_be_taken_back(world: World) -> None:
    hall = Hall(world)
    said = {"table": 1, "wording": "short", "read_back": "y", "dissent": "y"}
    named = hall.do("proposal.capture", text="의자를 놓아 주세요", seat=hall.seats[1], **said).result["proposal"]
    unnamed = hall.do("proposal.capture", text="그늘이 없어요", **said, parked="y").result["proposal"]
    shown = _shown(hall)
    assert (shown[named].name, shown[named].place, shown[named].verbatim) == ("은숙", 2, False)
    assert (shown[unnamed].seat_id, shown[unnamed].state) == (None, ProposalState.PARKED)
    hall.do("console.undo", table=1)
    assert _shown(hall)[unnamed].state is ProposalState.WITHDRAWN
    assert _shown(hall)[named].state is ProposalState.SHOWN


def test_the_same_key_files_once_and_another_text_under_it_is_refused(world: World) -> None:
    hall = Hall(world)
    said = {"table": 1, "wording": "verbatim", "key": "k" * 16}
    first = hall.do("proposal.capture", text="의자", **said).result
    assert hall.do("proposal.capture", text="의자", **said).result == first
    with pytest.raises(Conflict):
        hall.do("proposal.capture", text="탁자", **said)
    assert len(_shown(hall)) == 1


def test_rewording_keeps_stances_and_the_first_text_and_notes_consent(world: World) -> None:
    hall = Hall(world)
    one = hall.propose("너무 어둡다고요")
    hall.stand(one, "agree", "agree")
    hall.do("proposal.reword", proposal=one, text="밤길을 밝혀 주세요", consented="")
    shown = _shown(hall)[one]
    assert (shown.text, shown.is_reworded, shown.is_agreed, shown.counts.agree) == (
        "밤길을 밝혀 주세요", True, False, 2
    )  # fmt: skip
    texts = hall.read(lambda s: [v.text for v in s.get_one(type(hall.proposal(one)), one).versions])
    assert texts == ["너무 어둡다고요", "밤길을 밝혀 주세요"]
    with pytest.raises(Conflict):
        hall.do("proposal.reword", proposal=one, text="밤길을 밝혀 주세요")
    with pytest.raises(Invalid):
        hall.do("proposal.reword", proposal=one, text="010-1234-5678로 전화 주세요")


def test_merging_carries_a_seats_stance_where_its_stances_agree(world: World) -> None:
    hall = Hall(world)
    one, two = hall.propose(), hall.propose()
    hall.stand(one, "agree", "agree", "no", None)
    hall.stand(two, "agree", "no", None, "pass")
    parent = hall.do("proposal.merge", proposals=[one, two], text="두 글을 모은 글").result["proposal"]
    assert hall.stances(parent) == {1: "agree", 3: "disagree", 4: "pass"}
    shown = _shown(hall)
    assert shown[parent].text == "두 글을 모은 글"
    assert set(shown[parent].sources) == {shown[one].text, shown[two].text}
    assert hall.stances(one) == {1: "agree", 2: "agree", 3: "disagree"}


def test_a_merged_proposal_can_be_merged_again_and_counts_seats_once(world: World) -> None:
    hall = Hall(world)
    one, two, three = hall.propose("하나"), hall.propose("둘"), hall.propose("셋")
    for proposal in (one, two, three):
        hall.stand(proposal, "agree")
    first = hall.do("proposal.merge", proposals=[one, two], keep=two).result["proposal"]
    second = hall.do("proposal.merge", proposals=[first, three], keep=three).result["proposal"]
    shown = _shown(hall)[second]
    assert shown.text == "셋"
    assert set(shown.sources) == {"하나", "둘", "셋"}
    assert shown.counts.agree == 1
    hall.do("console.undo", table=1)
    hall.do("console.undo", table=1)
    assert [one.text for one in _shown(hall).values() if one.state is ProposalState.SHOWN] == ["하나", "둘", "셋"]


def test_merging_needs_two_of_one_table_and_a_text(world: World) -> None:
    hall = Hall(world)
    one, two, elsewhere = hall.propose(), hall.propose(), hall.propose(table=2, place=None)
    for fields, error in (
        ({"proposals": [one]}, Invalid),
        ({"proposals": [one, one], "keep": one}, Invalid),
        ({"proposals": [one, two]}, Invalid),
        ({"proposals": [one, two], "keep": 999}, Invalid),
        ({"proposals": [one, elsewhere], "keep": one}, Missing),
        ({"proposals": ["x", two], "keep": two}, Invalid),
    ):
        with pytest.raises(error):
            hall.do("proposal.merge", **fields)
    hall.do("proposal.hide", proposal=one, reason="insult")
    with pytest.raises(Conflict):
        hall.do("proposal.merge", proposals=[one, two], keep=two)


def test_hiding_needs_a_reason_and_is_shown_with_it(world: World) -> None:
    hall = Hall(world)
    one = hall.propose()
    with pytest.raises(Invalid):
        hall.do("proposal.hide", proposal=one, reason="dislike")
    with pytest.raises(Invalid):
        hall.do("proposal.hide", proposal=one, reason="other")
    hall.do("proposal.hide", proposal=one, reason="other", note="가게 이름이 들어 있습니다.")
    shown = _shown(hall)[one]
    assert (shown.state, shown.hidden_reason) == (ProposalState.HIDDEN, "가게 이름이 들어 있습니다.")
    hall.do("proposal.restore", proposal=one)
    with pytest.raises(Conflict):
        hall.do("proposal.restore", proposal=one)
    hall.do("console.undo", table=1)
    assert _shown(hall)[one].hidden_reason == "가게 이름이 들어 있습니다."
    assert _shown(hall)[one].state is ProposalState.HIDDEN


def test_a_table_picks_three_and_no_more(world: World) -> None:
    hall = Hall(world)
    four = [hall.propose() for _ in range(4)]
    for proposal in four[:3]:
        hall.do("proposal.mark", proposal=proposal, mark="top", on="y")
    with pytest.raises(Conflict):
        hall.do("proposal.mark", proposal=four[3], mark="top", on="y")
    hall.do("proposal.mark", proposal=four[0], mark="parked", on="y")
    hall.do("proposal.mark", proposal=four[3], mark="top", on="y")
    assert [one.top for one in _shown(hall).values()] == [False, True, True, True]
    with pytest.raises(Conflict):
        hall.do("proposal.mark", proposal=four[0], mark="top", on="y")


def test_undo_goes_back_ten_steps_and_no_further(world: World) -> None:
    hall = Hall(world)
    one = hall.propose("글 0")
    for number in range(1, 13):
        hall.do("proposal.reword", proposal=one, text=f"글 {number}", consented="y")
    for _ in range(10):
        hall.do("console.undo", table=1)
    assert _shown(hall)[one].text == "글 2"
    with pytest.raises(Conflict):
        hall.do("console.undo", table=1)


def test_undo_takes_back_only_ones_own_acts(world: World) -> None:
    hall = Hall(world)
    one, two = hall.propose(), hall.propose()
    hall.do("proposal.mark", proposal=one, mark="dissent", on="y")
    hall.do("proposal.mark", hall.host, proposal=two, mark="dissent", on="y")
    hall.do("console.undo", table=1)
    assert [one.dissent for one in _shown(hall).values()] == [False, True]
    with pytest.raises(Conflict):
        hall.do("console.undo", table=1)
    with pytest.raises(Forbidden):
        hall.do("console.undo", hall.other, table=1)


def test_undo_passes_over_what_others_have_built_upon(world: World) -> None:
    hall = Hall(world)
    one, two = hall.propose("하나"), hall.propose("둘")
    hall.do("proposal.mark", proposal=two, mark="dissent", on="y")
    hall.do("proposal.reword", proposal=one, text="하나 더", consented="y")
    hall.do("proposal.hide", hall.host, proposal=one, reason="personal")
    assert hall.do("console.undo", table=1).result["deed"] == "marked"
    assert _shown(hall)[one].state is ProposalState.HIDDEN
    assert not _shown(hall)[two].dissent


BAD: list[tuple[str, dict[str, object]]] = [
    ("proposal.capture", {"table": 1, "wording": "verbatim", "text": ""}),
    ("proposal.capture", {"table": 1, "wording": "verbatim", "text": "가" * 201}),
    ("proposal.capture", {"table": 1, "wording": "sung", "text": "글"}),
    ("proposal.capture", {"table": "셋", "wording": "verbatim", "text": "글"}),
    ("proposal.capture", {"table": 1, "wording": "verbatim", "text": "글", "seat": "1 OR 1=1"}),
    ("proposal.capture", {"table": 1, "wording": "verbatim", "text": "글", "seat": 999999}),
    ("proposal.capture", {"table": 150, "wording": "verbatim", "text": "글"}),
    ("proposal.capture", {"table": 1, "wording": "verbatim", "text": "글", "at": "어제"}),
    ("proposal.capture", {"table": 1, "wording": "verbatim", "text": "\x00\u200b\ud800"}),
    ("proposal.mark", {"proposal": 1, "mark": "state", "on": "y"}),
    ("proposal.reword", {"proposal": -3, "text": "글"}),
    ("turn.start", {"table": 1, "seat": "=HYPERLINK(1)"}),
    ("turn.start", {"table": 1, "seat": 10**40}),
    ("turn.end", {"table": 1, "at": "2026-99-99T99:99:99Z"}),
    ("turn.mode", {"table": 1, "mode": "<script>"}),
    ("step.move", {"table": 1, "line": 57}),
]


@pytest.mark.parametrize(("command", "fields"), BAD)
def test_bad_input_is_refused_in_words(world: World, command: str, fields: dict[str, object]) -> None:
    hall = Hall(world)
    with pytest.raises(DomainError) as refused:
        hall.do(command, hall.host, **fields)
    assert str(refused.value.message)
    assert hall.recorded == []


def test_hostile_text_is_shown_as_it_was_written(world: World) -> None:
    hall = Hall(world)
    hall.do("proposal.capture", table=1, wording="verbatim", text="<script>alert(1)</script>=SUM(A1)")
    page = world.browser(hall.facilitator_id).get(f"/forums/{world.slug(hall.forum)}/tables/1").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;=SUM(A1)" in page
    assert "<script>alert" not in page
