"""The prompts: every one that the dialplan names is there in both languages, and can be heard on a phone."""

from __future__ import annotations

import importlib.util
import math
import os
import re
import subprocess
import sys
import tomllib
import wave
from array import array
from pathlib import Path
from types import ModuleType

import pytest

from tests.pbx.prompts import ENGLISH, ensure

ROOT = Path(__file__).parents[2]
TOLD = tomllib.loads((ROOT / "packaging/prompts.toml").read_text("utf-8"))
PROMPTS = TOLD["prompts"]
FILES = [
    *(f"{language}/ccd/{name}.wav" for language in ("en", "zh") for name in PROMPTS),
    *(f"zh/digits/{digit}.wav" for digit in range(10)),
]


@pytest.fixture(scope="module")
def sounds() -> Path:
    if os.geteuid() != 0:
        pytest.skip("the prompts are spoken as root only (apt-get install espeak-ng): sudo make test")
    return ensure()


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """By its path: the folder is no package, and has the name of one that is."""
    spec = importlib.util.spec_from_file_location("make_prompts", ROOT / "packaging/make_prompts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def samples_of(path: Path) -> array[int]:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        return array("h", file.readframes(file.getnframes()))


# --- the texts ---------------------------------------------------------------------------------------------


def test_the_dialplan_plays_every_prompt_and_none_that_is_not_there() -> None:
    named: set[str] = set()
    for path in (ROOT / "config/asterisk").rglob("*.conf"):
        for line in path.read_text("utf-8").splitlines():
            named.update(re.findall(r"\bccd/([a-z0-9-]+)(?![\w.-])", line.partition(";")[0]))
    assert named == set(PROMPTS)


@pytest.mark.parametrize("name", PROMPTS)
def test_a_prompt_is_said_in_both_languages(name: str) -> None:
    said = PROMPTS[name]
    assert set(said) == {"zh", "pinyin", "en"}
    assert re.fullmatch(r"[A-Za-z0-9' .,]+", said["en"])
    assert re.fullmatch(r"[\u4e00-\u9fff，。]+", said["zh"])


@pytest.mark.parametrize("said", [*PROMPTS.values(), *TOLD["digits"].values()], ids=lambda said: said["zh"])
def test_the_pinyin_has_a_syllable_and_a_tone_for_each_character_and_its_pauses(said: dict[str, str]) -> None:
    """What is spoken is the pinyin: a character without one would not be said at all."""
    syllables = re.findall(r"[a-z]+[1-5]", said["pinyin"])
    assert re.sub(r"[ ,.]", "", said["pinyin"]) == "".join(syllables)
    assert len(syllables) == len(re.findall(r"[\u4e00-\u9fff]", said["zh"]))
    pauses = re.sub(r"[^,.]", "", said["pinyin"])
    assert pauses == re.sub(r"[^，。]", "", said["zh"]).replace("，", ",").replace("。", ".")


def test_mandarin_has_all_ten_digits() -> None:
    assert list(TOLD["digits"]) == [str(digit) for digit in range(10)]


# --- the sounds --------------------------------------------------------------------------------------------


def test_each_text_has_its_file_and_no_file_is_left_over(sounds: Path) -> None:
    found = {str(path.relative_to(sounds)).replace(ENGLISH, "en") for path in sounds.rglob("*.wav")}
    assert found == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_prompt_can_be_heard_on_a_phone(sounds: Path, name: str) -> None:
    """8 kHz, mono, 16 bit is what Asterisk plays without transcoding."""
    samples = samples_of(sounds / name.replace("en/", f"{ENGLISH}/", 1))
    assert 0.3 <= len(samples) / 8000 <= 20
    loudest = max(map(abs, samples))
    assert 10_000 < loudest < 32_000, "neither faint nor clipped"
    assert math.sqrt(sum(sample * sample for sample in samples) / len(samples)) > 1000, "mostly silence"
    assert max(map(abs, samples[:160])) < loudest / 20, "it would begin with a click"


def test_no_two_prompts_sound_the_same(sounds: Path) -> None:
    heard = [path.read_bytes() for path in sounds.rglob("*.wav")]
    assert len(set(heard)) == len(heard)


def tone(hertz: float, rate: int, seconds: float = 0.5) -> list[int]:
    return [round(10_000 * math.sin(2 * math.pi * hertz * at / rate)) for at in range(int(rate * seconds))]


def purity(samples: list[int], hertz: float) -> float:
    """Which part of the sound is a tone of that pitch: 1 is all of it."""
    turns = [2 * math.pi * hertz * at / 8000 for at in range(len(samples))]
    sine = sum(sample * math.sin(turn) for sample, turn in zip(samples, turns, strict=True))
    cosine = sum(sample * math.cos(turn) for sample, turn in zip(samples, turns, strict=True))
    return 2 * (sine * sine + cosine * cosine) / len(samples) / sum(sample * sample for sample in samples)


@pytest.mark.parametrize("rate", [22050, 16000, 44100])
@pytest.mark.parametrize("hertz", [300, 1000, 3000])
def test_speech_keeps_its_pitch_and_length_at_8_khz(script: ModuleType, rate: int, hertz: int) -> None:
    heard = script.at_8_khz(tone(hertz, rate), rate)
    assert len(heard) == pytest.approx(4000 + script.LEAD + script.TAIL, abs=20)
    assert purity(heard[1000:3400], hertz) > 0.999


def test_what_8_khz_cannot_carry_is_taken_out_and_not_folded_back(script: ModuleType) -> None:
    """5 kHz would come back as 3 kHz."""
    low, high = tone(500, 22050), tone(5000, 22050)
    mixed = script.at_8_khz([one + other for one, other in zip(low, high, strict=True)], 22050)
    alone = script.at_8_khz(low, 22050)
    size = min(len(mixed), len(alone))
    middle = range(size // 4, size // 2)
    assert max(abs(mixed[at] - alone[at]) for at in middle) < 0.05 * max(alone)


def test_without_a_folder_the_script_says_how_it_is_called() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "packaging/make_prompts.py"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "make_prompts.py FOLDER\n"


def test_a_missing_synthesiser_is_named_with_its_package(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit, match=r"espeak-ng is missing\. As root: apt-get install espeak-ng"):
        script.main([str(tmp_path / "sounds")])


def test_a_synthesiser_that_reads_tones_as_numbers_is_refused(script: ModuleType, sounds: Path) -> None:
    """eSpeak NG 1.51 does so under the voice that is simply called Mandarin."""
    if not script.shutil.which("espeak-ng"):
        script.need_espeak()
    said = subprocess.run(
        ["espeak-ng", "-q", "-x", "-v", "cmn", "you3"], capture_output=True, text=True, check=True
    )
    if "(en)" not in said.stdout:
        pytest.skip("this eSpeak NG reads pinyin in its voice cmn")
    with pytest.raises(SystemExit, match="reads 'you3' as English"):
        script.speak({"voice": "cmn", "words_per_minute": 130}, "you3")
