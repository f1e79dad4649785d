"""Acts about shifts: asked of the daemon, and told in the words of its rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccd.cli.plans import as_json, near_day
from ccd.cli.session import Session

__all__ = ["act", "tell"]

Row = dict[str, Any]


def act(
    session: Session,
    policy: str,
    what: str,
    json_: bool,
    *,
    person: str = "",
    actor: str = "",
    values: Mapping[str, str] | None = None,
) -> Row:
    """Once, however often it has to be sent; values that were not given are left out. Gives the reply."""
    reply = session.ask_once(
        "shift_act",
        policy=policy,
        act=what,
        person=person,
        actor=actor,
        values={name: _told(session, name, value) for name, value in (values or {}).items() if value},
        language=session.words.language,
    )
    tell(session, reply, json_)
    return reply


_DAYS = ("day", "since", "until")


def _told(session: Session, name: str, value: str) -> str:
    """The daemon takes days by their date."""
    near = near_day(session, value) if name in _DAYS else None
    return value if near is None else near.isoformat()


def tell(session: Session, reply: Row, json_: bool) -> None:
    if json_:
        as_json(session, {name: value for name, value in reply.items() if name != "ok"})
    elif not session.quiet:
        print(reply["text"] or reply["because"])
