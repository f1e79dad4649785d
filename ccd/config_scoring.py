"""Settings of scoring: who scores what, by which form, and what follows. Defaults: manual.md, "Quality".

The caps and terms are those of the field (peers.md, "Sampling and scoring"), for the manual names none.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ccd.config_section import Mode, OptionalPath, Section, in_order

__all__ = ["ScoringSettings"]

FormName = Annotated[str, Field(min_length=1, max_length=64)]


class ScoringSettings(Section):
    mode: Mode = Mode.NOTIFY
    forms_dir: OptionalPath = None
    """A folder of forms of one's own, over those that ccd brings (docs/forms.md)."""
    form: FormName = "service"
    """The form by which conversations are scored,"""
    queue_forms: dict[str, FormName] = Field(default_factory=dict)
    """but for those of these queues: queue -> form,"""
    team_forms: dict[str, FormName] = Field(default_factory=dict)
    """and else for those of agents of these teams: team -> form."""
    cap_per_day: Annotated[int, Field(ge=0, le=1_000)] = 50
    """Evaluations that an analyst is given in a day, where the plan of the QA manager says nothing else."""
    claim_minutes: Annotated[int, Field(ge=1, le=1_440)] = 60
    """Whoever began keeps it so long; then it goes back."""
    due_days: Annotated[float, Field(gt=0, le=60)] = 3
    """From being assigned to being scored."""
    release: Literal["at_once", "by_manager", "after_days"] = "at_once"
    release_days: Annotated[float, Field(ge=0, le=60)] = 1
    """With ``after_days``: so long the analyst may still edit it."""
    dispute_days: Annotated[float, Field(ge=0, le=60)] = 5
    """From the release on; 0: there are no disputes."""
    resolve_days: Annotated[float, Field(gt=0, le=60)] = 5
    """From the dispute on."""
    close_days: Annotated[float, Field(ge=0, le=90)] = 7
    """So long after the release it may be coached on; then it is finished."""
    abnormal_least: Annotated[int, Field(ge=3, le=200)] = 8
    """With fewer scores to hold it against no score is odd."""
    abnormal_z: Annotated[float, Field(gt=0, le=100)] = 3.5
    """So many robust standard deviations from the median are odd."""
    second_look_share: Annotated[float, Field(ge=0, le=1)] = 0.05
    """Of all others this share is examined again, by chance."""
    second_look_tolerance: Annotated[float, Field(ge=0, le=100)] = 5
    """The first score stands if the second is no further away, in points."""
    tell_agents: bool = True
    """Whether agents are told of a released evaluation: passed or failed, and until when to dispute it."""

    @model_validator(mode="after")
    def _disputes_end_first(self) -> ScoringSettings:
        in_order(self, "dispute_days", "close_days")
        return self
