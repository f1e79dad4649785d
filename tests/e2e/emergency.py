"""A floor with an emergency, of which the daemon may be killed: its people, their phones, and who is told.

Each ``Floor`` is a daemon with a lead's phone, a manager's number outside and a mailbox of its own, so that
several may stand side by side at one PBX. What has happened is seen from outside: rows, AstDB, the calls that
phones took, the messages that servers took.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from ccd import events as e
from ccd.adapters.control_client import UnreachableError
from ccd.events import IncidentFact
from ccd.events.incidents import IncidentFacts
from tests.adapters.notify.test_email import MailServer
from tests.adapters.notify.test_webhook import WebServer
from tests.e2e.daemon import for_asterisk
from tests.e2e.outside import Outside, Row, until
from tests.pbx.asterisk import Asterisk
from tests.pbx.incidents import POLICE, SECOND_TRUNK
from tests.pbx.phones import Phones, answers, busy
from tests.pbx.sipua import Behaviour, Call

__all__ = ["PATIENT_S", "REARMED_S", "Floor", "Street", "locked", "prepare", "presses_in_turn", "street"]

REARMED_S = 5.0
"""From its start on, so long the daemon has to be on watch again."""
PATIENT_S = 120.0
"""For what comes within seconds where the machine has nothing else to do."""
ALONE = {"CCD_AGI__ENABLED": "false"}
"""Of several at one PBX none listens for codes."""
OWN_DIALPLAN = f"""
; The police see by the caller's name which incident it is.
[ccd-police]
exten => call,1,Set(CALLERID(name)=${{CCD_INCIDENT}})
 same => n,Dial(PJSIP/{POLICE},5,gU(ccd-police-answered^${{CCD_INCIDENT}}^${{CCD_KEY}}))
 same => n,ExecIf($["${{DIALSTATUS}}" = "ANSWER"]?Return())
 same => n,Dial(PJSIP/{SECOND_TRUNK},5,gU(ccd-police-answered^${{CCD_INCIDENT}}^${{CCD_KEY}}))
 same => n,Return()

[ccd-outside]
exten => _XXXXXX.,1,Dial(PJSIP/${{FILTER(0-9,${{EXTEN}})}}@trunk,60)
 same => n,Hangup()
"""
LADDER = """
[policies.presence]
pin_required = false
[policies.recordings]
quiet_s = 0.3
give_up_s = 2
[policies.incidents.police]
number = "02155500110"
voice_ring_s = 15
retry_s = 1
[policies.incidents.ladders.threat]
arrive_within_s = @WITHIN@
warn_before_s = 1
[[policies.incidents.ladders.threat.rungs]]
role = "duty_lead"
means = {{ phone = 0, email = 0, webhook = 0 }}
ring_s = 5
turn_s = 4
[[policies.incidents.ladders.threat.rungs]]
role = "operations_manager"
after_s = 1.5
means = {{ phone = 0, webhook = 0 }}
ring_s = 5
turn_s = 4
[[policies.incidents.ladders.threat.rungs]]
role = "management"
after_s = 2.5
means = {{ email = 0, webhook = 0 }}
turn_s = 4
[notify.email]
host = "127.0.0.1"
port = {mail}
tls = "none"
sender = "ccd@example.org"
[notify.webhooks.floor]
url = "{url}"
"""


def prepare(pbx: Asterisk) -> None:
    """Our prompts were forgotten, which takes less time; the police are of this site."""
    pbx.sounds = pbx.folder / "no-sounds"
    pbx.sounds.mkdir(mode=0o755)
    (pbx.etc_dir / "ccd-police.conf").write_text(OWN_DIALPLAN, "utf-8")


@dataclass
class Street:
    """What the floors of one PBX share."""

    pbx: Asterisk
    phones: Phones
    mail: MailServer
    web: WebServer
    folder: Path
    starting: asyncio.Semaphore
    refused: set[str] = field(default_factory=set)
    """Incidents for which the police are busy."""

    async def at_the_police(self, call: Call) -> None:
        """They answer, and hang up after a while."""
        if any(incident in call.caller for incident in self.refused):
            await call.reject(486)
        else:
            await answers(after=0.2, talk=0.5)(call)

    def police_calls(self, incident: str) -> list[Call]:
        """All that came to them for it, on either trunk."""
        every = [*self.phones[POLICE].calls, *self.phones[SECOND_TRUNK].calls]
        return [call for call in every if incident in call.caller]


@contextlib.asynccontextmanager
async def street(
    pbx: Asterisk, folder: Path, starting: asyncio.Semaphore, *extensions: str
) -> AsyncIterator[Street]:
    """Phones at these extensions, and at the police."""
    mail, web = MailServer(), WebServer()
    await mail.start()
    await web.start()
    try:
        async with Phones(pbx, *extensions, POLICE, SECOND_TRUNK) as phones:
            found = Street(pbx, phones, mail, web, folder, starting)
            phones[POLICE].behaviour = phones[SECOND_TRUNK].behaviour = found.at_the_police
            phones.outside.behaviour = busy
            yield found
    finally:
        mail.stop()
        web.stop()


class Floor:
    """``extension``: the lead's phone. ``name`` is nobody else's."""

    def __init__(self, street: Street, extension: str, name: str) -> None:
        self.street = street
        self.extension = extension
        self.name = f"floor-{name}"
        self.number = f"1390000{extension}"
        url = street.web.url(f"/{self.name}")
        more = LADDER.format(mail=street.mail.port, url=url)
        self.daemon = for_asterisk(street.pbx, street.folder / self.name, more=more)
        self.outside = Outside(self.daemon)
        self.incident = ""
        self.starts = 0
        self.rearmed_s: list[float] = []

    # --- life

    async def open(self, within_s: float, **killed: str) -> None:
        """Start it, to be killed at a point, and have the lead come to the floor. ``within_s``: the clock
        to the police.
        """
        settings = self.daemon.config.read_text("utf-8").replace("@WITHIN@", f"{within_s}")
        self.daemon.config.write_text(settings, "utf-8")
        self.daemon.module = "tests.e2e.killed" if killed else "ccd"
        self.daemon.environment = ALONE | {"PYTHONPATH": str(Path(__file__).parents[2])} | killed
        async with self.street.starting:
            await self.outside.up()
        self.starts += 1
        reply = await self.ask("roster_import", people=self._people())
        assert reply["ok"], reply
        await self.sign_in(self.lead, f"L{self.extension}")

    async def dies(self) -> None:
        """Wait until it has killed itself."""
        await until("the point is reached", self._is_dead, PATIENT_S)
        assert self.daemon.exit_code == -signal.SIGKILL, self.daemon.tail()

    async def again(self) -> None:
        """Start it as it is shipped, and see how soon it is on watch."""
        self.daemon.module, self.daemon.environment = "ccd", ALONE
        async with self.street.starting:
            await asyncio.to_thread(self.daemon.launch)
            await self.back_in_time(idle_s=0.0)
        self.starts += 1

    async def back_in_time(self, idle_s: float | None = None) -> None:
        """Wait until it is on watch, and note how long that took. What it waited for a processor that others
        had is not counted: so much slower the machine is, not the daemon.
        """
        waited_s = _waited_s(self.daemon.pid) if idle_s is None else idle_s
        began = time.monotonic()
        await until("it is on watch", self._on_watch, PATIENT_S)
        took_s = time.monotonic() - began
        self.rearmed_s.append(took_s - (_waited_s(self.daemon.pid) - waited_s))

    async def close(self) -> None:
        if self.daemon.runs:
            await self.outside.stop(signal.SIGKILL)

    # --- what people do

    async def ask(self, command: str, **request: Any) -> Row:
        return await self.outside.ask(command, **request)

    async def sign_in(self, code: str, seat: str) -> None:
        reply = await self.ask("sign_in", kind="arrive", code=code, seat=seat)
        assert reply["ok"], reply

    async def report(self) -> None:
        """As `ccd incident report` does it, and again where the daemon dies before it has answered."""
        reply = await self._insist("incident_report", request=f"report-{self.name}", note="by letter")
        assert reply["ok"], reply

    async def act(self, act: str, person: str, value: str = "") -> None:
        """As people do it at the console. What was taken, but not answered, is refused the second time."""
        given = {"act": act, "person": person, "value": value, "incident": self.incident}
        await self._insist("incident_act", request=f"{act}-{self.name}", **given)

    async def _insist(self, command: str, **request: Any) -> Row:
        reply: Row = {}

        async def answered() -> bool:
            nonlocal reply
            with contextlib.suppress(UnreachableError):
                reply = await self.ask(command, **request)
            return bool(reply)

        await until(f"{command} is answered", answered, PATIENT_S)
        return reply

    @property
    def request(self) -> str:
        """Of its report, as the facts have it."""
        return f"console-report-{self.name}"

    @property
    def agent(self) -> str:
        return f"2{self.extension[1:]}"

    @property
    def lead(self) -> str:
        return f"6{self.extension[1:]}"

    @property
    def manager(self) -> str:
        return f"7{self.extension[1:]}"

    def _people(self) -> list[Row]:
        mail = f"{self.name}@example.org"
        lead = {"code": self.lead, "name": "王主管", "role": "duty_lead", "email": f"lead-{mail}"}
        lead |= {"seat": f"L{self.extension}", "interface": f"PJSIP/{self.extension}"}
        agent = {"code": self.agent, "name": "张三", "role": "agent", "seat": "A01"}
        chief = {"code": f"8{self.extension[1:]}", "name": "陈总", "role": "management"}
        manager = {"code": self.manager, "name": "李经理", "role": "operations_manager", "phone": self.number}
        agent |= {"interface": "PJSIP/1020"}
        chief |= {"email": f"chief-{mail}"}
        nowhere = {"team": "A", "seat": "", "interface": ""}
        return [nowhere | person for person in (lead, manager, chief, agent)]

    @property
    def phone(self) -> Any:
        return self.street.phones[self.extension]

    # --- what has happened, from outside

    def facts(self, kind: type[IncidentFact] | None = None) -> list[Any]:
        """Of all incidents, in order of their numbers."""
        with contextlib.suppress(sqlite3.OperationalError):  # not made yet
            rows = self.outside.rows('SELECT "data" FROM "incident_event" ORDER BY "incident", "n"')
            every = [msgspec.json.decode(row["data"], type=IncidentFacts) for row in rows]
            return [fact for fact in every if kind is None or isinstance(fact, kind)]
        return []

    async def until_fact(self, kind: type[IncidentFact], timeout: float = PATIENT_S, **where: object) -> Any:
        found: list[Any] = []

        async def there() -> bool:
            found[:] = [
                fact
                for fact in self.facts(kind)
                if all(getattr(fact, name) == value for name, value in where.items())
            ]
            return bool(found)

        try:
            await until(f"{kind.__name__} {where}", there, timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.story()}\n{self.daemon.tail(15)}") from None
        self.incident = found[0].incident
        return found[0]

    def story(self) -> str:
        first = next(iter(self.facts()), None)
        return "\n".join(
            f"{(fact.at - first.at).total_seconds():7.3f} {fact.n:3} {type(fact).__name__} "
            + " ".join(str(getattr(fact, name, "")) for name in ("rung", "key", "person", "result", "why"))
            for fact in self.facts()
            if first is not None
        )

    def letters(self) -> Counter[str]:
        """Message id → how often a server has taken it."""
        web = [one.headers["webhook-id"] for one in self.street.web.requests if one.target == f"/{self.name}"]
        mail = [
            str(one["Message-ID"]).strip(" <>").partition("@")[0]
            for one in self.street.mail.messages
            if f"{self.name}@" in str(one["To"])
        ]
        return Counter([*web, *mail])

    async def _is_dead(self) -> bool:
        return not self.daemon.runs

    async def _on_watch(self) -> bool:
        """The clock runs, or what was due has been decided; and the PBX is followed."""
        code = self.daemon.exit_code
        assert code is None, f"it ended with {code}:\n{self.daemon.tail()}"
        picture = await self.outside.picture()
        if not picture.get("pbxs") or not all(pbx["synced"] for pbx in picture["pbxs"]):
            return False
        if not self.facts(e.IncidentOpened):
            return True
        running = [one["clock_left_s"] for one in picture["incidents"] if one["phase"] == "live"]
        return all(left is not None and left > 0 for left in running)


def _waited_s(pid: int) -> float:
    """For how long it was ready to run and something else ran."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Somebody else writes to the database, and does not come to an end."""
    connection = sqlite3.connect(file, timeout=10)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
    finally:
        connection.rollback()
        connection.close()


def presses_in_turn(*keys: tuple[float, str]) -> Behaviour:
    """Answer, press each key so many seconds after the other as long as the call is up, and stay."""

    async def behaviour(call: Call) -> None:
        await call.ring()
        await call.answer()
        for after, key in keys:
            await asyncio.sleep(after)
            if call.ended.is_set():
                return
            with contextlib.suppress(KeyError):  # it has ended in this moment
                await call.press(key)

    return behaviour
