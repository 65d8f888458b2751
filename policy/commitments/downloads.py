"""The tracker as a table to download: readable by a spreadsheet, harmless in it."""

import csv
import io
from collections.abc import Iterable
from datetime import date

from core.i18n import say
from policy.commitments.queries import CommitmentView

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = value.isoformat() if isinstance(value, date) else "" if value is None else str(value)
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text


def tracker_csv(rows: Iterable[CommitmentView], address: str) -> bytes:
    """UTF-8 with the mark that spreadsheets look for; days as 2026-11-26. `address` is that of the tracker."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    heads = (
        say("번호"),
        say("약속한 일"),
        say("토론회 이름"),
        say("담당"),
        say("지금"),
        say("까닭의 갈래"),
        say("알린 말"),
        say("접수한 날"),
        say("답변 기한"),
        say("답변한 날"),
        say("완료 기한"),
        say("완료한 날"),
        say("새 예정일"),
        say("기한 지난 날수"),
        say("주소"),
    )
    writer.writerow([str(head) for head in heads])
    for row in rows:
        cells = (
            row.number,
            row.title,
            row.forum_title,
            row.where,
            row.state_name,
            row.reason_name,
            row.reason,
            row.received_on,
            row.answer_due_on,
            row.answered_on,
            row.due_on,
            row.done_on,
            row.expected_on,
            row.late,
            f"{address}/{row.number}",
        )
        writer.writerow([harmless(cell) for cell in cells])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()
