"""What may be asked of this policy: by whom is checked when it is done."""

from __future__ import annotations

from ccd.shifts.acts import Act

__all__ = ["ACTS"]

WHERE = ("seat", "pbx", "day", "shift")
"""Which shift at a seat is meant, where it is not the nearest one."""

ACTS: dict[str, Act] = {
    "release": Act(needs=("reason",), may=WHERE),
    "relieve": Act(needs=("seat",), may=(*WHERE, "reason")),
    "log_write": Act(needs=("section",), may=("text", "none", *WHERE)),
    "sign": Act(may=("as", *WHERE)),
    "item_open": Act(needs=("text",), may=WHERE),
    "item_close": Act(needs=("item",), may=("text",), person=False),
    "bulletin_post": Act(needs=("id", "title", "text"), may=("audience",), person=False),
    "bulletin_read": Act(needs=("id",)),
    "excuse": Act(needs=("seat", "day", "shift", "reason"), may=("pbx", "side"), person=False),
}
