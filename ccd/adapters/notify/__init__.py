"""Telling people of an incident: e-mail, webhooks, MQTT, the console. None of them waits for another.

A ``Tell`` is performed at least once under its key and answered by one ``TellingResult``, which may take as
long as the incident is open. What is under way when the daemon stops has no result and is asked for again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial

from ccd.adapters.notify.credentials import check_secrets
from ccd.adapters.notify.email import Email
from ccd.adapters.notify.ending import end
from ccd.adapters.notify.lane import DELAYS_S, Lane
from ccd.adapters.notify.mqtt import Mqtt
from ccd.adapters.notify.names import Names
from ccd.adapters.notify.reports import REQUEST_PREFIX
from ccd.adapters.notify.webhook import Webhooks
from ccd.config import Settings
from ccd.effects import AnswerAct, ShowAlert, Tell
from ccd.events.incident_inputs import TellingResult
from ccd.events.values import Event

__all__ = ["Notifiers", "check_secrets"]


class Notifiers:
    """``settings`` are asked for at each try. ``still_wanted(incident)``: whether a message about it that
    failed is to be tried again; the first try is made in any case.

    ``run`` is to be started when it is known which incidents are open: what the broker still shows of others
    is then taken away.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        submit: Callable[[Event], None],
        now: Callable[[], datetime],
        still_wanted: Callable[[str], bool],
        delays_s: tuple[float, ...] = DELAYS_S,
    ) -> None:
        self.delivered: Counter[str] = Counter()
        """By means, as ``given_up``."""
        self.given_up: Counter[str] = Counter()
        self._submit = submit
        self._now = now
        names = Names()
        self._email = Email(settings, now, names)
        self._webhooks = Webhooks(settings, now, names)
        self._mqtt = Mqtt(settings, submit, now, still_wanted, names)
        begins = {"email": self._email.begin, "webhook": self._webhooks.begin, "mqtt": self._mqtt.begin}
        self._lanes = {
            means: Lane(
                means,
                begin,
                ended=partial(self._ended, means),
                still_wanted=still_wanted,
                delays_s=delays_s,
            )
            for means, begin in begins.items()
        }
        self._running: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def under_way(self) -> int:
        """Messages that are neither delivered nor given up."""
        return sum(len(lane) for lane in self._lanes.values())

    @property
    def retries(self) -> int:
        return sum(lane.retries for lane in self._lanes.values())

    @property
    def mqtt_connected(self) -> bool:
        return self._mqtt.connected

    @property
    def mqtt_error(self) -> str:
        """Why there is no connection to the broker; empty while there is one, or none is configured."""
        return self._mqtt.error

    @property
    def reports_refused(self) -> int:
        """MQTT messages that were no report."""
        return self._mqtt.reports_refused

    def tell(self, effect: Tell) -> None:
        """Returns at once; to be called from the event loop."""
        if effect.means == "console":  # whoever watches there is shown every fact anyway
            self._ended("console", effect.key, "")
        elif (lane := self._lanes.get(effect.means)) is not None:
            lane.take(effect)
        else:
            self._ended("other", effect.key, f"no such means: {effect.means}")

    def show_alert(self, effect: ShowAlert) -> None:
        self._mqtt.show(effect)

    async def publish(self, topic: str, content: bytes, *, expires_s: int = 0) -> None:
        """By MQTT, below the prefix, QoS 1, not retained. Raises FailedError or UndeliverableError."""
        await self._mqtt.publish(topic, content, expires_s=expires_s)

    def answer(self, effect: AnswerAct) -> bool:
        """The reply to a report that came by MQTT; False: this one did not."""
        if not effect.key.startswith(REQUEST_PREFIX):
            return False
        self._mqtt.answer(effect)
        return True

    async def run(self) -> None:
        """Keeps the connection to the broker; ends with ``close``."""
        if self._closed:
            return
        self._running = asyncio.create_task(self._mqtt.run())
        try:
            await asyncio.wait([self._running])
        finally:
            await end([self._running])

    async def close(self) -> None:
        self._closed = True
        if self._running is not None:
            await end([self._running])
        await asyncio.gather(*(lane.close() for lane in self._lanes.values()))
        await self._webhooks.close()

    def _ended(self, means: str, key: str, error: str) -> None:
        (self.given_up if error else self.delivered)[means] += 1
        self._submit(TellingResult(at=self._now(), key=key, ok=not error, error=error))
