"""What keeps recordings, put together: reading the store, the folder, deleting, copies of what is held."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from ccd.adapters.clock import utc_now
from ccd.adapters.evidence import Evidence, evidence_dir
from ccd.adapters.questions import QuestionStore
from ccd.adapters.retention_deleting import RetentionDeleting
from ccd.adapters.retention_look import RetentionLook
from ccd.adapters.retention_reading import RetentionReading
from ccd.config import Settings
from ccd.effects import (
    CopyHeld,
    DeleteRecording,
    Effect,
    KeepCopy,
    LookUpRecordings,
    ReadExpired,
    Reconcile,
)
from ccd.events import Event
from ccd.following.picture import Pbx
from ccd.retention.state import RetentionState

__all__ = ["KeepingParts"]


class World(Protocol):
    @property
    def retention(self) -> RetentionState: ...
    @property
    def pbxs(self) -> Mapping[str, Pbx]: ...


class KeepingParts:
    """``settings`` are asked for each time: they may be replaced."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        *,
        world: World,
        store: QuestionStore,
        submit: Callable[[Event], None],
    ) -> None:
        self._world = world
        self.reading = RetentionReading(store, submit)
        self.deleting = RetentionDeleting(lambda: settings().pbx, submit, utc_now, held=self._held)
        self.look = RetentionLook(
            store,
            lambda: settings().pbx,
            submit,
            utc_now,
            held=lambda pbx: {held.recording for held in world.retention.holds.values() if held.pbx == pbx},
            findings=lambda pbx: {
                one.recording for (at, _, _), one in world.retention.amiss.items() if at == pbx
            },
        )
        self.copies = Evidence(
            lambda: evidence_dir(settings()),
            lambda: settings().pbx,
            lambda: settings().policies.recordings,
            submit,
            utc_now,
            running=self._records,
            still_wanted=lambda hold: False,  # once it stands still: what is changed later is a finding
        )

    def performers(self) -> Mapping[type[Effect], Callable[[Any], object]]:
        return {
            CopyHeld: self._copy,
            DeleteRecording: self.deleting.perform,
            LookUpRecordings: self.reading.perform,
            ReadExpired: self.reading.perform,
            Reconcile: self.look.perform,
        }

    async def close(self) -> None:
        """Everything is asked for again at the next start."""
        await self.reading.close()
        await self.look.close()
        await self.deleting.close()
        await self.copies.close()

    def _copy(self, effect: CopyHeld) -> None:
        """As the recordings of an incident are kept; the folder has the hold's name."""
        self.copies.keep(KeepCopy(effect.key, effect.because, effect.pbx, effect.hold, effect.path))

    def _held(self, pbx: str, recording: str) -> bool:
        state = self._world.retention
        return state.held(pbx, recording) or state.in_evaluation(recording)

    def _records(self, pbx: str, path: str) -> bool:
        known = self._world.pbxs.get(pbx)
        running = known.recordings.values() if known else ()
        return any(path == recording.path for by_id in running for recording in by_id.values())
