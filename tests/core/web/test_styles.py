"""The built style sheet is what its parts say, and light enough for a phone on a weak link."""

import gzip
import re

from core.web.styles import FOLDER, TARGET, core_sheet


def test_core_sheet_is_built_from_its_parts() -> None:
    assert TARGET.read_text(encoding="utf-8") == core_sheet(), "run: python -m core.web.styles"


def test_a_phone_loads_at_most_20_kb_of_styles() -> None:
    sheets = (TARGET, FOLDER / "phone.css")
    assert sum(len(gzip.compress(sheet.read_bytes())) for sheet in sheets) <= 20_000


def test_no_sheet_asks_another_host_or_embeds_data() -> None:
    for sheet in FOLDER.glob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"url\([\"']?(?:data:|https?:|//)|@import", text), sheet.name
