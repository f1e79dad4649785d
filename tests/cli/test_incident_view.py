"""An incident on a terminal: whole lines, everything that must be known, and nothing hostile."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from rich.cells import cell_len

from ccd import events as e
from ccd.cli.drill_view import drill_lines, failed, rung_times
from ccd.cli.incident_view import incident_view
from ccd.cli.progress import Progress
from ccd.cli.view import Look, view
from ccd.cli.words import LANGUAGES, Words
from ccd.incidents.view import brief, timeline
from ccd.incidents.view import view as seen
from tests.cli.pictures import picture
from tests.handlers.incident_scene import Scene

EN, ZH = Words("en"), Words("zh_CN")


def reply_of(scene: Scene) -> dict[str, Any]:
    """What the daemon would send of the latest incident."""
    incident = next(reversed(scene.world.incidents.values()))
    names = {person.code: person.name for person in scene.world.roster.people}
    facts = [fact for fact in scene.of(e.IncidentFact) if fact.incident == incident.id]
    made = {
        "incident": seen(incident, scene.at, lambda code: names.get(code, "")),
        "timeline": timeline(facts),
        "names": names,
    }
    return msgspec.json.decode(msgspec.json.encode(made), type=dict[str, Any])


def climbed(**fields: Any) -> Scene:
    """One that has got as far as the police, with a checklist, evidence and a hostile caller."""
    scene = Scene()
    scene.report(note="pay\x1b[31m or\u202e else", **fields)
    scene.run(40)
    scene.act("acknowledge", "3001")
    scene.act("detail", question="words.exact", value="我\x1b]0;x\x07 " + "要钱 " * 80)
    scene.act("note", "3001", "wait")
    scene.take(
        e.CopyKept(
            at=scene.at,
            key="k",
            incident=next(iter(scene.world.incidents)),
            source="/a",
            path="/b/\x1b[2Ja.wav",
            size=1,
            sha256="ab" * 32,
            final=False,
        )
    )
    scene.run(900)
    return scene


def plain(reply: dict[str, Any], words: Words = EN, width: int = 110, height: int | None = None) -> list[str]:
    return [text.plain for text in incident_view(reply, words, Look(width, height)).lines]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("width", "height"), [(80, 24), (200, 50), (40, 12), (20, 3), (110, None)])
def test_every_line_fills_the_terminal_exactly(width: int, height: int | None, language: str) -> None:
    lines = plain(reply_of(climbed()), Words(language), width, height)
    assert height is None or len(lines) == height
    assert {cell_len(text) for text in lines} == {width}
    assert all(text.isprintable() for text in lines)


@pytest.mark.parametrize("words", [EN, ZH], ids=LANGUAGES[::-1])
def test_what_must_be_known_is_there(words: Words) -> None:
    told = "\n".join(plain(reply_of(climbed()), words))
    for known in (
        "A-1",
        "李雷 (1001)",
        "值班甲 (3001)",
        "% answered" if words is EN else "已完成",
        "a.wav",
        "PJSIP/1010",
    ):
        assert known in told
    assert words("phase_police") in told
    assert words("incident_timeline") in told
    assert words("evidence_growing") in told


def test_the_clock_goes_down_between_two_pictures_is_shouted_near_its_end_and_then_is_overdue() -> None:
    scene = Scene()
    incident = scene.report()
    scene.run(700)
    row = brief(incident, scene.at, lambda code: "")
    for elapsed, said, style in (
        (0.0, "3:20 to the police", "bold red"),
        (90.0, "1:50 to the police", "bold white on red"),
        (230.0, "0:30 OVERDUE", "bold white on red"),
    ):
        shown = incident_view({"incident": row}, EN, Look(80, elapsed=elapsed)).lines[1]
        assert said in shown.plain
        assert style in {str(span.style) for span in shown.spans}


def test_open_incidents_stand_above_everything_else_the_real_ones_first() -> None:
    scene = Scene()
    drill = brief(scene.report(drill=True), scene.at, lambda code: "")
    real = brief(scene.report(request="r2"), scene.at, lambda code: "")
    lines = view(picture(40) | {"incidents": [drill, real]}, EN, Look(80, 24)).lines
    assert lines[1].plain.startswith(" INCIDENT: threat call  NOBODY HAS ARRIVED  15:00 to the police")
    assert lines[2].plain.startswith(" DRILL: threat call")
    assert [str(text.style) for text in lines[1:3]] == ["bold white on red", "bold white on magenta"]
    assert {cell_len(text.plain) for text in lines} == {80}


def test_what_is_not_saved_is_shouted() -> None:
    scene = Scene()
    incident = scene.report()
    scene.take(e.Kept(at=scene.at, incidents=(incident.id,), where="memory"))
    told = "\n".join(plain(reply_of(scene)))
    assert "NOT SAVED" in told
    row = brief(incident, scene.at, lambda code: "")
    assert "NOT SAVED" in view(picture(4) | {"incidents": [row]}, EN, Look(160, 24)).lines[1].plain


@pytest.mark.parametrize("reply", [{}, {"incident": {}}, {"incident": {"phase": "odd", "rungs": [{}]}}])
def test_what_an_older_or_newer_daemon_leaves_out_is_shown_as_nothing(reply: dict[str, Any]) -> None:
    assert plain(reply)


def test_a_fact_of_a_newer_daemon_is_passed_over() -> None:
    reply = reply_of(climbed())
    known = len(plain(reply))
    reply["timeline"].append({"type": "SomethingNew", "n": 99, "after_s": 1.0})
    assert len(plain(reply)) == known


def test_on_a_screen_the_latest_is_at_the_top_of_the_timeline_and_on_paper_the_first() -> None:
    reply = reply_of(climbed())
    paper, screen = plain(reply), plain(reply, height=200)
    assert "threat call reported" in paper[paper.index(next(x for x in paper if "TIMELINE" in x)) + 1]
    assert "LATEST FIRST" in next(x for x in screen if "TIMELINE" in x)
    assert "threat call reported" not in screen[screen.index(next(x for x in screen if "LATEST" in x)) + 1]


def test_progress_tells_each_fact_once() -> None:
    scene = climbed()
    reply = reply_of(scene)
    progress = Progress(EN, 110)
    first = progress.take(reply)
    assert sum("threat call reported" in text for text in first) == 1
    assert "  == POLICE TO BE CALLED ==" in first
    assert progress.take(reply) == []
    scene.act("note", "3001", "one more")
    assert [text.split("  ")[-1] for text in progress.take(reply_of(scene))] == [
        "note of 值班甲 (3001): one more"
    ]


def test_a_drill_is_told_with_the_times_of_every_rung() -> None:
    scene = Scene()
    scene.phones["3001"] = lambda ring: [(4.0, "answered"), (6.0, "acknowledged")]
    scene.report(drill=True)
    scene.run(20)
    scene.act("arrive", "4001")
    reply = reply_of(scene)
    first = rung_times(reply)[0]
    assert (first["role"], first["began_s"], first["told_s"]) == ("duty_lead", 0.0, 0.0)
    assert (first["reached_s"], first["reached_by"], first["acknowledged_s"]) == (4.0, "phone", 6.0)
    told = "\n".join(drill_lines(reply, EN))
    assert "somebody awaited arrived  20.0 s" in told
    assert "THE DRILL" in told


def test_a_drill_without_its_timeline_still_has_its_verdict() -> None:
    lines = list(drill_lines({"incident": {"verdict": {"passed": False, "failures": ["not-saved"]}}}, ZH))
    assert "演练不合格" in lines
    assert any("记录未保存到数据库" in text for text in lines)


@pytest.mark.parametrize("words", [EN, ZH], ids=LANGUAGES[::-1])
def test_every_failure_of_a_drill_has_words(words: Words) -> None:
    """Those of a drill that reaches nobody, and the other codes of ``ccd.incidents.ending``."""
    scene = Scene(signed_in={})
    scene.report(drill=True, fast=True)
    scene.run(2_000)
    codes = {code for fact in scene.of(e.DrillJudged) for code in fact.failures}
    assert codes
    for code in (
        *codes,
        "rung-1-not-told",
        "rung-0-nobody",
        "email-failed",
        "not-saved",
        "police-not-reached",
    ):
        assert failed(code, words) != code
    assert failed("something-new", words) == "something-new"
