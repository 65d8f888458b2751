"""The kinds of segments: what they are called, how long they usually take, and how short they can be."""

from dataclasses import dataclass

from core.i18n import Message, say
from participation.forums.models import ForumState, SegmentKind


@dataclass(frozen=True)
class Kind:
    """A kind of segment. `title_ko` and `title_en` name a new one; minutes are whole."""

    name: Message
    about: Message
    icon: str
    title_ko: str
    title_en: str
    minutes: int
    least: int


KINDS: dict[SegmentKind, Kind] = {
    SegmentKind.WELCOME: Kind(
        say("환영"), say("인사와 오늘의 약속"), "people", "환영과 오늘의 약속", "Welcome and ground rules", 5, 3
    ),
    SegmentKind.BRIEFING: Kind(
        say("주제 설명"), say("알려진 사실과 시가 할 수 있는 일"), "info", "주제 설명", "Briefing", 10, 5
    ),
    SegmentKind.TABLE_ROUND: Kind(
        say("테이블 토론"), say("한 분씩 말하고 제안을 적습니다"), "speech", "테이블 토론", "Table round", 30, 10
    ),
    SegmentKind.THEME_CHECK: Kind(
        say("묶음 확인"), say("묶은 것에 빠진 말이 없는지 봅니다"), "merge", "묶음 확인", "Theme check", 5, 3
    ),
    SegmentKind.OPEN_MICROPHONE: Kind(
        say("열린 마이크"), say("누구나 앞에서 말합니다"), "hand", "열린 마이크", "Open microphone", 10, 5
    ),
    SegmentKind.SHARE_BACK: Kind(
        say("함께 보기"), say("모든 테이블의 이야기를 화면에서 봅니다"), "monitor", "함께 보기", "Share-back", 7, 4
    ),
    SegmentKind.PLENARY_BALLOT: Kind(
        say("전체 투표"), say("모두가 함께 고릅니다"), "check", "전체 투표", "Plenary ballot", 8, 5
    ),
    SegmentKind.SURVEY: Kind(say("설문"), say("자리를 뜨기 전에 묻습니다"), "list", "설문", "Survey", 4, 2),
    SegmentKind.BREAK: Kind(say("쉬는 시간"), say("쉬고 자리를 바꿉니다"), "pause", "쉬는 시간", "Break", 10, 5),
}
STATE_NAMES: dict[ForumState, Message] = {
    ForumState.DRAFT: say("준비 중"),
    ForumState.ANNOUNCED: say("예정"),
    ForumState.LIVE: say("지금 진행 중"),
    ForumState.CLOSED: say("마침"),
}
