"""Effects to adapters: which kind is performed by whom. The runner sees to deadlines itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog

from ccd.effects import (
    AnswerSignIn,
    CollectMissed,
    Effect,
    MeasureRecording,
    Notify,
    SendAction,
)

__all__ = ["Performer"]

log = structlog.get_logger("ccd.performer")


class Performer:
    """``perform`` never raises: an effect that cannot be performed is logged and counted."""

    def __init__(
        self,
        *,
        send: Callable[[SendAction], None],
        answer: Callable[[AnswerSignIn], None],
        measure: Callable[[MeasureRecording], None],
        collect_missed: Callable[[CollectMissed], None],
    ) -> None:
        self.failures = 0
        self._by_type: dict[type[Effect], Callable[[Any], None]] = {
            SendAction: send,
            AnswerSignIn: answer,
            MeasureRecording: measure,
            CollectMissed: collect_missed,
            Notify: _notify,
        }

    def perform(self, effect: Effect) -> None:
        try:
            self._by_type[type(effect)](effect)
        except Exception:
            self.failures += 1
            log.exception("effect_failed", effect=type(effect).__name__, key=effect.key)


def _notify(effect: Notify) -> None:
    log.warning("notice", audience=effect.audience, text=effect.text, because=effect.because)
