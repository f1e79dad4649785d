"""What is sent: text made harmless and brought to a size, and the JSON that machines get."""

from __future__ import annotations

import re
from datetime import datetime
from email.headerregistry import Address
from typing import Any

import msgspec

from ccd.effects import Tell

__all__ = ["FIELDS", "ID", "SUBJECT", "TEXT", "body", "cut", "mailbox", "one_line", "plain"]

TEXT = 20_000
SUBJECT = 200
FIELD = 4_000
FIELDS = 100
LINE = 400

ID = re.compile(r"[a-z0-9-]{1,64}\Z")
"""An incident's id: safe in a topic, a header and a file name."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MAILBOX = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]{1,255}\Z")
_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """Without control characters and halves of characters; line feeds and tabs stay."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))


def cut(text: str, limit: int) -> str:
    """At most so many characters, and a word on how many there were."""
    if len(text) <= limit:
        return text
    note = f" … [{len(text)} characters, cut]"
    return text[: limit - len(note)] + note


def one_line(text: str, limit: int = LINE) -> str:
    """For a header, a log line or an error. Never holds a line break."""
    return cut(_SPACE.sub(" ", plain(text[: limit * 4])).strip(), limit)


def mailbox(address: str) -> Address | None:
    """One plain address (``lead@example.org``), or None. Names, lists and line breaks are no address."""
    if not _MAILBOX.match(address):
        return None
    try:
        return Address(addr_spec=address)
    except (ValueError, IndexError):
        return None


def _fields(effect: Tell) -> dict[str, Any]:
    """The effect as names and values. A field of the effect's own never hides what we say here."""
    return {
        **{one_line(name, 64): cut(plain(value), FIELD) for name, value in effect.fields[:FIELDS]},
        "incident": effect.incident,
        "person": effect.person,
        "drill": effect.drill,
        "subject": one_line(effect.subject, SUBJECT),
        "text": cut(plain(effect.text), TEXT),
    }


def body(effect: Tell, at: datetime) -> bytes:
    """JSON in the form of standardwebhooks.com: type, timestamp (UTC), data. ``id`` is the same in every
    repetition of one message.
    """
    return msgspec.json.encode(
        {"type": "incident.told", "timestamp": at, "id": effect.key, "data": _fields(effect)}
    )
