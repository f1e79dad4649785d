"""The captures in tests/recordings: whole, of both versions, and nobody's business in them."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from tests.pbx.scenarios import LARGE, SCENARIOS

RECORDINGS = Path(__file__).parents[1] / "recordings"


def content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else gzip.decompress(Path(f"{path}.gz").read_bytes())


@pytest.mark.parametrize("version", ["22", "16"])
@pytest.mark.parametrize("scene", SCENARIOS)
def test_every_scene_was_captured_whole_with_asterisks_own_records(version: str, scene: str) -> None:
    base = RECORDINGS / version / scene
    said = content(base.with_suffix(".ami"))
    assert said.startswith(b"Asterisk Call Manager/")
    assert b"Event: DeviceStateListComplete" in said, "the snapshot"
    assert b"|QUEUESTART|" in content(base.with_suffix(".queue_log"))
    content(base.with_suffix(".cdr.csv"))
    times = [line.split() for line in content(base.with_suffix(".times")).decode().splitlines()]
    offsets, moments = [int(offset) for offset, _ in times], [float(moment) for _, moment in times]
    assert offsets[0] == 0
    assert offsets == sorted(offsets)
    assert offsets[-1] < len(said)
    assert moments == sorted(moments)
    if scene not in LARGE:
        assert len(said) < 200_000
    if scene != "pbx_killed":
        assert said.endswith(b"\r\n\r\n")


def test_the_captures_hold_loopback_addresses_only() -> None:
    paths = [path for path in RECORDINGS.rglob("*.ami*") if path.is_file()]
    assert paths
    for path in paths:
        said = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        addresses = set(re.findall(rb"(?<![\d.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d.])", said))
        assert addresses <= {b"127.0.0.1"}, path
        assert b"ecret" not in said, path
