"""Made-up status pictures, shaped as ``ccd.status.picture`` gives them."""

from __future__ import annotations

import random
from typing import Any

FAMILY = "王李张刘陈杨赵黄周吴"
GIVEN = ["伟", "芳", "娜", "秀英", "敏", "静", "丽", "强", "磊", "军", "洋", "小明"]
STATES = ["ready"] * 4 + ["talking"] * 5 + ["paused"] * 2 + ["ringing", "hold", "wrap_up", "unavailable"]
REASONS = ["lunch", "培训", "meeting", ""]


def agent(chance: random.Random, number: int, team: str) -> dict[str, Any]:
    state = chance.choice([*STATES, "logged_off", "logged_off"])
    name = chance.choice(FAMILY) + chance.choice(GIVEN)
    here = state not in ("logged_off", "unavailable")
    people = [{"code": str(number), "name": name, "since": "2026-11-21T08:00:00.000+00:00"}] if here else []
    return {
        "interface": f"PJSIP/{number}",
        "name": name,
        "seat": f"A{number}",
        "team": team,
        "people": people,
        "state": state,
        "reason": chance.choice(REASONS) if state == "paused" else "",
        "since": "2026-11-21T09:00:00.000+00:00",
        "seconds": chance.choice([3.0, 42.0, 300.0, 3599.0, 7300.0]) + chance.random(),
        "call": "",
        "queues": [{"name": "sales", "paused": state == "paused", "reason": ""}],
    }


def queue(chance: random.Random, name: str, callers: int) -> dict[str, Any]:
    waits = sorted((chance.random() * 90 for _ in range(callers)), reverse=True)
    return {
        "name": name,
        "members": 20,
        "ready": 4,
        "paused": 3,
        "busy": 11,
        "talking": 9,
        "waiting": [
            {
                "position": position,
                "number": f"1380013{chance.randrange(10_000):04}",
                "call": "1",
                "wait_s": wait,
            }
            for position, wait in enumerate(waits, start=1)
        ],
        "longest_wait_s": max(waits, default=0.0),
        "today": {
            "offered": 131,
            "answered": 123,
            "abandoned": 8,
            "other": 0,
            "answered_in_time": 110,
            "abandoned_in_time": 2,
            "service_level": 110 / 123,
            "service_level_2": 112 / 131,
        },
    }


def picture(
    agents: int, *, teams: int = 4, queues: int = 3, callers: int = 3, seed: int = 1
) -> dict[str, Any]:
    """A healthy centre."""
    chance = random.Random(seed)
    names = [f"{'甲乙丙丁戊己庚辛壬癸'[team % 10]}班{team // 10 or ''}" for team in range(teams)]
    every = [agent(chance, 1001 + number, names[number * teams // agents]) for number in range(agents)]
    wanted = ["sales", "support", "投诉", *(f"queue-{number}" for number in range(4, queues + 1))][:queues]
    return {
        "at": "2026-11-21T09:30:00.000+00:00",
        "ccd": "0.1.0",
        "timezone": "Asia/Shanghai",
        "ready": True,
        "checks": [{"check": "store", "ok": True, "why": ""}],
        "pbxs": [
            {
                "name": "main",
                "version": "Asterisk 22.10.0",
                "linked": True,
                "synced": True,
                "blind_since": None,
                "blind_s": 0.0,
                "silent_s": 0.2,
                "lag_s": 0.01,
                "reconnects": 0,
                "agents": every,
                "queues": [queue(chance, name, callers) for name in wanted],
                "calls_open": 17,
            }
        ],
        "store": {},
        "loop": {},
    }
