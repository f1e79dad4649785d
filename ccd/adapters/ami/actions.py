"""One AMI action: checked before a byte of it is sent, and followed to its end.

Asterisk 16 and 22 take a line of at most 1,022 bytes. A longer one is cut there and its rest is read as a
*new* message, so an over-long value injects as well as a line break does; both are refused here.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence

from panoramisk.actions import Action

from ccd.message import Message

__all__ = ["ActionFailed", "ActionTimeout", "AmiError", "Fields", "NotConnected", "PendingAction"]

Fields = Mapping[str, str] | Sequence[tuple[str, str]]

LINE_LIMIT = 1000
"""Bytes of ``Name: value``; below Asterisk's own limit."""
FIELDS_LIMIT = 120
"""Asterisk refuses a message of 130 lines."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_BREAKS = re.compile(r"[\r\n\0]")


class AmiError(Exception):
    """An action did not come to its answer."""


class NotConnected(AmiError):  # noqa: N818  # it reads as what happened
    """There is no session, or it was lost before the answer. The action is never sent again by itself.

    ``sent``: whether it left us, in which case the PBX may or may not have carried it out.
    """

    def __init__(self, text: str, *, sent: bool) -> None:
        super().__init__(text)
        self.sent = sent


class ActionTimeout(AmiError):  # noqa: N818  # it reads as what happened
    """It was sent, and its answer did not come in time. The PBX may or may not have carried it out."""


class ActionFailed(AmiError):  # noqa: N818  # it reads as what happened
    """The PBX answered with an error: ``message`` is its text, ``response`` the whole answer."""

    def __init__(self, action: str, response: Message) -> None:
        self.message = response.get("Message") or response.get("Response")
        self.response = response
        super().__init__(f"{action}: {self.message}")


class PendingAction(Action):  # type: ignore[misc]  # panoramisk is untyped
    """panoramisk's action (wire text, future, place in the table of answers) with our own rule of its end.

    Over at an error; otherwise at its response or, for a list, at the event ``EventList: Complete``.
    ``feeds``: the list's items are part of the event stream and go to its callback; otherwise they are kept
    in ``listed``. Raises ValueError for what must not be sent.
    """

    def __init__(self, fields: Fields, *, is_list: bool = False, feeds: bool = False) -> None:
        # Unguessable: a UserEvent or OriginateResponse shows whatever ActionID its sender chose.
        super().__init__({**_grouped(fields), "ActionID": f"ccd-{secrets.token_hex(8)}"})
        self.is_list = is_list
        self.feeds = feeds
        self.listed: list[Message] = []

    def __str__(self) -> str:
        return str(super().__str__())

    @property
    def name(self) -> str:
        return str(self["Action"][0])

    def add_message(self, message: Message) -> bool:
        """Take its response; True when it is over with that."""
        kind = message.get("Response")
        if kind in ("Error", "Fail", "Failure"):
            self.fail(ActionFailed(self.name, message))
            return True
        if self.is_list:
            return False
        if not self.future.done():
            self.future.set_result(message)
        return True

    def end_list(self) -> None:
        if not self.future.done():
            self.future.set_result(self.listed)

    def fail(self, error: AmiError) -> None:
        if not self.future.done():
            self.future.set_exception(error)
            self.future.exception()  # whoever asked may have gone: no complaint about an unseen error


def _grouped(fields: Fields) -> dict[str, list[str]]:
    """Checked, with the values of a repeated name together in their order, as panoramisk's Action wants."""
    pairs = list(fields.items()) if isinstance(fields, Mapping) else list(fields)
    if len(pairs) > FIELDS_LIMIT:
        raise ValueError(f"{len(pairs)} fields in one action; Asterisk takes {FIELDS_LIMIT}")
    grouped: dict[str, tuple[str, list[str]]] = {}
    for name, value in pairs:
        _check(name, value)
        grouped.setdefault(name.lower(), (name, []))[1].append(value)
    if len(grouped.get("action", ("", []))[1]) != 1:
        raise ValueError("an action has exactly one field called Action")
    if "actionid" in grouped:
        raise ValueError("ActionID is set here; leave it out")
    return dict(grouped.values())


def _check(name: str, value: str) -> None:
    if not isinstance(name, str) or not isinstance(value, str):
        raise ValueError(f"field {name!r}: names and values are text, not {type(value).__name__}")
    if not _NAME.fullmatch(name):
        raise ValueError(f"field name {name!r}: only letters, digits, - and _ are possible")
    if found := _BREAKS.search(value):
        raise ValueError(f"field {name}: {found[0]!r} at character {found.start()} starts another action")
    try:
        size = len(f"{name}: {value}".encode())
    except UnicodeEncodeError:
        raise ValueError(f"field {name}: not expressible in UTF-8") from None
    if size > LINE_LIMIT:
        raise ValueError(f"field {name}: {size} bytes; Asterisk takes lines of {LINE_LIMIT}")
