"""MQTT: what people and machines are told, what lamps show, and reports of panic buttons where allowed.

    PREFIX/status                  online | offline, retained (birth and last will)
    PREFIX/alert, PREFIX/alert/ID  see alerts.py, retained
    PREFIX/incident/ID/told        each message as JSON (message.py), QoS 1
    PREFIX/page/PERSON             a notice about shifts as JSON (ccd.adapters.pages), QoS 1
    PREFIX/incident/report         in: a report (reports.py); only with ``reports = true``
    PREFIX/incident/report/answer  what became of it: request, accepted, incident, why
    PREFIX/incident/report/error   a message that was no report: request, error

A broker may forget what it retains, so all of it is sent anew on every connection. Topics hold only ids that
ccd itself has made. The session is clean: a report sent while ccd was away is not delivered late; its sender,
having no answer, repeats it under the same ``request``.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

import aiomqtt
import msgspec
import structlog

from ccd.adapters.notify.alerts import Alerts
from ccd.adapters.notify.credentials import mqtt_password
from ccd.adapters.notify.ending import end
from ccd.adapters.notify.lane import Attempt, FailedError, UndeliverableError
from ccd.adapters.notify.message import ID, body, one_line
from ccd.adapters.notify.mqtt_client import Connection, RefusedError
from ccd.adapters.notify.names import Names
from ccd.adapters.notify.reports import BadReportError, Reports, request_of
from ccd.config import ConfigError, MqttSettings, Settings
from ccd.effects import AnswerAct, ShowAlert, Tell
from ccd.events.incident_inputs import ReportAsked

__all__ = ["Mqtt"]

log = structlog.get_logger("ccd.mqtt")

RECONNECT_S = (1.0, 2.0, 5.0, 10.0, 15.0)
SETTLED_S = 30.0
"""A connection that lived so long was a good one: the next is tried soon."""
LOOK_S = 1.0
"""How often the settings are looked at for a change."""
ANSWERS = 1_000
NOT_CONFIGURED = "not configured: set [mqtt] host"


class Mqtt:
    """``known(incident)``: whether the daemon still has that incident open."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        submit: Callable[[ReportAsked], None],
        now: Callable[[], datetime],
        known: Callable[[str], bool],
        names: Names,
    ) -> None:
        self.connections = 0
        self.reports_refused = 0
        self.error = ""
        """Why there is no connection; empty while there is one, or none is wanted."""
        self._settings = settings
        self._submit = submit
        self._now = now
        self._known = known
        self._names = names
        self._alerts = Alerts()
        self._reports = Reports()
        self._replies: deque[tuple[str, bytes]] = deque(maxlen=ANSWERS)
        self._changed = asyncio.Event()
        self._up = asyncio.Event()
        self._connection: Connection | None = None

    @property
    def connected(self) -> bool:
        return self._connection is not None

    # --- what is to be said -------------------------------------------------------------------------------

    def begin(self, effect: Tell) -> Attempt:
        content = body(effect, self._now())
        return lambda: self._attempt(effect, content)

    def show(self, effect: ShowAlert) -> None:
        if not ID.match(effect.incident):
            log.error("mqtt_odd_incident", incident=one_line(effect.incident, 100))
            return
        self._alerts.show(effect, self._now())
        self._changed.set()

    def answer(self, effect: AnswerAct) -> None:
        self._reports.answered(effect)
        self._say_answer(effect)

    async def _attempt(self, effect: Tell, content: bytes) -> None:
        if not ID.match(effect.incident):
            raise UndeliverableError("the incident's id may not stand in a topic")
        await self.publish(f"incident/{effect.incident}/told", content)

    async def publish(self, topic: str, content: bytes, *, expires_s: int = 0) -> None:
        """Below the prefix, QoS 1, not retained. Raises FailedError or UndeliverableError."""
        settings = self._settings().mqtt
        if not settings.host:
            raise UndeliverableError(NOT_CONFIGURED)
        try:
            async with asyncio.timeout(settings.timeout_s):
                await self._up.wait()
        except TimeoutError:
            raise FailedError(f"no connection to {settings.host}:{settings.port}: {self.error}") from None
        connection = self._connection
        if connection is None:
            raise FailedError(f"the connection to {settings.host}:{settings.port} was lost")
        try:
            await connection.send(f"{settings.prefix}/{topic}", content, expires_s=expires_s)
        except (aiomqtt.MqttError, ValueError) as error:
            raise FailedError(f"{settings.host}:{settings.port}: {error}") from None

    def _say_answer(self, effect: AnswerAct) -> None:
        answer = {
            "request": request_of(effect.key),
            "accepted": effect.accepted,
            "incident": effect.incident,
            "why": effect.why,
        }
        self._reply("answer", answer)

    def _reply(self, kind: str, content: dict[str, Any]) -> None:
        """The oldest replies go where nobody can be reached for long."""
        self._replies.append((kind, msgspec.json.encode(content)))
        self._changed.set()

    # --- the connection -----------------------------------------------------------------------------------

    async def run(self) -> None:
        """Connected while a broker is configured; ends by being cancelled only."""
        failures = 0
        while True:
            settings = self._settings().mqtt
            if not settings.host:
                self.error = ""
                await asyncio.sleep(LOOK_S)
                continue
            began = asyncio.get_running_loop().time()
            try:
                await self._session(settings)
                failures = 0
                continue
            except (aiomqtt.MqttError, FailedError, ConfigError, OSError, ValueError) as error:
                self.error = one_line(str(error) or type(error).__name__)
            except Exception as error:
                log.exception("mqtt_defect")
                self.error = type(error).__name__
            settled = asyncio.get_running_loop().time() - began > SETTLED_S
            failures = 1 if settled else failures + 1
            delay = RECONNECT_S[min(failures, len(RECONNECT_S)) - 1]
            log.warning("mqtt_down", host=settings.host, error=self.error, again_in_s=delay)
            await asyncio.sleep(delay)

    async def _session(self, settings: MqttSettings) -> None:
        """One connection, from its birth to its end. Returns when the settings have changed."""
        status = f"{settings.prefix}/status"
        async with asyncio.timeout(settings.timeout_s):
            await self._names.look_up(settings.host)
        connection = Connection(settings, mqtt_password(self._settings()), status)
        try:
            async with connection:
                try:
                    await self._use(connection, settings)
                finally:
                    self._connection = None
                    self._up.clear()
                    await _say_goodbye(connection, status)
        finally:
            connection.drop()

    async def _use(self, connection: Connection, settings: MqttSettings) -> None:
        await connection.send(f"{settings.prefix}/status", b"online", retain=True)
        self._alerts.publish_all_again()
        self._changed.set()
        await self._follow(connection, settings)
        self.connections += 1
        self.error = ""
        self._connection = connection
        self._up.set()
        log.info("mqtt_up", host=settings.host, reports=settings.reports)
        await _first_of(
            self._listen(connection, settings),
            self._publish_changes(connection, settings.prefix),
            self._until_changed(settings),
            _until_broken(connection),
        )

    async def _follow(self, connection: Connection, settings: MqttSettings) -> None:
        """A topic that the broker refuses us costs only what would have come of it."""
        topics = [f"{settings.prefix}/alert/+"]
        if settings.reports:
            topics.append(_report_topic(settings))
        for topic in topics:
            try:
                await connection.follow(topic)
            except RefusedError as error:
                log.error("mqtt_refused", error=str(error))

    async def _publish_changes(self, connection: Connection, prefix: str) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            while (changed := self._alerts.next()) is not None:
                incident, message = changed
                await _show(connection, f"{prefix}/alert/{incident}", message)
                self._alerts.published(incident, message)
            await _show(connection, f"{prefix}/alert", self._alerts.summary())
            while self._replies:
                kind, reply = self._replies[0]
                await _show(connection, f"{prefix}/incident/report/{kind}", reply, retain=False)
                self._replies.popleft()

    async def _until_changed(self, settings: MqttSettings) -> None:
        while self._settings().mqtt == settings:  # noqa: ASYNC110  # a reload is not announced
            await asyncio.sleep(LOOK_S)

    # --- what comes in ------------------------------------------------------------------------------------

    async def _listen(self, connection: Connection, settings: MqttSettings) -> None:
        shown = f"{settings.prefix}/alert/"
        async for message in connection.messages:
            topic = str(message.topic)
            if topic == _report_topic(settings):
                self._take_report(bytes(message.payload), message.retain)
            elif topic.startswith(shown) and message.payload:
                self._look_at_shown(topic.removeprefix(shown))

    def _look_at_shown(self, incident: str) -> None:
        """Ours from before a crash, if at all: one that is over by now would burn on for ever."""
        if ID.match(incident) and incident not in self._alerts and not self._known(incident):
            log.warning("mqtt_stale_alert", incident=incident)
            self._alerts.take_away(incident)
            self._changed.set()

    def _take_report(self, payload: bytes, retained: bool) -> None:
        try:
            found = self._reports.read(payload, retained, self._now())
        except BadReportError as error:
            self.reports_refused += 1
            log.warning("mqtt_report_refused", request=error.request, error=str(error))
            self._reply("error", {"request": error.request, "error": str(error)})
            return
        if isinstance(found, ReportAsked):
            log.info("mqtt_report", request=found.request, ladder=found.ladder)
            self._submit(found)
        else:
            log.info("mqtt_report_repeated", answered=found is not None)
            if found is not None:
                self._say_answer(found)


def _report_topic(settings: MqttSettings) -> str:
    return f"{settings.prefix}/incident/report"


async def _show(connection: Connection, topic: str, message: bytes, *, retain: bool = True) -> None:
    """What the broker refuses is said in the log; without a right to one topic the others still go."""
    try:
        await connection.send(topic, message, retain=retain)
    except RefusedError as error:
        log.error("mqtt_refused", error=str(error))


async def _say_goodbye(connection: Connection, status: str) -> None:
    """A proper end takes the last will along, so its word is said here. Silent where nobody listens."""
    try:
        await connection.send(status, b"offline", retain=True)
    except aiomqtt.MqttError as error:
        log.debug("mqtt_goodbye_unsaid", error=str(error))


async def _until_broken(connection: Connection) -> None:
    await connection.broken.wait()
    raise aiomqtt.MqttError("a message was not acknowledged in time")


async def _first_of(*works: Coroutine[Any, Any, None]) -> None:
    """Until the first of them ends; the others are cancelled. Raises what it raised."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
    finally:
        await end(tasks)
