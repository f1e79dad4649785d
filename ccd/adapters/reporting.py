"""The reports of shifts: made when they are due, kept, posted, sent; what was missed is made up for.

Each step is on record before the next begins. So a message that may have gone out before a crash is sent
again as the same message (its Message-ID is the mailing's): at least once, never lost. What cannot be done,
since the store, the disk or the mail server is away, is tried again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from ccd.adapters.notify.email import Email
from ccd.adapters.notify.lane import FailedError, UndeliverableError
from ccd.adapters.notify.message import mailbox, one_line
from ccd.adapters.reporting_data import GivenUpError
from ccd.adapters.reporting_files import all_there, languages_of, reports_dir
from ccd.adapters.reporting_mail import compose, mailing_of, recipients
from ccd.adapters.reporting_making import Making, ReportStore
from ccd.adapters.store.errors import StoreError
from ccd.config import ConfigError, Settings
from ccd.events import Person
from ccd.events.reports import ReportMade, ReportPosted, ReportSent
from ccd.reports.ledger import Ledger, name_of
from ccd.reports.periods import Period, due

__all__ = ["FAULTS", "Reporting"]

log = structlog.get_logger("ccd.reporting")

FIRST_S = 5.0
EVERY_S = 30.0
DELAYS_S = (15.0, 60.0, 300.0, 900.0)
"""Between two tries to send a message to one address; the last one from then on."""
SEND_S = 60.0
"""A message with attachments may take longer than one that tells of an incident."""
REMEMBERED = timedelta(days=60)
"""Besides the days to catch up with; what was posted longer ago is not sent any more."""

FAULTS = (StoreError, ConfigError, OSError, msgspec.MsgspecError)
"""What the operator mends, and what is then tried again."""


class Reporting:
    """``settings`` and ``people`` (of the roster) are asked for each time. ``close``, then cancel ``run``."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        *,
        store: ReportStore,
        people: Callable[[], tuple[Person, ...]],
        now: Callable[[], datetime],
        email: Email,
        first_s: float = FIRST_S,
        every_s: float = EVERY_S,
        delays_s: tuple[float, ...] = DELAYS_S,
    ) -> None:
        self.making = Making(settings, store, now)
        self.failures = 0
        """How often something could not be done, so far."""
        self._settings = settings
        self._people = people
        self._now = now
        self._email = email
        self._first_s, self._every_s, self._delays_s = first_s, every_s, delays_s
        self._wake = asyncio.Event()
        self._closed = False
        self._empty: set[Period] = set()
        self._tried: dict[tuple[str, str], tuple[int, datetime]] = {}
        self._told: set[str] = set()

    async def run(self) -> None:
        await asyncio.sleep(self._first_s)
        while not self._closed:
            await self.look()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._every_s):
                    await self._wake.wait()
            self._wake.clear()

    def close(self) -> None:
        """``run`` ends soon, also where a library loses that it is cancelled (``notify.ending``)."""
        self._closed = True
        self._wake.set()
        self.making.close()

    @property
    def mail_configured(self) -> bool:
        return bool(self._settings().notify.email.host)

    async def look(self) -> None:
        """Once: whatever is due now."""
        try:
            if self._settings().reports.enabled:
                await self._make_what_is_due()
            await self._send_what_waits()
        except FAULTS as error:
            self._failed("reports_wait", error)
        except GivenUpError:
            pass
        except Exception:
            self.failures += 1
            log.exception("reporting_defect")

    async def _make_what_is_due(self) -> None:
        settings, ledger = self._settings(), await self.making.ledger()
        unposted = []
        for _, period in due(settings.reports, settings.daemon.timezone, self._now()):
            if period in self._empty:
                continue
            try:
                made = ledger.of(period) or await self._made(period)
            except FAULTS as error:
                self._failed("report_waits", error, period=period.name)
                continue
            if made is None:
                self._empty.add(period)
            elif not ledger.was_posted(period):
                unposted.append(made)
        if unposted:
            await self._post(unposted)

    async def _made(self, period: Period) -> ReportMade | None:
        made = await self.making.make(period, even_if_empty=False)
        if made is not None:
            log.info("report_made", period=made.period, facts=made.facts, gaps=made.gaps)
        return made

    # --- posting and sending ------------------------------------------------------------------------------

    async def send(self, period: Period, *, by: str, request: str) -> tuple[ReportPosted, ...]:
        """Post the revision in force, which is made where there is none; asked again under the same
        ``request`` it is the same message. Empty where nobody would get it. Raises as ``make``.
        """
        made = (await self.making.ledger()).of(period) or await self.making.make(period, by=by)
        assert made is not None
        return await self._post([made], by=by, request=request)

    async def _post(
        self, reports: list[ReportMade], *, by: str = "", request: str = ""
    ) -> tuple[ReportPosted, ...]:
        """All of them as one message in each language that somebody gets."""
        settings = self._settings()
        if not self.mail_configured:
            self._tell_once(
                "no_mail", "reports_not_sent", mend="set [notify.email] host, or fetch them there"
            )
            return ()
        people = self._people()
        found = recipients(settings.reports, people, [made.kind for made in reports])
        if found.without:
            self._tell_once(f"without {found.without}", "report_without_address", people=found.without)
        if not found.to and not found.copies:
            self._tell_once("nobody", "reports_for_nobody", mend="set reports.to, or addresses in the roster")
            return ()
        names = tuple(name_of(made) for made in reports)
        posted = []
        for language in languages_of(settings):
            to, copies = (
                tuple(each for each in group if self._language(each, people, settings) == language)
                for group in (found.to, found.copies)
            )
            if to or copies:
                mailing = mailing_of(names, language, (*to, *copies), request)
                posted.append(
                    ReportPosted(
                        at=self._now(),
                        key=f"reports|posted|{mailing}",
                        day=reports[-1].last,
                        by=by,
                        mailing=mailing,
                        reports=names,
                        language=language,
                        to=to,
                        copies=copies,
                        without_address=found.without,
                    )
                )
        for each in posted:
            await self.making.record(each)
        self._wake.set()
        return tuple(posted)

    @staticmethod
    def _language(address: str, people: Iterable[Person], settings: Settings) -> str:
        """Their own by the roster, where reports are made in it; else the first."""
        languages = languages_of(settings)
        wanted = next((person.language for person in people if person.email == address), "")
        return next((each for each in languages if wanted and each[:2] == wanted[:2]), languages[0])

    async def _send_what_waits(self) -> None:
        ledger, now = await self.making.ledger(), self._now()
        longest = timedelta(days=self._settings().reports.catch_up_days) + REMEMBERED
        for posted, address in ledger.waiting():
            if self._closed:
                return
            tries, last = self._tried.get((posted.mailing, address), (0, now))
            pause = self._delays_s[min(tries, len(self._delays_s)) - 1] if tries else 0.0
            if (now - last).total_seconds() < pause:
                continue
            error, final = await self._try(ledger, posted, address)
            if error and not final and now - posted.at <= longest:
                self._tried[posted.mailing, address] = (tries + 1, self._now())
            else:
                await self._sent(posted, address, error)

    async def _sent(self, posted: ReportPosted, address: str, error: str) -> None:
        await self.making.record(
            ReportSent(
                at=self._now(),
                key=f"reports|sent|{posted.mailing}|{address}",
                day=posted.day,
                mailing=posted.mailing,
                address=address,
                error=error,
            )
        )
        self._tried.pop((posted.mailing, address), None)
        log.info("report_sent", mailing=posted.mailing, address=address, error=error)

    async def _try(self, ledger: Ledger, posted: ReportPosted, address: str) -> tuple[str, bool]:
        """What went wrong ("": nothing), and whether that is for good."""
        settings = self._settings()
        reports = [made for name in posted.reports if (made := ledger.made(name)) is not None]
        try:
            sender = mailbox(settings.notify.email.sender)
            if sender is None or not settings.notify.email.host:
                raise FailedError("not configured: set [notify.email] host and sender")
            await self._make_good(settings, reports)
            message = await asyncio.to_thread(compose, posted, reports, reports_dir(settings), sender)
            await self._email.deliver(message, sender, address, SEND_S)
        except UndeliverableError as error:
            self._failed("report_undeliverable", error, address=address)
            return one_line(str(error)), True
        except (FailedError, *FAULTS) as error:
            self._failed("report_not_sent", error, address=address)
            return one_line(str(error)), False
        return "", False

    async def _make_good(self, settings: Settings, reports: list[ReportMade]) -> None:
        """Files that were lost are made again, as far as their figures still are what they were."""
        for made in reports:
            if not await asyncio.to_thread(all_there, reports_dir(settings), made):
                await self.making.make(Period(made.kind, made.first, made.last))

    # --- what goes wrong ----------------------------------------------------------------------------------

    def _failed(self, what: str, error: Exception, **more: Any) -> None:
        self.failures += 1
        log.warning(what, error=one_line(str(error)), **more)

    def _tell_once(self, key: str, what: str, **more: Any) -> None:
        if key not in self._told:
            self._told.add(key)
            log.warning(what, **more)
