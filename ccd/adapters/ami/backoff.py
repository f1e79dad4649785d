"""How long to wait before trying again. Pure."""

from __future__ import annotations

import random

from ccd.adapters.ami.counts import Cut

__all__ = ["delay_s"]

BASE_S = 0.5
LOGIN_REFUSED_S = (30.0, 60.0)
"""A wrong secret mends itself only by hand, and every try is a line in the log that bans addresses."""


def delay_s(failures: int, why: Cut, longest_s: float, rng: random.Random) -> float:
    """Seconds to wait after so many failures in a row (from 1).

    Exponential with full jitter: many daemons that lost one PBX do not come back in step.
    """
    if why is Cut.LOGIN_REFUSED:
        return rng.uniform(*LOGIN_REFUSED_S)
    return rng.uniform(0.0, min(longest_s, BASE_S * 2.0 ** min(failures - 1, 30)))
