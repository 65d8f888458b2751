"""Ready agendas: whole evenings that a coordinator can start from."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.i18n import in_language
from participation.forums.drafts import LineDraft, SegmentDraft
from participation.forums.models import SegmentKind

FILE = Path(__file__).parent / "templates_ready" / "agenda_templates.json"


@dataclass(frozen=True)
class ReadyAgenda:
    """A ready agenda in both languages."""

    key: str
    title_ko: str
    title_en: str
    summary_ko: str
    summary_en: str
    minutes: int
    segments: tuple[SegmentDraft, ...]

    @property
    def title(self) -> str:
        return in_language(self.title_ko, self.title_en)

    @property
    def summary(self) -> str:
        return in_language(self.summary_ko, self.summary_en)


def segment_from(data: dict[str, Any]) -> SegmentDraft:
    """A segment out of a ready agenda's file."""
    lines = tuple(LineDraft(one["line_ko"], one["line_en"], one["seconds"]) for one in data["guidance"])
    texts = {name: data[name] for name in ("title_ko", "title_en", "question_ko", "question_en")}
    return SegmentDraft(kind=SegmentKind(data["kind"]), minutes=data["minutes"], lines=lines, **texts)


@cache
def ready_agendas() -> dict[str, ReadyAgenda]:
    """Every ready agenda by its key, the shortest first."""
    found = {}
    for data in json.loads(FILE.read_text(encoding="utf-8"))["templates"]:
        texts = {name: data[name] for name in ("key", "title_ko", "title_en", "summary_ko", "summary_en", "minutes")}
        found[data["key"]] = ReadyAgenda(segments=tuple(map(segment_from, data["agenda"])), **texts)
    return dict(sorted(found.items(), key=lambda item: item[1].minutes))
