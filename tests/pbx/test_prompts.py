"""The prompts as a phone hears them from a real Asterisk, in the language of the call."""

from __future__ import annotations

import asyncio
import math
import socket
import wave
from array import array
from contextlib import suppress
from pathlib import Path

import pytest

from tests.pbx.asterisk import Asterisk
from tests.pbx.media import Media
from tests.pbx.phones import answers
from tests.pbx.prompts import ENGLISH, ensure
from tests.pbx.sipua import Phone

pytestmark = pytest.mark.pbx
_RTP_HEADER = 12
_ULAW = 0


class Ear(Media):
    """Keeps what the PBX sends, as samples."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[int] = []

    def start(self) -> None:
        super().start()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 262_144)
        asyncio.get_running_loop().add_reader(self._socket, self._hear)

    async def stop(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        await super().stop()

    def _hear(self) -> None:
        with suppress(BlockingIOError):
            while packet := self._socket.recv(2048):
                if packet[1] & 0x7F == _ULAW:
                    self.heard += (_linear(byte) for byte in packet[_RTP_HEADER:])


def _linear(byte: int) -> int:
    """G.711 mu-law."""
    byte = ~byte & 0xFF
    size = (((byte & 0x0F) << 3) + 0x84 << ((byte & 0x70) >> 4)) - 0x84
    return -size if byte & 0x80 else size


async def played(pbx: Asterisk, application: str, data: str, language: str) -> list[int]:
    """What a phone hears that is rung and, once it answers, given to that application."""
    ear = Ear()
    phone = Phone("1035", pbx.layout.phone_port("1035"), pbx.layout.sip_port, ear)
    phone.behaviour = answers(after=0.1)
    ear.start()
    await phone.start()
    try:
        with pbx.admin() as session:
            session.action(
                "Originate",
                {
                    "Channel": "PJSIP/1035",
                    "Application": application,
                    "Data": data,
                    "Variable": f"CHANNEL(language)={language}",
                    "Async": "true",
                },
            )
        while not phone.calls:
            await asyncio.sleep(0.05)
        await phone.calls[0].wait_ended()
    finally:
        await phone.stop()
        await ear.stop()
    return ear.heard


def speech(samples: list[int]) -> list[int]:
    """From the first sample that is loud to the last."""
    loud = [place for place, sample in enumerate(samples) if abs(sample) > 1000]
    assert loud, "nothing was heard"
    return samples[loud[0] : loud[-1] + 1]


def likeness(one: list[int], other: list[int]) -> float:
    size = min(len(one), len(other))
    product = sum(a * b for a, b in zip(one[:size], other[:size], strict=True))
    return product / math.sqrt(sum(a * a for a in one[:size]) * sum(b * b for b in other[:size]))


def shipped(name: str) -> list[int]:
    with wave.open(str(Path(ensure(), name))) as file:
        return list(array("h", file.readframes(file.getnframes())))


async def test_a_prompt_is_heard_in_the_language_of_the_call(asterisk: Asterisk) -> None:
    files = {"en": f"{ENGLISH}/ccd/seat.wav", "zh": "zh/ccd/seat.wav"}
    assert likeness(speech(shipped(files["en"])), speech(shipped(files["zh"]))) < 0.5
    for language, file in files.items():
        expected = speech(shipped(file))
        heard = speech(await played(asterisk, "Playback", "ccd/seat", language))
        assert len(heard) == pytest.approx(len(expected), rel=0.02), language
        assert likeness(heard, expected) > 0.95, language


async def test_digits_are_said_in_mandarin(asterisk: Asterisk) -> None:
    heard = speech(await played(asterisk, "SayDigits", "10", "zh"))
    one, zero = (speech(shipped(f"zh/digits/{digit}.wav")) for digit in "10")
    assert likeness(heard[: len(one)], one) > 0.95
    assert likeness(heard[-len(zero) :], zero) > 0.95
