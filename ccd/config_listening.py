"""Settings of listening: leads and analysts on a live call. Defaults: manual.md, "Quality"."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ccd.config_section import Mode, Section
from ccd.roster_cells import Role

__all__ = ["HOWS", "ListeningSettings"]

HOWS = ("listen", "whisper", "barge")
"""To hear both sides; to be heard by the agent alone; to be heard by both."""
_NEVER = (Role.AGENT, Role.SENIOR_AGENT, Role.TELESALES)
_SPEAK = (
    Role.TEAM_LEAD,
    Role.DUTY_LEAD,
    Role.QA_MANAGER,
    Role.OPERATIONS_MANAGER,
    Role.DEPARTMENT_HEAD,
)


class ListeningSettings(Section):
    """Who may listen to whom is not a matter of the mode: in every one but ``off`` it is enforced."""

    mode: Mode = Mode.ENFORCE
    whisper_roles: tuple[Role, ...] = _SPEAK
    """Who, of those who may listen, may speak to the agent."""
    barge_roles: tuple[Role, ...] = _SPEAK
    """Who of them may speak to both."""
    at_once: Annotated[int, Field(ge=1, le=200)] = 10
    """So many listenings may be under way at all."""
    per_call: Annotated[int, Field(ge=1, le=10)] = 2
    """So many on one call."""
    ring_s: Annotated[float, Field(ge=3, le=60)] = 20.0
    longest_minutes: Annotated[float, Field(gt=0, le=240)] = 60.0
    """Then it is ended, should nobody have hung up."""
    announce: bool = False
    """Whether the agent hears a beep as it begins."""
    form: Annotated[str, Field(max_length=64)] = "listening"
    """The form of notes."""

    @model_validator(mode="after")
    def _agents_never(self) -> ListeningSettings:
        for name, roles in (("whisper_roles", self.whisper_roles), ("barge_roles", self.barge_roles)):
            for role in roles:
                if role in _NEVER:
                    raise PydanticCustomError(
                        "never_listens", "{key} names {role}", {"key": name, "role": str(role)}
                    )
        return self

    def speaks(self, role: str, how: str) -> bool:
        """Whether somebody of this role may do more than listen; to listen is no matter of settings."""
        return how == "listen" or role in (self.whisper_roles if how == "whisper" else self.barge_roles)
