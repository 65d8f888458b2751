"""Words that nearly every proposal holds, whatever it is about: asking, wishing, addressing, counting."""

from __future__ import annotations

ASKING = frozenset(
    "청원 국민청원 청원인 청원글 건의 건의사항 제안 요청 요구 부탁 촉구 호소 간청 민원 의견 동의 찬성 "
    "반대 신청 답변 제발 바람 희망 희망사항 당부 제의 청 요망 재청원 탄원 제보 문의 질문".split()
)
ADDRESSING = frozenset(
    "대통령 대통령님 청와대 정부 나라 국가 국민 시장님 시민 주민 구민 군민 도민 여러분 우리 저희 저 나 "
    "본인 분 님 사람 모두 누구 당신 안녕 감사 존경 수고 대한민국 한국 우리나라".split()
)
THINKING = frozenset(
    "필요 생각 문제 문제점 개선 개선점 해결 마련 방안 방법 대책 이유 경우 정도 때문 관련 대상 내용 "
    "부분 상황 상태 사항 사실 의미 결과 과정 원인 입장 차원 측면 점 것 거 수 데 바 줄 때 곳 날 말 중 "
    "전 후 앞 뒤 안 밖 위 밑 옆 속 쪽 등 번 년 월 일 시 명 개 건 가지 여러 동안 이번 지금 현재 오늘 "
    "요즘 최근 다음 다시 하나 전체 일부 대부분 절실 당연 가능 추가 각종 통해 무엇 어디 언제 그것 이것 "
    "여기 거기 조금 진짜 정말 너무 매우 아주 좀 더 꼭 왜 대신 가까이 만큼".split()
)
DOING = frozenset(
    "하다 되다 있다 없다 이다 아니다 같다 좋다 많다 적다 크다 작다 주다 받다 보다 오다 가다 나다 내다 "
    "들다 놓다 두다 위하다 대하다 관하다 의하다 통하다 따르다 말다 싶다 않다 못하다 알다 모르다 바라다 "
    "부탁드리다 드리다 올리다 시키다 만들다 어떻다 그렇다 이렇다 저렇다 늘리다 줄이다 바꾸다 고치다 "
    "힘들다 어렵다 쓰다 돕다 나오다 들어가다 심하다 생기다 지다 여쭙다 살다".split()
)
ENGLISH = frozenset(
    "a an and are as at be been but by can could do does for from had has have he her his how i if in "
    "into is it its just let like make many may me more most much must my need needs no not of on one "
    "only or our out please should so some than that the their them there they this to too up us very "
    "want was we were what when where which who why will with would you your about all also any "
    "because being get got im ive id dont cant lets really thing things think way".split()
)

BOILERPLATE = ASKING | ADDRESSING | THINKING | DOING | ENGLISH
