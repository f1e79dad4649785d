"""The parts of a daemon that incidents need: keeping their facts, ringing, telling, evidence, commands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from ccd.adapters.acts import Acts
from ccd.adapters.ami.session import Session
from ccd.adapters.clock import utc_now
from ccd.adapters.evidence import Evidence, evidence_dir
from ccd.adapters.notify import Notifiers
from ccd.adapters.rings import Rings
from ccd.adapters.safekeeping import Safekeeping
from ccd.adapters.spool import Spool
from ccd.adapters.store import Store
from ccd.commands_incidents import IncidentCommands
from ccd.config import Settings
from ccd.effects import (
    AnswerAct,
    CallPoliceUnattended,
    Effect,
    KeepCopy,
    ReadMark,
    ReadSource,
    RingForPolice,
    RingForPoliceDrill,
    RingToTell,
    ShowAlert,
    Tell,
)
from ccd.events import Event, Kept
from ccd.world import World

__all__ = ["IncidentParts", "spool_path"]

REMEMBERED = 50
"""Closed incidents, and drills, that are known again after a start."""
TOLD_FOR = timedelta(minutes=10)


def spool_path(settings: Settings) -> Path:
    return settings.store.spool_file or settings.daemon.state_path() / "ccd.spool"


class IncidentParts:
    """``settings`` are asked for each time: they may be replaced."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        *,
        world: World,
        store: Store,
        submit: Callable[[Event], None],
        session: Callable[[str], Session | None],
        left_s: Callable[[str], float | None],
    ) -> None:
        self._world = world
        self._store = store
        section = settings().store
        self.safekeeping = Safekeeping(
            store,
            Spool(spool_path(settings()), section.spool_bytes),
            stored=lambda names: submit(Kept(at=utc_now(), incidents=names, where="store")),
        )
        self.notifiers = Notifiers(settings, submit, utc_now, self._to_be_told)
        self.rings = Rings(session, submit, utc_now)
        self.acts = Acts(submit)
        self.evidence = Evidence(
            lambda: evidence_dir(settings()),
            lambda: settings().pbx,
            lambda: settings().policies.recordings,
            submit,
            utc_now,
            running=self._records,
            still_wanted=self._open,
        )
        self.commands = IncidentCommands(
            world=world,
            acts=self.acts,
            evidence=self.evidence,
            submit=submit,
            facts_of=store.incident_facts,
            left_s=left_s,
            audit=lambda entry: store.enqueue([entry]),
        )

    def performers(self) -> Mapping[type[Effect], Callable[[Any], object]]:
        return {
            AnswerAct: self._answer,
            CallPoliceUnattended: self.rings.perform,
            KeepCopy: self.evidence.keep,
            ReadMark: self.rings.perform,
            ReadSource: self.rings.perform,
            RingForPolice: self.rings.perform,
            RingForPoliceDrill: self.rings.perform,
            RingToTell: self.rings.perform,
            ShowAlert: self.notifiers.show_alert,
            Tell: self.notifiers.tell,
        }

    async def restore(self) -> tuple[str, ...]:
        """The spool into the store; then the facts of incidents that are open, or not closed for long."""
        left = await self.safekeeping.restore()
        remembered = await self._store.remembered_incidents(REMEMBERED)
        return tuple(dict.fromkeys((*remembered, *await self._store.open_incidents(), *left)))

    async def close(self) -> None:
        """Everything but the keeping of facts, which ends after the store."""
        closing: tuple[Callable[[], Awaitable[None]], ...] = (
            self.rings.close,
            self.notifiers.close,
            self.evidence.close,
        )
        for close in closing:
            await close()

    def _answer(self, effect: AnswerAct) -> None:
        if not self.acts.answer(effect):
            self.notifiers.answer(effect)

    def _open(self, incident: str) -> bool:
        found = self._world.incidents.get(incident)
        return found is not None and found.open

    def _to_be_told(self, incident: str) -> bool:
        """Also that it is closed is told for a while, should nobody have heard it at the first try."""
        found = self._world.incidents.get(incident)
        if found is None or found.open or found.latest is None:
            return found is not None
        return utc_now() - found.latest < TOLD_FOR

    def _records(self, pbx: str, path: str) -> bool:
        known = self._world.pbxs.get(pbx)
        running = known.recordings.values() if known else ()
        return any(path == recording.path for by_id in running for recording in by_id.values())
