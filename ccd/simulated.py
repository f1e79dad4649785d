"""The simulated PBX inside the daemon: what ``ccd run`` follows while no PBX is configured."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from pathlib import Path

import msgspec
from pydantic import SecretStr

from ccd.config import PbxSettings, Settings, SimulatorSettings
from ccd.events import RosterReplaced, SignInAsked
from ccd.simulator import Simulator

__all__ = ["NAME", "ROSTER_BY", "Simulated"]

NAME = "simulated"
ROSTER_BY = "simulator"
"""Who brought a roster that nobody imported."""
SAMPLED = 0.1
"""The share of its conversations that is drawn on the first day, unless the settings name one: with a
hundredth, the default of a real centre, one would wait ten minutes for the first pick."""


class Simulated:
    def __init__(self, simulator: Simulator, settings: PbxSettings) -> None:
        self._simulator = simulator
        self._settings = settings

    @classmethod
    async def start(cls, settings: SimulatorSettings, state: Path) -> Simulated:
        """Listen on a free port of loopback, with recordings in the state directory."""
        recordings = state / "simulated-recordings"
        secret = secrets.token_hex(16)
        simulator = Simulator(settings, pbx_name=NAME, secret=secret, recordings=recordings)
        port = await simulator.start("127.0.0.1", 0)
        pbx = PbxSettings(
            port=port,
            username=simulator.username,
            secret=SecretStr(secret),
            recordings_pbx_dir=str(recordings),
        )
        return cls(simulator, pbx)

    async def stop(self) -> None:
        await self._simulator.stop()

    @property
    def seats(self) -> int:
        """Of agents, leads and all others: so many phones are followed."""
        return sum(bool(person.seat) for person in self._simulator.people)

    def added_to(self, settings: Settings) -> Settings:
        """The settings with the simulated PBX in them, and enough drawn to see quality at work."""
        policies = settings.policies
        if "default_rate" not in policies.sampling.model_fields_set:
            sampling = policies.sampling.model_copy(update={"default_rate": SAMPLED})
            policies = policies.model_copy(update={"sampling": sampling})
        return settings.model_copy(update={"pbx": {NAME: self._settings}, "policies": policies})

    def code_of(self, role: str) -> str:
        """Of the first with that role; empty where there is none."""
        return next((person.code for person in self._simulator.people if person.role == role), "")

    def roster(self, at: datetime) -> RosterReplaced:
        """The people of the simulated centre, while no roster has been imported. Another centre is another
        version: what is left of a larger one must not be taken for part of it.
        """
        people = self._simulator.people
        digest = hashlib.sha256(msgspec.json.encode(people)).hexdigest()[:12]
        return RosterReplaced(at=at, version=f"{NAME}-{digest}", people=people, by=ROSTER_BY)

    def arrivals(self, at: datetime) -> list[SignInAsked]:
        """Everybody who has a seat sits at it: the day is under way."""
        return [
            SignInAsked(
                at=at,
                request=f"simulated-{person.code}",
                pbx=NAME,
                seat=person.seat,
                code=person.code,
                kind="arrive",
                pin_ok=True,
                how="console",
            )
            for person in self._simulator.people
            if person.seat
        ]
