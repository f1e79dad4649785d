"""What is asked for and is not what was measured: a finding at once, and nobody is to score it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ccd.events import ConfigReplaced, DeadlineDue
from ccd.events.quality import RecordingNotGiven
from ccd.events.retention import RecordingAmiss
from ccd.events.sampling import CallPicked, PickUnheard
from ccd.events.scoring import EvaluationOpened, EvaluationVoided
from ccd.quality.form import to_json
from tests.handlers.scoring_scene import form
from tests.web.place import START, Place, serving, wav

BASE = "/api/v1/recordings"
OTHER = wav()[:-1] + b"x"


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with serving(tmp_path) as place:
        settings = place.settings.model_dump_json()
        place.submit(ConfigReplaced(place.now(), settings=settings, forms=(to_json(form()),)))
        yield place


async def picked(place: Place, name: str = "one.wav", call: str = "c1") -> str:
    """The id of a recording that was drawn and waits to be scored."""
    known = await place.recording(name, call=call)
    _, which = place.web.site.ids.named(known)
    told = place.conversation("2001", which, call)
    place.world.pbx("main").emit(
        CallPicked(
            at=place.now(),
            key=f"picked|{call}",
            pbx="main",
            person="2001",
            day=START.date(),
            unit=told.unit,
            call=call,
            recording=which,
            team="甲班",
            queue="sales",
            sample="probability",
            reason="threshold",
            stratum="2001",
            rank="0" * 16,
            chance=0.5,
            talk_s=1.0,
            connected=told.connected,
            ended=told.ended,
        )
    )
    place.submit(DeadlineDue(place.now(), key="nobody's", late_s=0.0))
    assert len(of(place, EvaluationOpened)) >= 1
    return known


def of(place: Place, kind: type) -> list[Any]:
    return [fact for fact in place.decided if isinstance(fact, kind)]


@pytest.mark.parametrize("way", ["/audio", "/original", "/peaks"])
@pytest.mark.parametrize("what", ["missing", "changed"])
async def test_what_is_not_given_is_unheard_and_its_evaluation_void_at_once(
    place: Place, what: str, way: str
) -> None:
    name, _ = await picked(place), await picked(place, "two.wav", "c2")
    if what == "missing":
        (place.folder / "one.wav").unlink()
    else:
        (place.folder / "one.wav").write_bytes(OTHER)
    for _ in range(2):
        assert (await place.ask(f"{BASE}/{name}{way}", "4001")).status_code in (409, 410)
    (amiss,) = of(place, RecordingAmiss)
    digest = hashlib.sha256(OTHER).hexdigest() if what == "changed" else ""
    assert (amiss.what, amiss.recording[:3], amiss.sha256) == (what, "c1:", digest)
    (unheard,) = of(place, PickUnheard)
    assert unheard.recording == amiss.recording
    (voided,) = of(place, EvaluationVoided)
    opened = of(place, EvaluationOpened)
    assert len(opened) == 2
    assert opened[0].evaluation == voided.evaluation


async def test_a_folder_that_is_away_or_empty_is_no_finding_about_each_of_its_files(place: Place) -> None:
    name = await picked(place)
    (place.folder / "one.wav").unlink()  # as where nothing is mounted
    assert (await place.ask(f"{BASE}/{name}/audio", "4001")).status_code == 410
    place.folder.rmdir()
    assert (await place.ask(f"{BASE}/{name}/audio", "4001")).status_code == 410
    assert not [each for each in place.acted if isinstance(each, RecordingNotGiven)]
    assert of(place, RecordingAmiss) == []


async def meanwhile(place: Place, name: str, change: Callable[[], None]) -> None:
    """Take the original, and change its file when the first of it has come."""
    headers = {"Authorization": f"Bearer {await place.token('4001')}"}
    async with place.http.stream("GET", f"{place.url}{BASE}/{name}/original", headers=headers) as answer:
        pieces = answer.aiter_bytes()
        await anext(pieces)
        change()
        async for _ in pieces:
            pass


async def test_what_is_changed_while_it_is_sent_is_cut_off_and_found(place: Place) -> None:
    big = wav(30.0) * 20  # more than the connection holds
    name = await place.recording("big.wav", big)

    def change() -> None:
        with (place.folder / "big.wav").open("ab") as file:
            file.write(b"more")

    with pytest.raises(httpx2.RemoteProtocolError):
        await meanwhile(place, name, change)
    (amiss,) = of(place, RecordingAmiss)
    assert (amiss.what, amiss.sha256) == ("changed", hashlib.sha256(big + b"more").hexdigest())


async def test_what_was_only_touched_while_it_is_sent_is_cut_off_and_no_finding(place: Place) -> None:
    big = wav(30.0) * 20
    name = await place.recording("big.wav", big)
    with pytest.raises(httpx2.RemoteProtocolError):
        await meanwhile(place, name, (place.folder / "big.wav").touch)
    assert of(place, RecordingAmiss) == []
