"""Which form a conversation is scored by."""

from __future__ import annotations

from ccd.config import Settings

__all__ = ["form_of"]


def form_of(settings: Settings, queue: str, team: str) -> str:
    """Its name: that of the queue, else of the agent's team, else the one for all (``policies.scoring``)."""
    scoring = settings.policies.scoring
    return scoring.queue_forms.get(queue) or scoring.team_forms.get(team) or scoring.form
