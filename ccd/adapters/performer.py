"""Effects to adapters: which kind is performed by whom. The runner sees to deadlines itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog

from ccd.effects import Effect, Notify

__all__ = ["Performer"]

log = structlog.get_logger("ccd.performer")


class Performer:
    """``perform`` never raises: an effect that cannot be performed is logged and counted."""

    def __init__(self, by_type: Mapping[type[Effect], Callable[[Any], object]]) -> None:
        self.failures = 0
        self.by_type: dict[type[Effect], Callable[[Any], object]] = {Notify: _notify, **by_type}

    def perform(self, effect: Effect) -> None:
        try:
            self.by_type[type(effect)](effect)
        except Exception:
            self.failures += 1
            log.exception("effect_failed", effect=type(effect).__name__, key=effect.key)


def _notify(effect: Notify) -> None:
    log.warning("notice", audience=effect.audience, text=effect.text, because=effect.because)
