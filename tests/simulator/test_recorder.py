"""Recordings of the simulated centre, as a player and a listener find them."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from ccd.simulator.recorder import RATE, ToneRecorder


class Clock:
    at = 1_000.0

    def __call__(self) -> float:
        return self.at


@pytest.mark.parametrize("seconds", [1.0, 9.9, 10.05, 125.5])
def test_a_recording_is_as_long_as_what_it_records(tmp_path: Path, seconds: float) -> None:
    clock = Clock()
    recorder = ToneRecorder(tmp_path, clock)
    file = tmp_path / "call.wav"
    recorder.begin(str(file))
    assert file.stat().st_size == 44
    clock.at += seconds
    recorder.finish(str(file))
    with wave.open(str(file)) as audio:
        assert audio.getnframes() == pytest.approx(seconds * RATE, abs=1)
        assert len(audio.readframes(audio.getnframes() + 1)) == 2 * audio.getnframes()


def test_one_hears_how_far_it_is(tmp_path: Path) -> None:
    clock = Clock()
    recorder = ToneRecorder(tmp_path, clock)
    file = tmp_path / "call.wav"
    recorder.begin(str(file))
    clock.at += 25
    recorder.finish(str(file))
    with wave.open(str(file)) as audio:
        seconds = [any(audio.readframes(RATE)) for _ in range(25)]
    assert [at for at, heard in enumerate(seconds) if heard] == [0, 10, 20]


def test_what_nobody_saw_begin_is_playable_all_the_same(tmp_path: Path) -> None:
    recorder = ToneRecorder(tmp_path, Clock())
    recorder.finish(str(tmp_path / "call.wav"))
    with wave.open(str(tmp_path / "call.wav")) as audio:
        assert audio.getnframes() > 0
