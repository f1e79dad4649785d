"""aiomqtt's client with what it leaves out (read in its 2.5.1, over paho-mqtt 2.2.0).

* A PUBACK may refuse (MQTT 5 reason codes from 0x80); aiomqtt takes it for a delivery.
* A message's DUP flag is lost on its way up.
* A connection that is not answered stays open, and would come alive later beside its successor.
* Where the wait for that answer was cancelled, the end of the connection raises, and leaves the socket open.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
from typing import Any

import aiomqtt
import structlog
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from ccd.config import MqttSettings

__all__ = ["Connection", "RefusedError"]

log = structlog.get_logger("ccd.mqtt")

KEEPALIVE_S = 10
INCOMING = 1000
PACKET_BYTES = 1 << 20
"""The largest message that the broker may hand us."""


class RefusedError(aiomqtt.MqttError):
    """The broker took the message and refused it, most often by its access list."""


class Connection(aiomqtt.Client):
    """One connection, used once. ``send`` is safe to call from several tasks."""

    def __init__(self, settings: MqttSettings, password: str, status_topic: str) -> None:
        limits = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        limits.MaximumPacketSize = PACKET_BYTES
        super().__init__(
            settings.host,
            settings.port,
            identifier=_identifier(settings.prefix),
            username=settings.username or None,
            password=password or None,
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=True,
            properties=limits,
            keepalive=KEEPALIVE_S,
            timeout=settings.timeout_s,
            will=aiomqtt.Will(status_topic, b"offline", qos=1, retain=True),
            tls_params=_tls(settings),
            max_queued_incoming_messages=INCOMING,
        )
        self._client.connect_timeout = settings.timeout_s
        self.broken = asyncio.Event()
        """Set when a message was not acknowledged in time: this connection is no good."""
        self._one_at_a_time = asyncio.Lock()
        self._refusal = ""

    async def send(self, topic: str, payload: bytes, *, retain: bool = False, expires_s: int = 0) -> None:
        """QoS 1; ``expires_s``: the broker keeps it no longer for whoever is away (0: as it likes).

        Raises RefusedError, or MqttError where it may not have arrived.
        """
        properties = None
        if expires_s:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.MessageExpiryInterval = expires_s
        async with self._one_at_a_time:
            if self.broken.is_set():
                raise aiomqtt.MqttError("the connection has just been given up")
            self._refusal = ""
            try:
                await self.publish(topic, payload, qos=1, retain=retain, properties=properties)
            except aiomqtt.MqttError:
                self.broken.set()
                raise
            if self._refusal:
                raise RefusedError(f"{topic}: {self._refusal}")

    async def follow(self, topic: str) -> None:
        """Subscribe, our own messages excepted; a retained message is marked so however it comes.

        Raises RefusedError or MqttError.
        """
        options = SubscribeOptions(qos=1, noLocal=True, retainAsPublished=True)
        for code in await self.subscribe(topic, options=options):
            if not isinstance(code, int) and code.is_failure:
                raise RefusedError(f"{topic}: {code}")

    def drop(self) -> None:
        """Close what may still be open; without a word if there is nothing."""
        self._client.disconnect()

    def _on_publish(self, client: Any, userdata: Any, mid: int, reason_code: Any, properties: Any) -> None:
        if reason_code.is_failure:
            self._refusal = str(reason_code)
        super()._on_publish(client, userdata, mid, reason_code, properties)

    def _on_disconnect(
        self, client: Any, userdata: Any, flags: Any, reason_code: Any, properties: Any = None
    ) -> None:
        if not self._connected.cancelled():
            super()._on_disconnect(client, userdata, flags, reason_code, properties)

    def _on_message(self, client: Any, userdata: Any, message: Any) -> None:
        if message.dup:
            log.warning("mqtt_repeated", topic=message.topic[:200])
            return
        super()._on_message(client, userdata, message)


def _identifier(prefix: str) -> str:
    """The same after a restart: the broker then knows that the old session is over, and its last will goes
    out before we are online again, not after. Short and plain enough for any broker.
    """
    whose = f"{socket.gethostname()} {prefix}".encode()
    return "ccd" + hashlib.sha256(whose).hexdigest()[:20]


def _tls(settings: MqttSettings) -> aiomqtt.TLSParameters | None:
    if not settings.tls:
        return None
    return aiomqtt.TLSParameters(ca_certs=str(settings.tls_ca) if settings.tls_ca else None)
