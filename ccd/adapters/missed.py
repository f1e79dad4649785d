"""What the dialplan noted in AstDB for ccd: sign-ins it could not answer, and every report of an emergency.

The dialplan keeps ``ccd-missed/count`` and, from 1 on, ``ccd-missed/NUMBER`` = ``kind|endpoint|code|epoch``.
The kind of a report is its ladder, and the code the Uniqueid of the reporting leg; ``ccd-alone/UNIQUEID`` is
there where the dialplan has rung a lead by itself. A mark is deleted once whoever asked has taken it, so a
crash in between brings it again with the same request id, and losing one takes two faults.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import structlog

from ccd.adapters import astdb
from ccd.adapters.astdb import Actions
from ccd.adapters.clock import utc_now
from ccd.events import ReportAsked, SignInAsked
from ccd.roster import Roster

__all__ = ["MissedSignIns"]

log = structlog.get_logger("ccd.missed")

FAMILY = "ccd-missed"
MARKS = 10_000
"""Read at one time; a count beyond it is not believed."""
OLDEST = timedelta(days=366)

SIGN_INS = ("arrive", "leave", "leave-ill", "attend")

_LADDER = re.compile(r"[a-z][a-z0-9_]{0,31}")
_UNIQUEID = re.compile(r"[A-Za-z0-9._-]{0,110}[0-9]{1,20}\.[0-9]{1,20}")
"""Before the two numbers a name of the PBX may stand (asterisk.conf, systemname)."""
_DIGITS = re.compile(r"[0-9]{1,20}")


class MissedSignIns:
    """The marks of one PBX, by its AMI session."""

    def __init__(
        self,
        pbx: str,
        session: Actions,
        *,
        roster: Callable[[], Roster],
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.skipped = 0
        """Marks that could not be read, since the start."""
        self._pbx = pbx
        self._session = session
        self._roster = roster
        self._now = now

    async def reports(self) -> AsyncIterator[ReportAsked]:
        """The reports alone, for no emergency waits behind a sign-in that nobody can take. As ``read``."""
        for number in range(1, await self._count() + 1):
            value = await self._get(str(number)) or ""
            if value.partition("|")[0] in ("", *SIGN_INS):
                continue
            asked = await self._asked(number, value)
            if isinstance(asked, ReportAsked):
                yield asked
                await self._delete(str(number))

    async def read(self) -> AsyncIterator[SignInAsked | ReportAsked]:
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
            asked = await self._asked(number, value)
            if asked is not None:
                yield asked
            await self._delete(str(number))

    async def _count(self) -> int:
        text = await self._get("count") or "0"
        if text.isascii() and text.isdigit() and len(text) < 10 and int(text) < MARKS:
            return int(text)
        log.warning("missed_count_unreadable", pbx=self._pbx, value=text[:80])
        return 0

    async def _asked(self, number: int, value: str) -> SignInAsked | ReportAsked | None:
        """What a mark tells of; None for one that cannot be read, which is reported."""
        kind, endpoint, code, epoch = (*value.split("|"), "", "", "", "")[:4]
        at = self._time(epoch)
        if value.count("|") == 3 and at is not None:
            if kind in SIGN_INS and _DIGITS.fullmatch(code):
                return self._sign_in(number, kind, endpoint, code, epoch, at)
            if kind not in SIGN_INS and _LADDER.fullmatch(kind) and _UNIQUEID.fullmatch(code):
                return await self._report(kind, endpoint, code, epoch, at)
        self.skipped += 1
        log.warning("missed_mark_unreadable", pbx=self._pbx, key=f"{FAMILY}/{number}", value=value[:80])
        return None

    def _sign_in(
        self, number: int, kind: str, endpoint: str, code: str, epoch: str, at: datetime
    ) -> SignInAsked:
        return SignInAsked(
            at=at,
            request=f"missed-{self._pbx}-{number}-{epoch}-{kind}-{code}",
            pbx=self._pbx,
            seat=self._seat(endpoint),
            code=code,
            kind="leave" if kind == "leave-ill" else kind,
            pin_ok=None,
            how="missed",
            reason="illness" if kind == "leave-ill" else "",
        )

    async def _report(
        self, ladder: str, endpoint: str, uniqueid: str, epoch: str, at: datetime
    ) -> ReportAsked:
        """The same request as that of the UserEvent, which may have been heard."""
        alone = await astdb.get(self._session, "ccd-alone", uniqueid)
        return ReportAsked(
            at=self._now(),
            request=f"{self._pbx}-{uniqueid}-{epoch}",
            ladder=ladder,
            how="adopted",
            pbx=self._pbx,
            uniqueid=uniqueid,
            seat=self._seat(endpoint),
            told_alone=bool(alone),
            happened=at,
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
        return await astdb.get(self._session, FAMILY, key)

    async def _delete(self, key: str) -> None:
        await astdb.delete(self._session, FAMILY, key)
