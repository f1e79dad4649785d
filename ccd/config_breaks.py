"""Settings of breaks: pauses for other reasons than meals. Defaults: manual.md, "Attendance".

A reason that the file names is laid over the default of that name, key by key; one of a new name over the
plain ``ReasonSettings``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from ccd.config_section import Mode, Section, shaped
from ccd.roster_cells import Role

__all__ = ["REASONS", "BreaksSettings", "ReasonSettings"]

Reason = Annotated[str, shaped(r"[A-Za-z0-9_-]{1,64}", "pause_reason")]
Minutes = Annotated[float, Field(ge=0, le=1440)]


class ReasonSettings(Section):
    """What a pause of this reason may be. 0 is always: no limit."""

    enabled: bool = True
    productive: bool = False
    """Work of another kind: no violation, no absence comes of it."""
    minutes: Minutes = 0
    """So long one may last."""
    times: Annotated[int, Field(ge=0, le=100)] = 0
    """So many a shift."""
    minutes_a_shift: Minutes = 0
    """So long all of a shift together."""
    cap_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    """This share of a team's agents who are signed in may take it at once; at least one."""
    roles: tuple[Role, ...] = ()
    """Who may; empty: everybody."""
    needs_lead: bool = False
    """Refused unless a lead has granted it."""
    never_refused: bool = False
    """Illness: let go in every case; the lead is told."""


REASONS: dict[str, dict[str, Any]] = {
    "break": {"minutes": 15, "times": 2},
    "training": {"productive": True},
    "meeting": {"productive": True},
    "coaching": {"productive": True},
    "paperwork": {"productive": True},
    "equipment": {"productive": True},
    "callback": {"productive": True},
    "illness": {"never_refused": True},
}
"""Those of [ccd-reasons] in config/asterisk/extensions-ccd.conf."""


class BreaksSettings(Section):
    mode: Mode = Mode.NOTIFY
    reasons: dict[Reason, ReasonSettings] = Field(default_factory=dict, validate_default=True)
    unnamed: Literal["allow", "tell", "refuse"] = "tell"
    """A pause without a reason: as any other; recorded and the lead told; refused."""
    late_after_minutes: Minutes = 1
    """So long past the allowance nobody counts as late: their phone is rung first."""
    violation_minutes: Annotated[float, Field(gt=0, le=1440)] = 20
    """So long past it is a violation (off post), where the reason is not productive."""
    absence_minutes: Annotated[float, Field(gt=0, le=1440)] = 60
    """A pause of so long that is not productive is proposed to the lead as an absence."""
    not_after_start_minutes: Minutes = 0
    """No break in the first minutes of a shift, where the reason is not productive."""
    not_before_end_minutes: Minutes = 0
    """The same of the last."""

    @field_validator("reasons", mode="before")
    @classmethod
    def _over_the_defaults(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        laid: dict[Any, Any] = {name: dict(default) for name, default in REASONS.items()}
        for name, section in given.items():
            known = laid.get(name, {})
            laid[name] = {**known, **section} if isinstance(section, Mapping) else section
        return laid

    def reason(self, name: str) -> ReasonSettings | None:
        """None for one that nobody may take; of a pause without a reason what goes without saying."""
        if not name:
            return ReasonSettings()
        known = self.reasons.get(name)
        return known if known is not None and known.enabled else None

    @property
    def known(self) -> tuple[str, ...]:
        return tuple(name for name, reason in self.reasons.items() if reason.enabled)
