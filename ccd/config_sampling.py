"""Settings of sampling: which conversations are scored. Defaults: manual.md, "Quality"."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ccd.config_section import Mode, Section, in_order

__all__ = ["ExtraSettings", "ExtrasSettings", "SamplingSettings"]

Count = Annotated[int, Field(ge=0, le=10_000)]
Days = Annotated[int, Field(ge=0, le=3650)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
Minutes = Annotated[int, Field(ge=0, le=1_200)]


class ExtraSettings(Section):
    """A kind of extra picks."""

    enabled: bool = True
    per_day: Count = 0
    """So many of this kind a day, of all agents together; 0: no limit."""


class ExtrasSettings(Section):
    """What is picked by need, besides the sample; it never counts in a score."""

    threat: ExtraSettings = ExtraSettings()
    complaint: ExtraSettings = ExtraSettings()
    asked: ExtraSettings = ExtraSettings()
    retraining: ExtraSettings = ExtraSettings(per_day=30)
    new_agent: ExtraSettings = ExtraSettings(per_day=30)
    called_back: ExtraSettings = ExtraSettings(per_day=10)
    transferred: ExtraSettings = ExtraSettings(per_day=10)
    long: ExtraSettings = ExtraSettings(per_day=10)
    short: ExtraSettings = ExtraSettings(per_day=10)

    def of(self, kind: str) -> ExtraSettings:
        found: ExtraSettings = getattr(self, kind)
        return found


class SamplingSettings(Section):
    mode: Mode = Mode.NOTIFY
    strata: Literal["agent", "agent_queue", "queue", "team"] = "agent"
    """What is given its share for itself."""
    monthly_target: Annotated[int, Field(ge=0, le=1_000)] = 12
    """So many conversations of an agent a month the thresholds aim at; under ten a score is no number."""
    workdays_a_month: Annotated[int, Field(ge=1, le=31)] = 21
    """Of one agent; the month's target is spread over them."""
    minimum: Annotated[int, Field(ge=0, le=1_000)] = 1
    """Each stratum is topped up to so many at the day's closing, where it has them."""
    default_rate: Annotated[float, Field(ge=0, le=1)] = 0.01
    """The threshold of a stratum of which no volume is known yet."""
    plan_hours_before: Annotated[int, Field(ge=1, le=24)] = 6
    """So long before midnight the next day's thresholds are fixed."""
    look_s: Annotated[int, Field(ge=1, le=300)] = 15
    """How often it is looked for conversations that are over."""
    close_after_minutes: Minutes = 30
    """So long past midnight a day is closed, if everything of it is settled."""
    close_latest_minutes: Minutes = 240
    """So long past midnight nothing is waited for any more."""
    min_s: Seconds = 20
    """A shorter conversation is not drawn."""
    max_s: Seconds = 0
    """Nor one that is longer; 0: no limit."""
    cover_s: Annotated[float, Field(ge=0, le=60)] = 5
    """So much of its beginning and end may be missing from the recording."""
    paused: Literal["exclude", "allow"] = "exclude"
    """Conversations in which the recording was paused for card data."""
    extra_per_agent_day: Count = 2
    """So many extra picks of one agent a day; threat, complaint and asked are not counted."""
    new_agent_days: Days = 60
    """So long since they were hired somebody is new."""
    long_s: Seconds = 1_200
    """A conversation of so long, or longer, is long."""
    short_s: Seconds = 30
    """One of so long, or shorter, is short."""
    called_back_hours: Annotated[int, Field(ge=1, le=168)] = 24
    """A caller who gave up waiting so long before is called back."""
    complaint_days: Annotated[int, Field(ge=1, le=365)] = 30
    """So long the calls of a caller are picked who was marked for a complaint, if no day is given."""
    extra: ExtrasSettings = ExtrasSettings()

    @model_validator(mode="after")
    def _ordered(self) -> SamplingSettings:
        in_order(self, "close_after_minutes", "close_latest_minutes")
        if self.max_s:
            in_order(self, "min_s", "max_s")
        return self
