"""``python -m bench [--quick]``: every figure, one after the other, into a table and results.json.

``--quick`` takes fewer events and rounds, to see that it works; its results are not written.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from bench import holding, incidents, latency, planning, quality, report, share, shifts, storing, throughput
from bench.stream import load


def steps(quick: bool) -> list[tuple[str, Callable[[], dict[str, Any]]]]:
    recording = load("22")
    return [
        ("against its peers", lambda: throughput.measure(recording, 2 if quick else 8, 1 if quick else 5)),
        ("latency", lambda: latency.measure(recording, 10_000 if quick else 40_000)),
        ("reports of emergencies", lambda: incidents.measure(recording, 20 if quick else 200)),
        ("resync", lambda: holding.resync(1 if quick else 3)),
        ("memory", lambda: holding.growth(recording, 100_000 if quick else 10_000_000)),
        ("store", lambda: storing.measure(2_000 if quick else 50_000)),
        ("plan", lambda: planning.measure(*((500, 10) if quick else (5_000, 90)))),
        ("shifts", lambda: shifts.measure(*((500, 2) if quick else (5_000, 30)))),
        ("quality", lambda: quality.measure(31_000 if quick else 1_000_000)),
        ("beside Asterisk", lambda: share.measure(*((10, 2, 5.0) if quick else (120, 16, 60.0)))),
    ]


def main(arguments: list[str]) -> int:
    quick = "--quick" in arguments
    results = report.machine()
    for name, step in steps(quick):
        print(f"{name} …", file=sys.stderr, flush=True)
        results |= step()
    report.show(results)
    if not quick:
        report.write(results)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
