"""Speaks packaging/prompts.toml into sound files that Asterisk plays as they are: 8 kHz, mono, 16 bit.

    python packaging/make_prompts.py FOLDER     writes FOLDER/{en,zh}/ccd/NAME.wav and FOLDER/zh/digits/N.wav

Needs eSpeak NG (apt: espeak-ng), and installs it where it may. The same texts and version of it give
the same files.
"""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import wave
from array import array
from collections.abc import Iterator, Sequence
from operator import mul
from pathlib import Path
from typing import Any

TEXTS = Path(__file__).with_name("prompts.toml")
RATE = 8000
TAPS = 96  # of the low-pass filter that goes before the lower rate: or hissing would be heard as noise
PASSED_HZ = 3500
PEAK = 0.7  # of full scale: loud on every phone, and clear of clipping
SILENCE = 0.01  # below this part of the peak
LEAD, TAIL = RATE // 20, RATE // 5  # silence left around the speech, in samples


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1:
        print("make_prompts.py FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    need_espeak()
    for left in folder.glob("*/*/*.wav"):  # of prompts that are no more
        left.unlink()
    spoken = list(texts(tomllib.loads(TEXTS.read_text("utf-8"))))
    for name, voice, text in spoken:
        write(folder / name, at_8_khz(*speak(voice, text)))
    print(f"{len(spoken)} prompts are in {folder}")
    return 0


def texts(told: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], str]]:
    """(file, voice, what is spoken)."""
    for name, said in told["prompts"].items():
        yield f"en/ccd/{name}.wav", told["voices"]["en"], said["en"]
        yield f"zh/ccd/{name}.wav", told["voices"]["zh"], said["pinyin"]
    for digit, said in told["digits"].items():
        yield f"zh/digits/{digit}.wav", told["voices"]["zh"], said["pinyin"]


def speak(voice: dict[str, Any], text: str) -> tuple[list[int], int]:
    """Samples of 16 bits, and how many a second."""
    command = ["espeak-ng", "-v", voice["voice"], "-s", str(voice["words_per_minute"]), "-a", "80", "-z"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "spoken.wav")
        said = subprocess.run([*command, "-x", "-w", path, text], capture_output=True, text=True, check=True)
        if "(en)" in said.stdout and not voice["voice"].startswith("en"):
            raise SystemExit(f"this eSpeak NG reads {text!r} as English: {said.stdout.strip()}")
        with wave.open(str(path)) as file:
            samples = array("h", file.readframes(file.getnframes()))
            rate = file.getframerate()
    if sys.byteorder == "big":
        samples.byteswap()
    return list(samples), rate


def at_8_khz(samples: list[int], rate: int) -> list[int]:
    """The same sound at 8 kHz, as loud as it may be, with a short silence around it."""
    divisor = math.gcd(RATE, rate)
    up, down = RATE // divisor, rate // divisor
    filters = [low_pass(phase / up, rate) for phase in range(up)]
    padded = [0] * (TAPS // 2) + samples + [0] * (TAPS // 2 + down)
    sound = [
        sum(map(mul, filters[place * down % up], padded[place * down // up : place * down // up + TAPS]))
        for place in range(len(samples) * up // down)
    ]
    peak = max(map(abs, sound), default=0)
    if not peak:
        raise SystemExit("eSpeak NG gave silence")
    heard = [place for place, sample in enumerate(sound) if abs(sample) > SILENCE * peak]
    sound = [0.0] * LEAD + sound[heard[0] : heard[-1] + 1] + [0.0] * TAIL
    return [round(sample * PEAK * 32767 / peak) for sample in sound]


def low_pass(shift: float, rate: int) -> list[float]:
    """A windowed sinc that passes speech for the place ``shift`` samples after the middle tap."""
    taps = []
    for tap in range(TAPS):
        at = tap - TAPS // 2 - shift
        turn = 2 * PASSED_HZ / rate
        sinc = turn if at == 0 else math.sin(math.pi * turn * at) / (math.pi * at)
        taps.append(sinc * (0.5 + 0.5 * math.cos(2 * math.pi * at / (TAPS + 2))))
    return taps


def write(path: Path, samples: list[int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = array("h", samples)
    if sys.byteorder == "big":
        frames.byteswap()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(frames.tobytes())


def need_espeak() -> None:
    if shutil.which("espeak-ng"):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SystemExit("espeak-ng is missing. As root: apt-get install espeak-ng")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "espeak-ng"]):
        subprocess.run(["apt-get", *command], env=environment, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
