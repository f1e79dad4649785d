"""What the control socket may ask to change in the plan: import a file, set a shift, take one away.

One change is made at a time, and held against what the store has; ``ok`` means it is kept. Each is in the
audit chain: who, when, which days, and of a small one everything.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import zlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import msgspec
import structlog

from ccd.adapters.clock import utc_now
from ccd.adapters.control import RefusedError
from ccd.adapters.store.entries import Audited
from ccd.adapters.store.errors import StoreError
from ccd.commands_requests import name_in, user_of
from ccd.config import Settings
from ccd.csv_tables import Faults, dump
from ccd.effects import ChangePlan
from ccd.events import EffectDone, EffectFailed, Event, PlanChanged, PlanRestored
from ccd.roster import Roster
from ccd.shifts.calendar import Calendar, day_in
from ccd.shifts.check import MARGIN, Change, Span, change_of, plan_warnings, read_change
from ccd.shifts.plan import Plan, decode_day
from ccd.shifts.plan_csv import AHEAD, FIELDS, MAX_BYTES, PAST, Known, PlanError, Row

__all__ = ["ShiftCommands"]

log = structlog.get_logger("ccd.plan")

Reply = dict[str, Any]
FAULTS_TOLD = 200
WARNINGS_TOLD = 20
AUDITED_WHOLE = 4_000
"""Of a change with no more text than this everything is in the audit chain, of others the digest."""


class World(Protocol):
    """What these commands look at."""

    @property
    def settings(self) -> Settings: ...
    @property
    def roster(self) -> Roster: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def calendar(self) -> Calendar: ...


class PlanStore(Protocol):
    async def plan(self, first: date, last: date) -> PlanRestored: ...
    async def plan_made(self) -> tuple[str, datetime | None]: ...
    def commit(self, facts: Iterable[Any]) -> Awaitable[None]: ...


class ShiftCommands:
    """``changing`` is held during a change: nothing else may touch the plan meanwhile."""

    def __init__(
        self,
        *,
        world: World,
        store: PlanStore,
        submit: Callable[[Event], None],
        changing: asyncio.Lock,
    ) -> None:
        self._world = world
        self._store = store
        self._submit = submit
        self._changing = changing
        self._jobs: set[asyncio.Task[None]] = set()

    def table(self) -> dict[str, Callable[[Reply], Awaitable[Reply]]]:
        return {"shifts_import": self.import_, "shifts_set": self.set, "shifts_unset": self.unset}

    async def import_(self, request: Reply) -> Reply:
        """``data``: the CSV file, deflated, as base64; ``filename`` for its faults; ``replace``: first and
        last day whose plan is to be as the file has it for everybody; ``dry_run``. Gives what was changed.
        """
        data = await asyncio.to_thread(_inflated, request.get("data"))
        replace = _span_in(request)
        filename = name_in(request, "filename", limit=4_096) or "plan"
        first, last = replace if replace is not None else (None, None)

        def read(known: Known, planned: Plan) -> Change:
            return read_change(data, filename=filename, known=known, planned=planned, replace=replace)

        told = {"file": filename, "replace": [str(first), str(last)] if replace else []}
        return await self._change(request, "plan_import", told, read, first, last)

    async def set(self, request: Reply) -> Reply:
        """``person``, ``day``, ``shift``; ``seat``, ``pbx``, ``meal_group``: what that person works that day,
        in place of what they had.
        """
        cells = [name_in(request, key) for key in ("person", "day", "shift", "seat", "pbx", "meal_group")]
        person, day, *rest = cells
        data = dump(FIELDS, [(person, "", day, *rest)])

        def read(known: Known, planned: Plan) -> Change:
            try:
                return read_change(data, filename="", known=known, planned=planned)
            except PlanError as error:
                raise PlanError(text.removeprefix(": line 2, ") for text in error.faults) from None

        told = dict(zip(("person", "day", "shift", "seat", "pbx", "meal_group"), cells, strict=True))
        return await self._change(request, "plan_set", told, read, *[_day_in(request, "day")] * 2)

    async def unset(self, request: Reply) -> Reply:
        """``person`` has no shift on ``day`` any more. Refused where they had none."""
        person, day = name_in(request, "person"), _day_in(request, "day")

        def read(known: Known, planned: Plan) -> Change:
            if not planned.day(day).people.get(person):
                raise PlanError([f"{person or 'person'}: nothing is planned on {day}"])
            off = [Row(0, person, day, None)]
            return change_of(off, known=known, planned=planned, replace=None, faults=Faults(""))

        told = {"person": person, "day": day.isoformat()}
        return await self._change(request, "plan_unset", told, read, day, day)

    def change(self, effect: ChangePlan) -> None:
        """What a policy has decided about the plan: an approved swap. Returns at once."""
        task = asyncio.create_task(self._put(effect))
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)

    async def close(self) -> None:
        """What is under way gets its commit, or the next start does it: the effect is asked for again."""
        await asyncio.gather(*self._jobs, return_exceptions=True)

    async def _put(self, effect: ChangePlan) -> None:
        try:
            async with self._changing:
                count = sum(len(decode_day(day.people)) for day in effect.days)
                change = Change(effect.days, people=count, assignments=count, removed=0)
                await self._keep(
                    change, "plan_changed", {"because": effect.because, **effect.told}, effect.by
                )
        except (StoreError, ValueError) as error:
            log.error("plan_not_changed", key=effect.key, error=str(error))
            self._submit(EffectFailed(at=utc_now(), key=effect.key, error=str(error)))
        else:
            self._submit(EffectDone(at=utc_now(), key=effect.key))

    async def _change(
        self,
        request: Reply,
        act: str,
        told: Mapping[str, Any],
        read: Callable[[Known, Plan], Change],
        first: date | None,
        last: date | None,
    ) -> Reply:
        """``first`` and ``last`` day where they are known beforehand."""
        async with self._changing:
            known = self._known()
            try:
                planned = await self._planned(known, first, last)
                change = await asyncio.to_thread(read, known, planned)
            except PlanError as error:
                raise RefusedError(_cut(error.faults)) from None
            except StoreError as error:
                raise RefusedError(f"the store does not answer: {error}") from None
            version = ""
            if request.get("dry_run") is not True:
                version = await self._keep(change, act, told, user_of(request))
        warnings = await asyncio.to_thread(self._warnings, change, known, planned)
        return {
            "version": version,
            "days": sum(each.people != "{}" for each in change.days),
            "people": change.people,
            "assignments": change.assignments,
            "removed": change.removed,
            "warnings": warnings,
        }

    def _known(self) -> Known:
        world = self._world
        today = utc_now().astimezone(ZoneInfo(world.settings.daemon.timezone)).date()
        return Known(world.plan.shifts, world.roster, world.calendar, today)

    async def _planned(self, known: Known, first: date | None, last: date | None) -> Plan:
        """What is planned on the days of the change and near them."""
        first, last = first or known.today - PAST, last or known.today + AHEAD
        kept = await self._store.plan(first - MARGIN, last + MARGIN)
        return Plan(known.shifts, kept.days)

    async def _keep(self, change: Change, act: str, told: Mapping[str, Any], by: str) -> str:
        """Its version. Later than the last, also where the clock was set back: restoring goes by it."""
        _, made = await self._store.plan_made()
        at = utc_now()
        if made is not None and at <= made:
            at = made + timedelta(microseconds=1)
        text = "".join(f"{each.day}{each.people}" for each in change.days)
        digest = hashlib.sha256(text.encode()).hexdigest()
        event = PlanChanged(at=at, version=f"{at:%Y%m%dT%H%M%S%f}-{digest[:12]}", by=by, days=change.days)
        data = {
            **told,
            "first": str(change.days[0].day) if change.days else "",
            "last": str(change.days[-1].day) if change.days else "",
            "assignments": change.assignments,
            "removed": change.removed,
            "sha256": digest,
            "days": {str(each.day): each.people for each in change.days}
            if len(text) <= AUDITED_WHOLE
            else {},
        }
        await self._store.commit(
            [event, Audited(at, by, act, event.version, msgspec.json.encode(data).decode())]
        )
        self._submit(event)
        return event.version

    def _warnings(self, change: Change, known: Known, planned: Plan) -> list[str]:
        """The first few: a bad plan has thousands."""
        planned.change(change.days)
        found = plan_warnings([each.day for each in change.days], planned, known, self._world.settings.span)
        told = list(islice(found, WARNINGS_TOLD + 1))
        if len(told) > WARNINGS_TOLD:
            told[-1] = "there are more; `ccd shifts show --day DAY` has all of a day"
        return told


def _inflated(data: object) -> bytes:
    if not isinstance(data, str):
        raise RefusedError("data: give the file, deflated (zlib), as base64")
    inflate = zlib.decompressobj()
    try:
        content = inflate.decompress(base64.b64decode(data, validate=True), MAX_BYTES + 1)
    except (ValueError, zlib.error):
        raise RefusedError("data: give the file, deflated (zlib), as base64") from None
    if not inflate.eof and len(content) <= MAX_BYTES:
        raise RefusedError("data: the file is cut off; send all of it")
    return content


def _day_in(request: Reply, key: str) -> date:
    text = name_in(request, key)
    day, wrong = day_in(text)
    if day is None:
        raise RefusedError(f"{key}: {wrong}")
    return day


def _span_in(request: Reply) -> Span | None:
    given = request.get("replace")
    if not given:
        return None
    if not isinstance(given, list) or len(given) != 2 or not all(isinstance(day, str) for day in given):
        raise RefusedError("replace: give the first and the last day")
    first, last = (_day_in({"replace": day}, "replace") for day in given)
    if not first <= last or last - first > AHEAD:
        raise RefusedError(
            f"replace: {first} to {last} is no span; the first day comes first, at most two years"
        )
    return first, last


def _cut(faults: tuple[str, ...]) -> str:
    more = [f"… and {len(faults) - FAULTS_TOLD} more faults"] if len(faults) > FAULTS_TOLD else []
    return "\n".join([*faults[:FAULTS_TOLD], *more])
