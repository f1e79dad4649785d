"""Reasons, figures and codes of assessment in the words of the language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ccd.cli.session import Session

__all__ = ["code_word", "panel_said", "post_said", "rows_said"]

Row = dict[str, Any]
CODES = ("level", "step", "post", "part", "origin", "panel")
"""Values that have words of their own."""


def rows_said(session: Session, rows: Iterable[dict[str, str]]) -> list[str]:
    told = []
    for row in rows:
        values = {
            name: code_word(session, name, value) if name in CODES else value
            for name, value in row.items()
            if name != "rule"
        }
        told.append(session.words(f"state_why_{row['rule']}", **values).strip())
    return told


def code_word(session: Session, kind: str, code: str) -> str:
    """Of a level, a step, a part of the month …; one that has no words is shown as it is."""
    key = f"state_{kind}_{code}"
    return session.words(key) if session.words.has(key) else code


def panel_said(session: Session, panel: Row) -> str:
    grounds = ", ".join(rows_said(session, panel["grounds"]))
    if panel["points"] is None:
        return session.words("assess_no_panel", grounds=grounds)
    return session.words("assess_panel", points=f"{panel['points']:g}", grounds=grounds)


def post_said(session: Session, post: Row) -> str:
    """Whether it may be tried, or at the end of a trial be confirmed."""
    values = {
        "post": code_word(session, "post", post["post"]),
        "why": ", ".join(rows_said(session, post["why"])),
        "grounds": ", ".join(rows_said(session, post["grounds"])),
    }
    if post["trial"]:
        done, not_yet = "assess_may_confirm", "assess_may_not_confirm"
    else:
        done, not_yet = "assess_may_try", "assess_may_not_try"
    return session.words(done if post["may"] else not_yet, **values)
