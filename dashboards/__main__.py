"""``python -m dashboards``: write config/grafana/dashboards anew; with ``--check`` only say what differs."""

from __future__ import annotations

import sys
from pathlib import Path

from dashboards.daemon import DAEMON
from dashboards.drawing import LANGUAGES, drawn
from dashboards.floor import FLOOR
from dashboards.quality import QUALITY
from dashboards.queues import QUEUES
from dashboards.shifts import SHIFTS
from dashboards.threat import THREAT

__all__ = ["BOARDS", "FOLDER", "files"]

BOARDS = (FLOOR, QUEUES, SHIFTS, QUALITY, THREAT, DAEMON)
FOLDER = Path(__file__).parent.parent / "config" / "grafana" / "dashboards"


def files() -> dict[Path, str]:
    """What is to be in the folder."""
    return {
        FOLDER / language / f"{board.uid}.json": drawn(board, language)
        for language in LANGUAGES
        for board in BOARDS
    }


def main() -> int:
    wanted = files()
    differ = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    differ += [path for path in FOLDER.rglob("*.json") if path not in wanted]
    if "--check" in sys.argv[1:]:
        for path in differ:
            print(f"{path}: is not what dashboards/ makes; run `make dashboards`")
        return 1 if differ else 0
    for path in differ:
        if path not in wanted:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], "utf-8")
    print(f"{len(wanted)} dashboards, {len(differ)} changed")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
