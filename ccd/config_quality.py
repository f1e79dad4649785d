"""Settings that the policies about quality share: who is scored, who scores, who decides."""

from __future__ import annotations

from ccd.config_section import Section
from ccd.roster_cells import Role

__all__ = ["QualitySettings"]


class QualitySettings(Section):
    scored_roles: tuple[Role, ...] = (Role.AGENT, Role.SENIOR_AGENT, Role.TELESALES)
    """Whose conversations are sampled."""
    analyst_roles: tuple[Role, ...] = (Role.QA_ANALYST,)
    """Who scores (质检员)."""
    manager_roles: tuple[Role, ...] = (Role.QA_MANAGER,)
    """Who plans the work of the analysts and examines again what is abnormal (质培经理)."""
    agents_hear: bool = False
    """Whether agents may hear and read their own released evaluations; else they see pass or fail."""
