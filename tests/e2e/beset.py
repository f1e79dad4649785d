"""A daemon with an incident while things around it are broken; and what is on record of it afterwards.

The leads' phones are busy throughout, so that nobody presses a key by chance; people act at the console.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from ccd.adapters.store.queries import opened
from ccd.config import StoreSettings
from ccd.events import IncidentFact, NoteTaken, PersonTold
from ccd.events.incidents import IncidentFacts
from ccd.simulator import Simulator
from tests.adapters.notify.test_webhook import WebServer
from tests.e2e.outside import Outside, Row, following, until

__all__ = ["ARRIVE_S", "LEADS", "PEOPLE", "PROMPT_S", "Beset", "beset"]

ARRIVE_S = 4.0
PROMPT_S = 3.0
"""Far less than any time-out of what is broken, far more than an answer takes."""
LEADS = {"3001": ("L-1", "PJSIP/1006"), "3002": ("L-2", "PJSIP/1007")}


def _row(code: str, role: str, seat: str = "", interface: str = "", **more: str) -> Row:
    return {
        "code": code,
        "name": f"人 {code}",
        "role": role,
        "team": "A",
        "seat": seat,
        "interface": interface,
        **more,
    }


PEOPLE = [
    *(_row(str(number), "agent", f"A-{number}", f"PJSIP/{number}") for number in range(1001, 1006)),
    *(_row(str(number), "agent", f"A-{number}", f"PJSIP/{number}") for number in range(1011, 1016)),
    *(_row(code, "duty_lead", *place) for code, place in LEADS.items()),
    _row("4001", "operations_manager", email="manager@example.org"),
]


class Beset:
    """``said`` is what people were told by the one means that works."""

    def __init__(
        self,
        folder: Path,
        pbx: tuple[Simulator, int],
        hook: WebServer,
        more: str = "",
        *,
        store: StoreSettings | None = None,
        state: Path | None = None,
        spool: Path | None = None,
    ) -> None:
        self.simulator, port = pbx
        self.simulator.pbx.busy.update(interface for _, interface in LEADS.values())
        self.hook = hook
        self.store = store or StoreSettings()
        self.spool = spool or folder / "spool" / "ccd.spool"
        self.daemon = following(
            folder,
            port,
            f"""
[store]
url = "{self.store.url}"
spool_file = "{self.spool}"
[notify.webhooks.floor]
url = "{hook.url()}"
[policies.presence]
pin_required = false
[policies.incidents.police]
number = "02000000000"
retry_s = 1
[policies.incidents.ladders.threat]
arrive_within_s = {ARRIVE_S}
warn_before_s = 2
{more}
""",
        )
        if state is not None:
            text = self.daemon.config.read_text("utf-8").replace(str(self.daemon.state), str(state))
            self.daemon.config.write_text(text, "utf-8")
            self.daemon.state = state
        self.outside = Outside(self.daemon)

    async def up(self) -> None:
        await self.outside.up()
        await self.asked("roster_import", people=PEOPLE)
        for code, (seat, _) in LEADS.items():
            await self.asked("sign_in", kind="arrive", code=code, seat=seat, pbx="main")

    # --- what people do

    async def asked(self, command: str, **request: object) -> Row:
        """Taken, and without anybody having to wait."""
        began = time.monotonic()
        reply = await self.outside.ask(command, **request)
        assert reply["ok"], reply
        assert time.monotonic() - began < PROMPT_S
        return reply

    async def report(self, seat: str = "A-1001", **more: object) -> str:
        return str((await self.asked("incident_report", seat=seat, **more))["incident"])

    async def act(self, incident: str, act: str, person: str = "", value: str = "") -> None:
        await self.asked("incident_act", incident=incident, act=act, person=person, value=value)

    async def end(self, incident: str) -> None:
        await self.act(incident, "stand_down", "3001", "no danger")
        await self.act(incident, "close", "3001", "tested")

    # --- what is seen

    async def view(self, incident: str) -> Row:
        return dict((await self.outside.ask("incident_show", incident=incident))["incident"])

    async def phase(self, incident: str, wanted: str) -> None:
        async def there() -> bool:
            return str((await self.view(incident))["phase"]) == wanted

        await until(f"the incident is {wanted}", there)

    async def not_ready(self, said: str) -> None:
        async def told() -> bool:
            code, why = await self.outside.ready()
            return code == 503 and said in why.get("incidents_saved", "")

        await until(f"/readyz says {said!r}", told)

    async def well_again(self) -> None:
        """Everything is where it belongs, and so is said."""

        async def well() -> bool:
            code, why = await self.outside.ready()
            values = await self.outside.values()
            left = values["ccd_spool_bytes"] + values["ccd_unsaved"] + values["ccd_store_queue_length"]
            return (code, "incidents_saved" in why, left) == (200, False, 0)

        await until("it is well again, and the spool empty", well, 40)

    def said(self) -> list[Row]:
        return [json.loads(request.body) for request in self.hook.requests]

    async def told(self, kind: str) -> Row:
        async def there() -> bool:
            return any(kind in json.dumps(message) for message in self.said())

        await until(f"people are told: {kind}", there)
        return next(message for message in self.said() if kind in json.dumps(message))

    # --- what is on record

    async def facts(self, incident: str) -> list[IncidentFact]:
        """From the first to the last without a gap, in a chain that nobody has touched."""
        async with opened(self.store, self.daemon.state) as archive:
            report = await archive.verify_audit()
            texts = await archive.timeline(incident)
        assert report.findings == ()
        facts: list[IncidentFact] = [msgspec.json.decode(text, type=IncidentFacts) for text in texts]
        assert [fact.n for fact in facts] == list(range(1, len(facts) + 1))
        assert facts
        return facts

    async def recorded(self, incident: str, *notes: str) -> list[IncidentFact]:
        """Each note, and every message that anybody has got."""
        facts = await self.facts(incident)
        assert [fact.text for fact in facts if isinstance(fact, NoteTaken)] == list(notes)
        told = {fact.key for fact in facts if isinstance(fact, PersonTold)}
        heard = {request.headers["webhook-id"] for request in self.hook.requests}
        assert {key for key in heard if key.startswith(incident)} <= told
        return facts

    async def stop(self, number: int = signal.SIGTERM) -> int:
        code, _ = await self.outside.stop(number)
        return code


@contextlib.asynccontextmanager
async def beset(site: Beset) -> AsyncIterator[Beset]:
    """It runs, and is gone at the end."""
    try:
        await site.up()
        yield site
    finally:
        if site.daemon.runs:
            await asyncio.shield(site.outside.stop(signal.SIGKILL))
