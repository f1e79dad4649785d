"""Incidents over the control socket: each request is one act, and a refusal says what to do."""

from __future__ import annotations

import asyncio
import base64
import itertools
import random
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ccd import events as e
from ccd.adapters.acts import Acts
from ccd.adapters.control import RefusedError
from ccd.adapters.evidence import Evidence
from ccd.adapters.store.entries import Audited
from ccd.adapters.store.errors import StoreError
from ccd.commands_incidents import IncidentCommands
from ccd.config import RecordingsSettings
from ccd.effects import AnswerAct
from ccd.incidents.acts import ACTS
from tests.handlers.incident_scene import AT, Scene

Reply = dict[str, Any]
LONG = "x" * 1_000_000


class Daemon:
    """The policy itself, the waiting for its answer and the evidence folder; the store is a list."""

    def __init__(self, folder: Path) -> None:
        self.scene = Scene()
        self.deaf = False
        self.store_down = False
        self.audited: list[Audited] = []
        self.folder = folder
        self.acts = Acts(self.submit)
        self.evidence = Evidence(
            lambda: folder,
            dict,
            RecordingsSettings,
            self.submit,
            lambda: AT,
            running=lambda pbx, path: False,
            still_wanted=lambda incident: True,
        )
        self.commands = IncidentCommands(
            world=self.scene.world,
            acts=self.acts,
            evidence=self.evidence,
            submit=self.submit,
            facts_of=self._facts_of,
            left_s=lambda key: None,
            audit=self.audited.append,
        )
        self._numbers = itertools.count(1)

    def submit(self, event: e.Event) -> None:
        if self.deaf:
            return
        self.scene.take(event)
        for effect in self.scene.of_effects(AnswerAct):
            asyncio.get_running_loop().call_soon(self.acts.answer, effect)

    async def _facts_of(self, incident: str) -> list[str]:
        if self.store_down:
            raise StoreError("locked")
        found = [fact for fact in self.scene.of(e.IncidentFact) if fact.incident == incident]
        return [msgspec.json.encode(fact).decode() for fact in found]

    async def ask(self, command: str, **request: Any) -> Reply:
        """As the control socket hands it over, and with an answer that can be sent."""
        table = self.commands.table()
        reply = await table[f"incident_{command}"](
            {"request": str(next(self._numbers)), **request, "by": "li"}
        )
        return msgspec.json.decode(msgspec.json.encode(reply), type=Reply)

    async def report(self, **request: Any) -> str:
        return str((await self.ask("report", seat="A-1", **request))["incident"])


@pytest.fixture
async def daemon(tmp_path: Path) -> AsyncIterator[Daemon]:
    made = Daemon(tmp_path)
    yield made
    await made.evidence.close()


async def test_a_report_opens_an_incident_and_names_who_asked_and_whose_report_it_is(daemon: Daemon) -> None:
    name = await daemon.report(ladder="threat", note="a letter", person="1002")
    opened = daemon.scene.of(e.IncidentOpened)[0]
    assert (opened.incident, opened.how, opened.by, opened.note) == (name, "console", "1002 (li)", "a letter")
    assert opened.facts.seat == "A-1"


async def test_a_report_sent_twice_is_one_incident_and_so_is_one_while_the_first_is_worked_on(
    daemon: Daemon,
) -> None:
    replies = await asyncio.gather(*(daemon.ask("report", request="r-7", seat="A-1") for _ in range(5)))
    replies.append(await daemon.ask("report", request="r-7", seat="A-1"))
    assert len({reply["incident"] for reply in replies}) == 1
    assert len(daemon.scene.of(e.IncidentOpened)) == 1
    assert not daemon.scene.of(e.ReportRepeated)


async def test_an_act_sent_twice_is_one_act(daemon: Daemon) -> None:
    await daemon.report()
    for _ in range(3):
        await daemon.ask("act", request="n-1", act="note", value="the manager says wait")
    assert len(daemon.scene.of(e.NoteTaken)) == 1


async def test_an_id_that_stood_for_something_else_is_refused(daemon: Daemon) -> None:
    await daemon.report()
    await daemon.ask("act", request="n-1", act="note", value="one")
    with pytest.raises(RefusedError, match="give each its own"):
        await daemon.ask("act", request="n-1", act="note", value="another")


async def test_what_was_refused_may_be_asked_again_under_its_id(daemon: Daemon) -> None:
    with pytest.raises(RefusedError):
        await daemon.ask("act", request="a-1", act="note", value="x")
    await daemon.report()
    await daemon.ask("act", request="a-1", act="note", value="x")
    assert len(daemon.scene.of(e.NoteTaken)) == 1


@pytest.mark.parametrize(
    ("act", "more", "fact"),
    [
        ("acknowledge", {"person": "3001"}, e.Acknowledged),
        ("cannot", {"person": "3001"}, e.CannotCome),
        ("arrive", {"person": "4001"}, e.Arrived),
        ("stand_down", {"person": "3001", "value": "false alarm"}, e.StoodDown),
        ("police", {"person": "3001"}, e.PoliceDue),
        ("police_called", {"person": "3001", "value": "spoke to them"}, e.PoliceCalledByHand),
        ("detail", {"question": "ask.when", "value": "at noon"}, e.DetailGiven),
        ("note", {"value": "a note"}, e.NoteTaken),
    ],
)
async def test_each_act_reaches_the_record(
    daemon: Daemon, act: str, more: dict[str, str], fact: type[e.IncidentFact]
) -> None:
    name = await daemon.report()
    reply = await daemon.ask("act", act=act, **more)
    assert (reply["incident"], reply["act"]) == (name, act)
    assert len(daemon.scene.of(fact)) == 1


async def test_an_incident_is_closed_with_its_outcome(daemon: Daemon) -> None:
    await daemon.report()
    await daemon.ask("act", act="arrive", person="4001")
    await daemon.ask("act", act="close", person="4001", value="nothing was found")
    assert daemon.scene.of(e.IncidentClosed)[0].outcome == "nothing was found"
    assert (await daemon.ask("list"))["incidents"] == []
    assert [row["outcome"] for row in (await daemon.ask("list", all=True))["incidents"]] == [
        "nothing was found"
    ]


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("report", {"ladder": "nuclear"}, "ladder: none is called 'nuclear'; there are: threat, intruder, fire"),
    ("report", {"ladder": 5}, "ladder: give it as text"),
    ("report", {"pbx": "other"}, "pbx: none is called 'other'; there are: main"),
    ("report", {"seat": "Z-9"}, "unknown_seat: the roster has no such seat; `ccd roster show` lists them"),
    ("report", {"call": "nothing.1"}, "no_such_call: there is none of that id now"),
    ("report", {"uniqueid": "nothing.1"}, "no_such_call"),
    ("report", {"person": "9999"}, "person: nobody in the roster has the code '9999'; `ccd roster show`"),
    ("report", {"note": LONG}, "note: 1000000 characters; at most 4000: shorten it, or give it as a file"),
    ("report", {"seat": LONG}, "seat: 1000000 characters; at most 200"),
    ("report", {"seat": "A-1\0"}, "seat: there is a NUL in it"),
    ("report", {"request": "a b"}, "request: letters, digits"),
    ("report", {"request": LONG}, "request: letters, digits"),
    ("report", {"request": 7}, "request: letters, digits"),
    ("act", {"act": "explode"}, "act: 'explode' is none; there are: acknowledge, cannot, arrive"),
    ("act", {"act": None}, "act: '' is none"),
    ("act", {"act": "note", "incident": "nope"}, "incident: there is none called 'nope'; open now:\nthreat-"),
    ("act", {"act": "note", "incident": "\x1b[31m"}, "none called '\ufffd\\[31m'"),
    ("act", {"act": "note", "value": ""}, "the text is missing"),
    ("act", {"act": "note", "value": ["x"]}, "value: give it as text"),
    ("act", {"act": "note", "value": LONG}, "value: 1000000 characters; at most 4000"),
    ("act", {"act": "acknowledge"}, "say whose act it is"),
    ("act", {"act": "acknowledge", "person": "1002"}, "1002 is on no rung of this incident"),
    ("act", {"act": "arrive", "person": "3001"}, "only the arrival of one stops the clock"),
    ("act", {"act": "stand_down", "person": "1001", "value": "x"}, "agent may not do this; duty_lead"),
    ("act", {"act": "stand_down", "person": "3001"}, "the reason is missing"),
    ("act", {"act": "close", "person": "3001", "value": "done"}, "stand it down first"),
    (
        "act",
        {"act": "detail", "question": "ask.nothing", "value": "x"},
        "the checklist has none of this name",
    ),
    (
        "act",
        {"act": "detail", "question": "caller.gender", "value": "robot"},
        "none of male, female, unknown",
    ),
    ("act", {"act": "detail", "question": "ask.when", "value": " "}, "the answer is empty"),
    ("act", {"act": "detail", "question": "words.exact", "value": LONG}, "at most 4000"),
    ("show", {"incident": "nope"}, "incident: there is none called 'nope'; open now:\nthreat-"),
    ("evidence", {"path": "relative.txt"}, "path: give the whole path of a file"),
    ("evidence", {"path": "/nothing/there"}, "/nothing/there: No such file"),
    ("evidence", {"path": "/etc/passwd", "incident": "nope"}, "there is none called 'nope'"),
    ("evidence", {"path": "/x", "data": "not base64!"}, "data: give the file's content as base64"),
    ("evidence", {"path": "/x", "data": 5}, "data: give the file's content as base64"),
]


@pytest.mark.parametrize(("command", "request_", "said"), REFUSALS, ids=lambda value: str(value)[:40])
async def test_a_refusal_says_what_is_wrong_and_changes_nothing(
    daemon: Daemon, command: str, request_: dict[str, Any], said: str
) -> None:
    await daemon.report()
    before = [fact for fact in daemon.scene.facts if not isinstance(fact, e.ActRefused)]
    with pytest.raises(RefusedError, match=said):
        await daemon.ask(command, **request_)
    after = [fact for fact in daemon.scene.facts if not isinstance(fact, (e.ActRefused, e.ReportRefused))]
    assert after == before


async def test_without_an_incident_there_is_nothing_to_act_on(daemon: Daemon) -> None:
    for command in ("act", "show", "evidence"):
        with pytest.raises(RefusedError, match="no incident is open; `ccd incident list --all`"):
            await daemon.ask(command, act="note", value="x", path="/etc/hostname")


async def test_where_several_are_open_one_must_be_named_and_they_are_listed(daemon: Daemon) -> None:
    names = [await daemon.report(), await daemon.report(ladder="fire")]
    with pytest.raises(RefusedError, match="2 incidents are open; name one of them") as refusal:
        await daemon.ask("act", act="note", value="x")
    assert all(name in str(refusal.value) for name in names)
    await daemon.ask("act", act="note", value="x", incident=names[0])
    assert daemon.scene.of(e.NoteTaken)[0].incident == names[0]


async def test_control_characters_in_a_note_are_made_visible_not_refused(daemon: Daemon) -> None:
    await daemon.report()
    await daemon.ask("act", act="note", value="line one\r\nline\x1b[31m two\x00")
    assert daemon.scene.of(e.NoteTaken)[0].text == "line one\nline\ufffd[31m two\ufffd"


async def test_no_answer_of_the_policy_is_told_as_such(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccd.commands_incidents.ANSWER_S", 0.01)
    daemon.deaf = True
    with pytest.raises(RefusedError, match="tell the duty lead yourself"):
        await daemon.report()
    daemon.deaf = False
    assert (await daemon.report()).startswith("threat-")


async def test_what_is_shown_is_the_state_the_timeline_and_the_names(daemon: Daemon) -> None:
    name = await daemon.report()
    await daemon.ask("act", act="acknowledge", person="3001")
    await daemon.ask("act", act="detail", question="caller.gender", value="女")
    shown = await daemon.ask("show")
    incident = shown["incident"]
    assert (incident["id"], incident["phase"], incident["open"]) == (name, "live", True)
    assert 890 < incident["clock_left_s"] <= 900
    assert incident["rungs"][0]["acknowledged"] == ["3001"]
    assert {"person": "3001", "means": "phone"}.items() <= incident["told"][0].items()
    assert incident["details"]["answers"] == {"caller.gender": "female"}
    assert 0 < incident["details"]["complete"] < 1
    assert [row["n"] for row in shown["timeline"]] == list(range(1, len(shown["timeline"]) + 1))
    assert shown["timeline"][0]["type"] == "IncidentOpened"
    assert shown["names"]["3001"] == "值班甲"


async def test_a_store_that_is_away_takes_only_the_timeline_with_it(daemon: Daemon) -> None:
    name = await daemon.report()
    daemon.store_down = True
    shown = await daemon.ask("show")
    assert (shown["incident"]["id"], shown["timeline"]) == (name, None)


async def test_a_look_is_audited_once_however_long_it_is_watched(daemon: Daemon) -> None:
    name = await daemon.report()
    await daemon.ask("show")
    watching = daemon.commands.watch({"by": "han"})
    first = await anext(watching)
    await watching.aclose()  # type: ignore[attr-defined]
    assert first["incident"]["id"] == name
    await daemon.ask("audit", incident=name, file="/tmp/x.zip", sha256="ab")
    looks = [(entry.who, entry.act, entry.subject) for entry in daemon.audited]
    assert looks == [("li", "incident_show", name), ("han", "incident_show", name), ("li", "bundle", name)]


async def test_a_file_is_added_by_its_content_or_where_the_daemon_sees_it(
    daemon: Daemon, tmp_path: Path
) -> None:
    name = await daemon.report()
    (tmp_path / "fax.txt").write_text("pay, or else")
    sent = base64.b64encode(b"a letter").decode()
    letter = await daemon.ask("evidence", path="/home/li/letter.pdf", data=sent)
    fax = await daemon.ask("evidence", path=str(tmp_path / "fax.txt"), name="fax.txt")
    assert [letter["name"], letter["size"], fax["size"]] == ["letter.pdf", 8, 12]
    kept = daemon.scene.of(e.EvidenceKept)
    assert [Path(each.path).read_bytes() for each in kept] == [b"a letter", b"pay, or else"]
    assert all((each.incident, each.final, each.by) == (name, True, "li") for each in kept)


async def test_two_files_of_one_name_are_two_pieces_of_evidence(daemon: Daemon) -> None:
    await daemon.report()
    for content in (b"one", b"two", b"two"):
        data = base64.b64encode(content).decode()
        await daemon.ask("evidence", path="/home/li/letter.txt", data=data)
    shown = await daemon.ask("show")
    assert len(shown["incident"]["evidence"]) == 2


JUNK: list[Any] = [
    None,
    0,
    -1.5,
    True,
    [],
    {},
    [[]],
    "",
    " ",
    "\0",
    "\x1b]0;x\x07",
    "\u202e",
    "'; DROP TABLE x",
    "x" * 5_000,
    "3001",
    "threat",
    "../../etc",
]


@pytest.mark.parametrize("seed", range(20))
async def test_no_request_makes_more_than_a_refusal(daemon: Daemon, seed: int) -> None:
    """What else is raised would be a defect of ours, which the socket answers as ``internal``."""
    chance = random.Random(seed)
    await daemon.report()
    commands: list[Callable[[Reply], Any]] = list(daemon.commands.table().values())
    keys = ("request", "incident", "act", "person", "question", "value", "ladder", "seat", "call", "pbx")
    for _ in range(100):
        request = {key: chance.choice([*JUNK, *ACTS]) for key in keys if chance.random() < 0.6}
        request |= {key: chance.choice(JUNK) for key in ("path", "data", "note", "drill", "all")}
        try:
            reply = await chance.choice(commands)({**request, "by": "li"})
        except RefusedError as refusal:
            reply = {"error": str(refusal)}
        assert len(msgspec.json.encode(reply)) < 200_000
        assert reply.get("error") != ""
