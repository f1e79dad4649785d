"""A journal played again gives what happened; under other settings, what would have happened."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import subprocess
import sys
import types
import typing
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from ccd import events as e
from ccd.adapters import journal as journals
from ccd.adapters.journal import Journal, read
from ccd.adapters.store.projection import NOT_STORED
from ccd.config import Settings
from ccd.effects import Effect
from ccd.engine import Engine, Outcome
from ccd.events import inputs
from ccd.message import Message
from ccd.replay import Replay, replay
from tests.following.playback import PBX, RECORDINGS, START, Player, captures, read_messages

SECOND = timedelta(seconds=1)
SETTINGS = {"pbx": {PBX: {"secret": "x"}}}
PEOPLE = (
    e.Person("1001", "张三", "agent", "A", "A-1", "PJSIP/1001"),
    e.Person("1030", "李四", "agent", "T", "T-1", "PJSIP/1030"),
)
SEATS = e.RosterReplaced(at=START, version="1", people=PEOPLE, by="test")


def config(**sections: Any) -> e.ConfigReplaced:
    settings = Settings.model_validate(SETTINGS | sections)
    return e.ConfigReplaced(at=START, settings=settings.model_dump_json())


def write(folder: Path, *inputs: e.Event, files: Iterable[Iterable[e.Event]] = ()) -> Path:
    """A journal as the daemon writes it; each of ``files`` is a file of its own."""

    async def written() -> None:
        for part in files or (inputs,):
            journal = Journal(folder, max_bytes=1 << 30, retention_days=1)
            await journal.open()
            for event in part:
                journal.append(event)
            await journal.close()

    asyncio.run(written())
    return folder


class Taped(Engine):
    """The engine of a daemon with a journal."""

    def __init__(self, engine: Engine, inputs: list[e.Event]) -> None:
        self.__dict__ = engine.__dict__
        self._inputs = inputs

    def step(self, event: e.Event, outcome: Outcome | None = None) -> Outcome:
        self._inputs.append(event)
        return super().step(event, outcome)

    def message(
        self, pbx_name: str, at: datetime, message: Message, outcome: Outcome | None = None
    ) -> Outcome:
        self._inputs.append(e.AmiReceived(at=at, pbx=pbx_name, name=message.name, text=message.text))
        return super().message(pbx_name, at, message, outcome)


def lived(path: Path) -> tuple[list[e.Event], list[e.Event], list[Effect]]:
    """The inputs, facts and effects of following a capture live."""
    player = Player()
    inputs: list[e.Event] = []
    player.engine = Taped(player.engine, inputs)
    player.step(config())
    player.step(SEATS)
    player.link()
    player.sync()
    player.step(arrival("first", "1001", "A-1"))
    player.feed(read_messages(path))
    player.step(e.PbxLost(at=player.at + SECOND, pbx=PBX, last_heard=player.at, why="reset"))
    player.wait(20)
    player.step(e.Stopping(at=player.at))
    return inputs, player.facts, player.effects


def arrival(
    request: str, code: str, seat: str, *, kind: str = "arrive", at: datetime = START
) -> e.SignInAsked:
    return e.SignInAsked(
        at=at, request=request, pbx=PBX, seat=seat, code=code, kind=kind, pin_ok=True, how="phone"
    )


def played(source: Path | list[e.Event], settings: Settings | None = None) -> tuple[Replay, list[Any]]:
    items: list[Any] = []
    inputs = read(source) if isinstance(source, Path) else source
    return replay(inputs, settings=settings, each=items.append), items


# --- the same again ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("capture", ["busy.ami.gz", "attended_transfer.ami", "conference.ami"])
def test_a_journal_of_a_real_capture_gives_what_was_found_out_live(capture: str, tmp_path: Path) -> None:
    path = RECORDINGS / "22" / capture
    inputs, facts, effects = lived(path)
    result, items = played(write(tmp_path, *inputs))
    assert [item for item in items if isinstance(item, e.Event)] == facts
    assert [item for item in items if isinstance(item, Effect)] == effects
    assert len(facts) > 20
    assert (result.inputs, result.errors, result.gaps) == (len(inputs), 0, 0)
    assert (result.began, result.ended) == (inputs[0].at, inputs[-1].at)


def test_the_same_journal_gives_the_same_digest_every_time(tmp_path: Path) -> None:
    """Also in another process, where the order of sets and the ids of objects are others."""
    inputs, _, _ = lived(RECORDINGS / "22" / "busy.ami.gz")
    folder = write(tmp_path, *inputs)
    digests = {played(folder)[0].digest, played(inputs)[0].digest}
    for seed in ("1", "2", "random"):
        done = subprocess.run(
            [sys.executable, "-m", "ccd", "replay", str(folder), "--json"],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(json.loads(done.stdout)["recorded"]["digest"])
    assert len(digests) == 1


def test_another_order_is_another_digest() -> None:
    inputs, _, _ = lived(RECORDINGS / "22" / "direct_call.ami")
    assert played(inputs)[0].digest != played(inputs[:-3])[0].digest


# --- every input ------------------------------------------------------------------------------------------

times = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
texts = st.text(max_size=40)
CONFIGS = [
    Settings.model_validate(chosen).model_dump_json()
    for chosen in (SETTINGS, {}, SETTINGS | {"policies": {"presence": {"mode": "observe"}}})
]
HOSTILE = [
    "wrapup|main|PJSIP/1001",
    "complete|main|1.1",
    "|",
    "",
    "Event: Hangup\r\nUniqueid: 1.1\r\nCause: ²",
    "Event: Newchannel\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\nChannel: PJSIP/1001-1\r\nChannelState: 6",
    "Event: QueueMemberPause\r\nQueue: q\r\nInterface: PJSIP/1001\r\nPaused: 1",
    "Event: QueueMember\r\nQueue: q\r\nLocation: PJSIP/1001\r\nName: x\r\nPaused: 0\r\nStatus: x",
]
NAMES = [
    "main",
    "north",
    "PJSIP/1001",
    "1001",
    "A-1",
    "Hangup",
    "Newchannel",
    "QueueMember",
    "arrive",
    "leave",
]


def of_type(hint: Any, name: str = "") -> st.SearchStrategy[Any]:
    """Any value a field of this type may have."""
    if name == "settings":
        return st.sampled_from(CONFIGS)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(of_type(argument) for argument in arguments))
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(of_type(arguments[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*(of_type(argument) for argument in arguments))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        hints = typing.get_type_hints(hint)
        fields = msgspec.structs.fields(hint)
        return st.builds(hint, **{field.name: of_type(hints[field.name], field.name) for field in fields})
    simple: dict[Any, st.SearchStrategy[Any]] = {
        date: st.dates(),
        datetime: times,
        str: st.sampled_from([*NAMES, *HOSTILE]) | texts,
        bool: st.booleans(),
        int: st.integers(0, 2**40),
        float: st.floats(allow_nan=False, allow_infinity=False),
        type(None): st.none(),
    }
    if typing.get_origin(hint) is dict:
        values = st.text(max_size=3) if arguments[1] is str else of_type(arguments[1])
        return st.dictionaries(st.text(max_size=3), values, max_size=2)
    return simple[hint]


INPUTS = typing.get_args(journals._INPUTS)


def test_the_journal_knows_every_input_that_the_loop_can_take() -> None:
    """What is neither a fact, which the engine makes itself, nor a head or a gap."""
    named = {kind for kind in vars(inputs).values() if getattr(kind, "__module__", "") == inputs.__name__}
    assert set(INPUTS) == named | NOT_STORED


@pytest.mark.parametrize("kind", INPUTS, ids=lambda kind: kind.__name__)
def test_every_input_comes_out_of_the_journal_as_it_went_in(kind: type[e.Event], tmp_path: Path) -> None:
    encode, decode = msgspec.json.Encoder().encode_lines, msgspec.json.Decoder(journals._INPUTS).decode

    @given(of_type(kind))
    @hypothesis(max_examples=40, deadline=None)
    def survives(event: e.Event) -> None:
        line = encode([event])
        assert line.count(b"\n") == 1
        assert decode(line) == event

    survives()


@given(st.lists(st.one_of(*(of_type(kind) for kind in INPUTS)), max_size=25))
@hypothesis(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_input_can_stop_a_replay_and_any_are_played_alike(inputs: list[e.Event]) -> None:
    result, items = played(inputs)
    again, same = played(inputs)
    assert result.errors == 0
    assert (result.digest, items) == (again.digest, same)


# --- what would have been ---------------------------------------------------------------------------------


def test_other_settings_of_a_policy_show_what_it_would_have_done() -> None:
    inputs = [config(), SEATS, arrival("a", "7777", "A-1"), arrival("b", "1001", "A-1")]
    recorded, _ = played(inputs)
    assert (recorded.facts["SignInRefused"], recorded.facts["PersonArrived"]) == (1, 1)
    lax = Settings.model_validate(SETTINGS | {"policies": {"presence": {"mode": "notify"}}})
    other, items = played(inputs, lax)
    assert other.effects["Notify"] == 1
    assert [item.enforced for item in items if isinstance(item, e.SignInRefused)] == [False]
    off = Settings.model_validate(SETTINGS | {"policies": {"presence": {"mode": "off"}}})
    assert played(inputs, off)[0].facts["PersonArrived"] == 0


def test_other_wrap_up_times_show_other_states() -> None:
    inputs, _, _ = lived(RECORDINGS / "22" / "answered_agent_hangup.ami")
    wrapping = Settings.model_validate({"pbx": {PBX: {"secret": "x", "wrapup_s": {"support": 30}}}})

    def wrap_ups(settings: Settings | None) -> int:
        items = played(inputs, settings)[1]
        return sum(isinstance(item, e.AgentChanged) and item.state == "wrap_up" for item in items)

    assert (wrap_ups(None), wrap_ups(wrapping)) == (0, 1)


def test_other_trunks_show_other_kinds_of_calls() -> None:
    inputs, _, _ = lived(RECORDINGS / "22" / "outbound_call.ami")
    none_outside = Settings.model_validate({"pbx": {PBX: {"secret": "x", "trunks": []}}})

    def kinds(settings: Settings | None) -> list[str]:
        return [item.kind for item in played(inputs, settings)[1] if isinstance(item, e.CallEnded)]

    assert kinds(None) == ["outbound"]
    assert kinds(none_outside) == ["internal"]


def test_the_command_shows_both_beside_each_other(tmp_path: Path) -> None:
    folder = write(tmp_path / "journal", config(), SEATS, arrival("a", "7777", "A-1"))
    other = tmp_path / "other.toml"
    other.write_text('[policies.presence]\nmode = "off"\n[pbx.main]\nsecret = "x"\n', "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ccd", "replay", str(folder), "--config", str(other), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert told["recorded"]["facts"]["SignInRefused"] == 1
    assert "SignInRefused" not in told["other"]["facts"]
    assert told["recorded"]["digest"] != told["other"]["digest"]


# --- versions, restarts, gaps -----------------------------------------------------------------------------


def test_settings_and_rosters_count_from_where_they_came() -> None:
    strict = config(policies={"presence": {"mode": "enforce"}})
    lax = config(policies={"presence": {"mode": "observe"}})
    before, after = PEOPLE[:1], PEOPLE
    inputs = [
        strict,
        e.RosterReplaced(at=START, version="1", people=before, by="x"),
        arrival("a", "1030", "T-1"),
        e.RosterReplaced(at=START, version="2", people=after, by="x"),
        arrival("b", "1030", "T-1"),
        arrival("c", "9999", "A-1"),
        lax,
        arrival("d", "9999", "A-1"),
    ]
    _, items = played(inputs)
    story = [(item.code, item.enforced) for item in items if isinstance(item, e.SignInRefused)]
    assert story == [("1030", True), ("9999", True), ("9999", False)]
    assert [item.person for item in items if isinstance(item, e.PersonArrived)] == ["1030"]


def test_a_gap_is_reported_and_what_follows_is_played(tmp_path: Path) -> None:
    folder = write(tmp_path, config(), e.Gap(at=START, missing=7), SEATS, e.Gap(at=START, missing=2))
    result, _ = played(folder)
    assert (result.gaps, result.inputs, result.facts["RosterReplaced"]) == (9, 2, 1)
    done = subprocess.run(
        [sys.executable, "-m", "ccd", "replay", str(folder), "--lang", "en"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "9 inputs are missing" in done.stdout


def test_a_daemon_started_again_begins_anew_in_the_replay_too(tmp_path: Path) -> None:
    """Its own memory was gone: what the store held came back as an input."""
    path = RECORDINGS / "22" / "answered_agent_hangup.ami"
    runs = [lived(path), lived(path)]
    folder = write(tmp_path, files=[inputs for inputs, _, _ in runs])
    _, items = played(folder)
    facts = [item for item in items if isinstance(item, e.Event)]
    assert facts == runs[0][1] + runs[1][1]


def test_a_file_alone_is_played_with_the_settings_and_roster_of_its_time(tmp_path: Path) -> None:
    """Those before it are past their retention."""

    async def written() -> None:
        journal = Journal(tmp_path, max_bytes=1, retention_days=1)
        await journal.open()
        lax = config(policies={"presence": {"mode": "observe"}})
        for event in (lax, SEATS, arrival("a", "1001", "A-1"), arrival("b", "7777", "A-1")):
            journal.append(event)
            await journal._flush()
        await journal.close()

    asyncio.run(written())
    first, *_, last = sorted(tmp_path.iterdir())
    whole, alone = played(tmp_path)[0], played(last)
    assert first != last
    assert alone[0].inputs == 1
    assert [item.enforced for item in alone[1] if isinstance(item, e.SignInRefused)] == [False]
    assert whole.facts == {"RosterReplaced": 1, "PersonArrived": 1, "SignInRefused": 1}


def test_what_stumbled_live_stumbles_alone_in_the_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    from ccd.following import follow as following

    def stumbles(*_: object) -> None:
        raise KeyError("a defect")

    inputs, _, _ = lived(RECORDINGS / "22" / "direct_call.ami")
    monkeypatch.setitem(following.HANDLERS, "Newstate", stumbles)
    result, _ = played(inputs)
    assert result.errors == sum(
        isinstance(event, e.AmiReceived) and event.name == "Newstate" for event in inputs
    )
    assert result.facts["CallEnded"] == 1


def test_a_journal_that_was_cut_off_by_a_kill_is_played_up_to_there(tmp_path: Path) -> None:
    [path] = write(tmp_path, config(), SEATS, arrival("a", "1001", "A-1")).iterdir()
    whole = path.read_bytes()
    with gzip.open(path) as file:
        assert len(file.readlines()) == 4
    path.write_bytes(whole[:-30])
    result, _ = played(tmp_path)
    assert 0 < result.inputs < 3


def test_every_capture_replays_without_stumbling() -> None:
    found = [path for version in ("16", "22") for path in captures(version)]
    assert len(found) > 60
    for path in found:
        inputs, facts, _ = lived(path)
        result, items = played(inputs)
        assert result.errors == 0, path
        assert [item for item in items if isinstance(item, e.Event)] == facts, path
