"""`ccd recording` without a daemon: what is past its time, held, amiss, and of a day; and plain refusals."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ccd import events as e
from ccd.adapters.store import Store
from ccd.config import StoreSettings
from ccd.events import retention as facts
from tests.cli.real import Home

NOW = datetime.now(UTC)
TOML = """
[daemon]
timezone = "UTC"
[pbx.main]
secret = "x"
[policies.retention.classes.short]
days = 10
directions = ["outbound"]
"""


def recorded(name: str, days: float, kind: str = "queue") -> list[e.Event]:
    at, call, path = NOW - timedelta(days=days), f"call-{name}", f"{name}.wav"
    return [
        e.CallStarted(at, "main", call, kind, "13800138000", "", "800", "PJSIP/t", True),
        e.RecordingStarted(at, "main", call, name, f"{name}:{path}", path),
        e.RecordingStopped(at + timedelta(seconds=1), "main", call, name, f"{name}:{path}", path),
        e.RecordingMeasured(at, "main", call, f"{name}:{path}", "final", f"/rec/{path}", 1000, f"sha-{name}"),
    ]


def stored(home: Home) -> None:
    told = [
        *recorded("1", 0.0),
        *recorded("2", 200),
        *recorded("3", 20, "outbound"),
        *recorded("4", 20),
        *recorded("5", 300),
        facts.RecordingHeld(
            at=NOW,
            key="h",
            pbx="main",
            recording="5:5.wav",
            hold="hold-1",
            call="call-5",
            why="asked",
            reason="a letter",
        ),
        facts.RecordingAmiss(at=NOW, key="a", pbx="main", what="orphan", path="/rec/left.wav", size=77),
    ]

    async def write() -> None:
        store = await Store.open(StoreSettings(), home.state)
        await store.commit(told)
        await store.close()

    home.state.mkdir(parents=True, exist_ok=True)
    asyncio.run(write())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.configure(TOML)
    stored(home)
    return home


def test_the_dry_run_lists_what_is_past_its_time_by_class_and_what_stays(home: Home) -> None:
    told = json.loads(home.ccd("recording", "retention", "--dry-run", "--json").stdout)
    assert told["over"] == {"default": [1, 1000], "short": [1, 1000]}
    assert {row["recording"] for row in told["recordings"]} == {"2:2.wav", "3:3.wav"}
    assert told["spared"] == {"held": 1}
    text = home.ccd("recording", "retention", "--dry-run").stdout
    assert "class short: 1 recordings, 1,000 bytes" in text


def test_a_day_a_recording_the_holds_and_the_orphans_are_shown(home: Home) -> None:
    day = NOW.date().isoformat()
    assert "1:1.wav" in home.ccd("recording", "list", day).stdout
    shown = json.loads(home.ccd("recording", "show", "5:5.wav", "--json").stdout)["recordings"]
    assert [(one["class"], [held["hold"] for held in one["holds"]]) for one in shown] == [
        ("default", ["hold-1"])
    ]
    assert "13800138000" not in home.ccd("recording", "show", "5:5.wav").stdout
    assert "NOT COPIED" in home.ccd("recording", "holds").stdout
    assert "/rec/left.wav" in home.ccd("recording", "orphans").stdout
    assert "无主文件" in home.ccd("--lang", "zh_CN", "recording", "list", "--amiss").stdout
    assert "no daily look" in home.ccd("recording", "retention").stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("show", "9:9.wav"), 1),
        (("list", "yesterday-ish"), 2),
        (("orphans", "--adopt", "/a", "--remove", "/a", "--by", "1"), 2),
        (("orphans", "--adopt", "/a"), 2),
        (("hold", "5:5.wav", "--reason", "r"), 2),
        (("hold", "5:5.wav", "--reason", "r", "--by", "4001"), 3),
    ],
)
def test_what_can_not_be_done_has_its_exit_code(home: Home, arguments: tuple[str, ...], code: int) -> None:
    done = home.ccd("recording", *arguments)
    assert done.returncode == code
    assert done.stderr.strip()
