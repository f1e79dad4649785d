"""Sign-ins that the dialplan noted in AstDB while ccd could not answer: read after each (re)connect.

The dialplan keeps ``ccd-missed/count`` and, from 1 on, ``ccd-missed/NUMBER`` = ``kind|endpoint|code|epoch``.
A mark is deleted once whoever asked has taken it, so a crash in between brings it again with the same request
id, and losing one takes two faults. Asterisk 16 and 22 answer DBGet as a list of one (DBGetResponse, its
value in ``Val``), or with an error for a key that is not there. The AMI user needs ``system`` to write.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog

from ccd.adapters.ami.actions import ActionFailed
from ccd.adapters.clock import utc_now
from ccd.events import SignInAsked
from ccd.message import Message
from ccd.roster import Roster

__all__ = ["MissedSignIns"]

log = structlog.get_logger("ccd.missed")

FAMILY = "ccd-missed"
MARKS = 10_000
"""Read at one time; a count beyond it is not believed."""
OLDEST = timedelta(days=366)

Fields = tuple[tuple[str, str], ...]


class MissedSignIns:
    """The marks of one PBX. ``action`` and ``list_action`` are those of its AMI session."""

    def __init__(
        self,
        pbx: str,
        *,
        action: Callable[[Fields], Awaitable[Message]],
        list_action: Callable[[Fields], Awaitable[list[Message]]],
        roster: Callable[[], Roster],
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.skipped = 0
        """Marks that could not be read, since the start."""
        self._pbx = pbx
        self._action = action
        self._list_action = list_action
        self._roster = roster
        self._now = now

    async def read(self) -> AsyncIterator[SignInAsked]:
        """Each mark, oldest first; taking the next one says that the last is safe, and deletes it.

        Raises AmiError where the session is lost, too slow or lacks the right: the rest stays for next time.
        """
        count = await self._count()
        number = 0
        # Past the count as well, to the first gap: a mark may come while we read, and the count goes first.
        while number < MARKS:
            number += 1
            if number == count + 1:
                await self._delete("count")
            value = await self._get(str(number))
            if value is None:
                if number > count:
                    return
                continue
            asked = self._asked(number, value)
            if asked is not None:
                yield asked
            await self._delete(str(number))

    async def _count(self) -> int:
        text = await self._get("count") or "0"
        if text.isascii() and text.isdigit() and len(text) < 10 and int(text) < MARKS:
            return int(text)
        log.warning("missed_count_unreadable", pbx=self._pbx, value=text[:80])
        return 0

    def _asked(self, number: int, value: str) -> SignInAsked | None:
        """The sign-in a mark tells of; None for one that cannot be read, which is reported."""
        kind, endpoint, code, epoch = (*value.split("|"), "", "", "", "")[:4]
        at = self._time(epoch)
        digits = code.isascii() and code.isdigit() and len(code) <= 20
        if value.count("|") != 3 or kind not in ("arrive", "leave") or not digits or at is None:
            self.skipped += 1
            log.warning("missed_mark_unreadable", pbx=self._pbx, key=f"{FAMILY}/{number}", value=value[:80])
            return None
        return SignInAsked(
            at=at,
            request=f"missed-{self._pbx}-{number}-{epoch}-{kind}-{code}",
            pbx=self._pbx,
            seat=self._seat(endpoint),
            code=code,
            kind=kind,
            pin_ok=None,
            how="missed",
        )

    def _time(self, epoch: str) -> datetime | None:
        """The PBX's clock may run ahead of ours: nothing has happened later than now."""
        if not (epoch.isascii() and epoch.isdigit() and len(epoch) <= 10):
            return None
        now = self._now()
        at = min(datetime.fromtimestamp(int(epoch), UTC), now)
        return at if now - at <= OLDEST else None

    def _seat(self, endpoint: str) -> str:
        """The dialplan knows the endpoint's name, without the technology or with it."""
        roster = self._roster()
        if "/" in endpoint:
            return roster.seat_of(self._pbx, endpoint) or endpoint
        return roster.seat_of_endpoint(self._pbx, endpoint) or endpoint

    async def _get(self, key: str) -> str | None:
        """The value; None where there is none."""
        try:
            found = await self._list_action((("Action", "DBGet"), ("Family", FAMILY), ("Key", key)))
        except ActionFailed as error:
            if error.message != "Database entry not found":
                raise
            return None
        return next((message.get("Val") for message in found if message.name == "DBGetResponse"), None)

    async def _delete(self, key: str) -> None:
        """Deleting what is not there is an error to Asterisk, and none to us."""
        try:
            await self._action((("Action", "DBDel"), ("Family", FAMILY), ("Key", key)))
        except ActionFailed as error:
            if error.message not in ("Database entry could not be deleted", "Database entry not found"):
                raise
