"""Settings of incidents: ladders, rungs, the police, drills. Defaults: manual.md, "Threat calls".

A ladder that the file names is laid over the default of that name, key by key; one of a new name over the
plain ``LadderSettings``. So a site writes only what it wants otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from ccd.config_section import Mode, OptionalDay, Section, in_order, shaped
from ccd.roster_cells import Role

__all__ = ["DrillSettings", "IncidentsSettings", "LadderSettings", "PoliceSettings", "RungSettings"]

Means = Literal["phone", "console", "mqtt", "email", "webhook"]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
Name = Annotated[str, shaped(r"[a-z][a-z0-9_]{0,31}", "ladder_name")]

ALL_AT_ONCE: Mapping[Means, float] = {"phone": 0, "console": 0, "mqtt": 0, "email": 0, "webhook": 0}


class RungSettings(Section):
    """Who is told, how, and how long each of them has.

    A rung begins ``after_s`` seconds after the report, or at once when the one before it was acknowledged or
    nobody is left on it, whichever comes first.
    """

    role: Role
    after_s: Seconds = 0
    means: dict[Means, Seconds] = Field(default_factory=lambda: dict(ALL_AT_ONCE))
    """Each means, and how many seconds into a person's turn it is used."""
    ring_s: Annotated[float, Field(ge=5, le=120)] = 20
    turn_s: Annotated[float, Field(ge=1, le=600)] = 30
    """Without an acknowledgement for so long, it is the next one's turn; the first may still acknowledge."""
    rounds: Annotated[int, Field(ge=1, le=100)] = 5
    """How often the list is gone through before nobody on it is rung any more."""


def _some(rungs: tuple[RungSettings, ...]) -> tuple[RungSettings, ...]:
    if not rungs:
        raise PydanticCustomError("empty_list", "is empty")
    return rungs


class LadderSettings(Section):
    enabled: bool = True
    severity: Literal["low", "medium", "high"] = "high"
    rungs: Annotated[tuple[RungSettings, ...], AfterValidator(_some)] = (RungSettings(role=Role.DUTY_LEAD),)
    arrive_within_s: Seconds = 0
    """The clock from the report to the police; 0: this ladder has none."""
    arrive_role: Role = Role.OPERATIONS_MANAGER
    warn_before_s: Seconds = 120
    police: Literal["call", "confirm", "advise", "unattended"] = "advise"
    record: bool = True
    whisper: bool = True

    @model_validator(mode="after")
    def _warned_before_due(self) -> LadderSettings:
        if self.arrive_within_s:
            in_order(self, "warn_before_s", "arrive_within_s")
        return self


def _rungs(*roles_and_seconds: tuple[Role, float]) -> list[dict[str, Any]]:
    return [{"role": role.value, "after_s": after_s} for role, after_s in roles_and_seconds]


LADDERS: dict[str, dict[str, Any]] = {
    "threat": {  # 要挟电话
        "severity": "high",
        "arrive_within_s": 900,
        "police": "call",
        "rungs": _rungs((Role.DUTY_LEAD, 0), (Role.OPERATIONS_MANAGER, 30), (Role.MANAGEMENT, 120)),
    },
    "intruder": {  # 陌生人
        "severity": "medium",
        "rungs": _rungs((Role.DUTY_LEAD, 0), (Role.DEPARTMENT_HEAD, 60)),
    },
    "fire": {  # 火灾等警报
        "severity": "high",
        "rungs": _rungs((Role.DUTY_LEAD, 0), (Role.OPERATIONS_MANAGER, 0), (Role.MANAGEMENT, 60)),
    },
    "danger": {  # 设备或人身危险
        "severity": "high",
        "rungs": _rungs((Role.DUTY_LEAD, 0), (Role.OPERATIONS_MANAGER, 60)),
    },
    "leak": {  # 泄密
        "severity": "medium",
        "rungs": _rungs((Role.DUTY_LEAD, 0), (Role.OPERATIONS_MANAGER, 60), (Role.MANAGEMENT, 600)),
    },
}


class PoliceSettings(Section):
    """ccd never knows how to dial them: that stands in the context ``ccd-police`` of the site's dialplan.

    What stands here is told to people, and proves to ``/readyz`` that it was tried.
    """

    number: Annotated[str, Field(max_length=32)] = ""
    """As a person would dial it here, in full: told wherever ccd cannot dial itself."""
    pbx: str = ""
    """The PBX whose context ``ccd-police`` is used; empty: the one of the call."""
    second_trunk: str = ""
    """Which trunk the second attempt of ``ccd-police`` takes."""
    proved_on: OptionalDay = None
    proved_second_on: OptionalDay = None
    """The days on which a person tried each of the two trunks, in agreement with the police."""
    proof_days: Annotated[int, Field(ge=1)] = 180
    voice_ring_s: Annotated[float, Field(ge=5, le=60)] = 15
    retry_s: Annotated[float, Field(ge=1, le=300)] = 5
    """Between two attempts to find a voice, or to reach a PBX that is away."""


class DrillSettings(Section):
    fast_factor: Annotated[float, Field(gt=0, le=1)] = 0.02
    """`ccd drill threat --fast` shortens every deadline to this part of it (900 s to 18 s)."""
    every_days: Annotated[int, Field(ge=0)] = 30
    """A last drill older than this is shown and told; 0: never."""


class IncidentsSettings(Section):
    mode: Mode = Mode.ENFORCE
    """``observe`` keeps the record and tells nobody; ``notify`` tells, and never rings for the police."""
    ladders: dict[Name, LadderSettings] = Field(default_factory=dict, validate_default=True)
    police: PoliceSettings = PoliceSettings()
    drill: DrillSettings = DrillSettings()
    stand_down_roles: tuple[Role, ...] = (Role.DUTY_LEAD, Role.TEAM_LEAD, Role.OPERATIONS_MANAGER)
    stand_in_roles: tuple[Role, ...] = (Role.TEAM_LEAD, Role.SENIOR_AGENT)
    """Who is rung as duty lead, in this order, while no duty lead is signed in (督导代班)."""

    @field_validator("ladders", mode="before")
    @classmethod
    def _over_the_defaults(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        laid = {name: dict(default) for name, default in LADDERS.items()}
        for name, section in given.items():
            if not isinstance(section, Mapping):
                laid[name] = section
            else:
                laid[name] = {**laid.get(name, {}), **section}
        return laid

    @model_validator(mode="after")
    def _a_number_where_police_are_called(self) -> IncidentsSettings:
        for name, ladder in self.ladders.items():
            if ladder.police == "unattended" and not self.police.number:
                raise PydanticCustomError(
                    "no_police_number",
                    "ladders.{name}: police = unattended needs police.number",
                    {"name": name},
                )
        return self
