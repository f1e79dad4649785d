"""The machine, the table and results.json."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

__all__ = ["AIMS", "machine", "show", "write"]

RESULTS = Path(__file__).with_name("results.json")

AIMS: dict[str, tuple[str, float]] = {
    "ratio_to_floor": (">=", 1.0),
    "ratio_to_panoramisk": (">=", 4.0),
    "ratio_to_cacofonisk": (">=", 5.0),
    "cpu_share_of_asterisk": ("<=", 0.30),
    "cpu_share_of_asterisk_media": ("<=", 0.02),
    "resync_seconds_1000_agents": ("<=", 1.0),
    "resync_seconds_10000_agents": ("<=", 1.0),
    "loop_stall_max_ms": ("<=", 50.0),
    "plan_import_seconds": ("<=", 10.0),
    "shift_verdicts_seconds": ("<=", 1.0),
    **{
        f"quality_{what}_ms_{store}": ("<=", 200.0)
        for what in ("sample_today", "month", "list", "list_since")
        for store in ("sqlite", "postgresql")
    },
    **{f"quality_insert_ratio_{store}": ("<=", 1.2) for store in ("sqlite", "postgresql")},
    **{
        f"report_{what}_{load}_{store}": ("<=", aim)
        for what, aim in (("durable_p99_ms", 20.0), ("dial_max_ms", 1000.0))
        for load in ("idle", "2000")
        for store in ("sqlite", "postgresql")
    },
}


def machine() -> dict[str, Any]:
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def show(results: dict[str, Any]) -> None:
    table = Table(title="ccd bench")
    for column in ("figure", "value", "aim", ""):
        table.add_column(column, justify="right" if column in ("value", "aim") else "left")
    for name, value in results.items():
        if isinstance(value, float):
            sign, aim = AIMS.get(name, ("", 0.0))
            met = "" if not sign else "met" if (value >= aim) == (sign == ">=") or value == aim else "missed"
            table.add_row(name, f"{value:.4g}", f"{sign} {aim:g}" if sign else "", met)
        else:
            table.add_row(name, str(value), "", "")
    Console(width=100).print(table)


def write(results: dict[str, Any]) -> None:
    RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", "utf-8")
