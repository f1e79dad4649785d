"""Every check has its row in docs/doctor.md, and every row its check."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_table_of_the_document_holds_exactly_the_checks() -> None:
    told = set(re.findall(r"(?m)^\| `([a-z-]+)` \|", (ROOT / "docs/doctor.md").read_text("utf-8")))
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "ccd/doctor/checks").glob("*.py"))
    assert told == set(re.findall(r'Finding\(\s*"([a-z-]+)"', sources))
