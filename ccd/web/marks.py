"""What lies on the timeline of a recording: who talks when, pauses, holds, transfers, what was said of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from ccd.adapters.store.web_queries import Kept
from ccd.web.shapes import Mark

__all__ = ["marks_of"]

Row = dict[str, Any]


def marks_of(kept: Kept, lines: dict[str, list[Row]], evaluations: Iterable[Row]) -> list[Mark]:
    """In the order of time. ``evaluations``: what may be seen of them."""
    started = kept.started
    if started is None:
        return []

    def at(moment: datetime) -> float:
        return round(max((moment - started).total_seconds(), 0.0), 3)

    def span(kind: str, since: datetime, until: datetime | None, text: str = "") -> Mark:
        return Mark(kind=kind, at_s=at(since), until_s=None if until is None else at(until), text=text)

    found = [
        span("conversation", talk["connected"], talk["ended"], talk["person"] or "")
        for talk in lines["conversations"]
        if talk["connected"] is not None
    ]
    found += [span("muted", began, ended) for began, ended in kept.muted]
    found += [span("marked", began, ended) for began, ended in kept.marked]
    inside = [row for row in lines["events"] if _within(row["at"], kept)]
    found += _holds(inside, span)
    found += [
        span(row["event"], row["at"], row["at"], row["target"] or "")
        for row in inside
        if row["event"] not in ("held", "resumed")
    ]
    found += [mark for row in evaluations for mark in _comments(row)]
    return sorted(found, key=lambda mark: (mark.at_s, mark.kind))


def _within(moment: datetime, kept: Kept) -> bool:
    return (
        kept.started is not None
        and kept.started <= moment
        and (kept.stopped is None or moment <= kept.stopped)
    )


def _holds(events: list[Row], span: Any) -> list[Mark]:
    found, open_ = [], {}
    for row in events:
        if row["event"] == "held":
            open_[row["interface"]] = row["at"]
        elif row["event"] == "resumed" and row["interface"] in open_:
            found.append(span("held", open_.pop(row["interface"]), row["at"], row["interface"] or ""))
    found += [span("held", since, None, interface or "") for interface, since in open_.items()]
    return found


def _comments(row: Row) -> list[Mark]:
    """``answers``: question -> {answer, comment, at_s}."""
    try:
        answers = msgspec.json.decode(row.get("answers") or "{}", type=dict[str, dict[str, Any]])
    except msgspec.DecodeError:
        return []
    found = []
    for question, told in answers.items():
        at_s, comment = told.get("at_s"), told.get("comment")
        if isinstance(at_s, (int, float)) and not isinstance(at_s, bool):
            text = f"{question}: {comment}" if comment else question
            found.append(
                Mark(kind="comment", at_s=max(float(at_s), 0.0), text=text, evaluation=row["evaluation"])
            )
    return found
