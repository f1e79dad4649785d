"""AstDB, the PBX's own small database, by AMI.

Asterisk 16 and 22 answer DBGet as a list of one (DBGetResponse, its value in ``Val``), or with an error for a
key that is not there. The AMI user needs ``system`` to delete, ``reporting`` to read.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from ccd.adapters.ami.actions import ActionFailed
from ccd.message import Message

__all__ = ["Actions", "Fields", "delete", "get"]

Fields = tuple[tuple[str, str], ...]


class Actions(Protocol):
    """A session of ``ccd.adapters.ami``, as far as it is used here."""

    def action(self, fields: Fields, timeout: float | None = None) -> Awaitable[Message]: ...
    def list_action(self, fields: Fields, timeout: float | None = None) -> Awaitable[list[Message]]: ...


async def get(session: Actions, family: str, key: str, timeout: float | None = None) -> str | None:
    """The value; None where there is none. Raises AmiError."""
    fields = (("Action", "DBGet"), ("Family", family), ("Key", key))
    try:
        found = await session.list_action(fields, timeout)
    except ActionFailed as error:
        if error.message != "Database entry not found":
            raise
        return None
    return next((message.get("Val") for message in found if message.name == "DBGetResponse"), None)


async def delete(session: Actions, family: str, key: str) -> None:
    """Deleting what is not there is an error to Asterisk, and none to us. Raises AmiError."""
    try:
        await session.action((("Action", "DBDel"), ("Family", family), ("Key", key)))
    except ActionFailed as error:
        if error.message not in ("Database entry could not be deleted", "Database entry not found"):
            raise
