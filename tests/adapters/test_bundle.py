"""The evidence bundle: whole, the same every time, honest about what is missing, and verifiable."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ccd.adapters.bundle import MANIFEST, SUMS, BundleError, BundleReport, write_bundle
from ccd.adapters.bundle_check import verify_bundle
from ccd.events.incidents import (
    FACTS,
    DetailGiven,
    EvidenceFailed,
    EvidenceKept,
    IncidentClosed,
    IncidentFact,
    IncidentOpened,
    NoteTaken,
)
from ccd.incidents.paper import safe_cell
from tests.incidents.made import AT, CALL, INCIDENT, NAMES, made

SOUND = b"RIFF" + bytes(range(256)) * 20
HEAD = (4711, "ab" * 32)
HOSTILE = '=HYPERLINK("http://x")</td><script>alert(1)</script>\u202e\'"&\0'
PAPERS = ["facts.json", "checklist.json", "timeline.csv", "timeline.json", "report.zh.html", "report.en.html"]

IN_ORDER: list[type[IncidentFact]] = [IncidentOpened, *(kind for kind in FACTS if kind is not IncidentOpened)]


@dataclass
class Case:
    """An incident with a folder of evidence."""

    root: Path
    facts: list[IncidentFact] = field(default_factory=list)

    def add(self, kind: type[IncidentFact], **fields: Any) -> None:
        n = len(self.facts) + 1
        self.facts.append(made(kind, n=n, at=AT + timedelta(seconds=7 * n), **fields))

    def kept(self, name: str, content: bytes, *, kind: str = "recordings", final: bool = True) -> Path:
        path = self.root / INCIDENT / kind / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        more = {"path": str(path), "size": len(content), "sha256": digest, "final": final}
        self.add(EvidenceKept, name=name, source=f"/monitor/{name}", **more)
        return path

    def write(self, out: Path, language: str = "en") -> BundleReport:
        return write_bundle(
            self.facts,
            self.root,
            out,
            language=language,
            timezone="Asia/Shanghai",
            names=NAMES,
            audit_head=HEAD,
        )


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = Case(tmp_path / "evidence")
    case.add(IncidentOpened, note="说有炸弹", drill=False)
    case.add(DetailGiven, question="words.exact", answer="我要\n炸楼")
    case.add(DetailGiven, question="caller.gender", answer="male")
    case.add(DetailGiven, question="caller.gender", answer="female")
    case.add(DetailGiven, question="gone.since", answer="x")
    case.kept("call.wav", SOUND)
    case.kept("传真.pdf", b"%PDF", kind="files")
    case.add(IncidentClosed, outcome="误报")
    return case


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "bundle.zip"


def member(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as bundle:
        return bundle.read(name)


def manifest(path: Path) -> dict[str, Any]:
    found = json.loads(member(path, MANIFEST))
    assert isinstance(found, dict)
    return found


def test_a_bundle_holds_the_papers_the_files_and_the_lists(case: Case, out: Path) -> None:
    report = case.write(out)
    evidence = ["evidence/recordings/call.wav", "evidence/files/传真.pdf"]
    assert list(report.members) == [*PAPERS, *evidence, MANIFEST, SUMS]
    assert report.problems == ()
    assert (report.size, report.sha256) == (out.stat().st_size, hashlib.sha256(out.read_bytes()).hexdigest())
    assert member(out, "evidence/recordings/call.wav") == SOUND
    found = manifest(out)
    assert found["audit"] == {"seq": 4711, "hash": "ab" * 32}
    assert (found["incident"], found["facts"], found["problems"]) == (INCIDENT, 8, [])
    assert [each["name"] for each in found["members"]] == [*PAPERS, *evidence]
    assert verify_bundle(out) == []
    assert out.stat().st_mode & 0o777 == 0o640
    assert list(out.parent.glob("*part*")) == []


def test_the_same_facts_give_the_same_bytes(case: Case, out: Path, tmp_path: Path) -> None:
    first = case.write(out)
    case.facts.reverse()
    for path in case.root.rglob("*.wav"):
        os.utime(path, (1, 1))
    assert case.write(tmp_path / "again.zip").sha256 == first.sha256


def test_sha256sum_alone_verifies_what_is_unpacked(case: Case, out: Path, tmp_path: Path) -> None:
    case.write(out)
    with zipfile.ZipFile(out) as bundle:
        bundle.extractall(tmp_path / "unpacked")
    check = ["sha256sum", "--strict", "-c", SUMS]
    done = subprocess.run(check, cwd=tmp_path / "unpacked", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count(": OK")) == (0, 9)
    (tmp_path / "unpacked/evidence/recordings/call.wav").write_bytes(SOUND[:-1])
    assert subprocess.run(check, cwd=tmp_path / "unpacked", capture_output=True, check=False).returncode == 1


def test_the_checklist_keeps_every_answer(case: Case, out: Path) -> None:
    case.write(out)
    paper = json.loads(member(out, "checklist.json"))
    asked = {each["id"]: each["answers"] for section in paper["sections"] for each in section["questions"]}
    assert [each["answer"] for each in asked["caller.gender"]] == ["male", "female"]
    assert asked["caller.gender"][1]["zh"] == "女"
    assert [each["answer"] for each in asked["words.exact"]] == ["我要\n炸楼"]
    assert asked["call.number_shown"][0]["from_pbx"] is True
    assert [each["id"] for each in paper["other"]] == ["gone.since"]
    assert 0 < paper["complete"] < 1


def test_the_facts_can_be_read_back(case: Case, out: Path) -> None:
    case.write(out)
    facts = json.loads(member(out, "facts.json"))
    assert [each["n"] for each in facts] == list(range(1, 9))
    assert facts[0]["type"] == "IncidentOpened"
    assert facts[0]["facts"]["caller_number"] == CALL.caller_number


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_says_what_happened(case: Case, out: Path, language: str) -> None:
    case.write(out)
    text = member(out, f"report.{language}.html").decode()
    for each in (
        INCIDENT,
        "13800000000",
        "说有炸弹",
        "炸楼",
        "call.wav",
        hashlib.sha256(SOUND).hexdigest(),
        "误报",
    ):
        assert each in text
    assert ("女" if language == "zh" else "female") in text
    assert ("检查单" if language == "zh" else "Checklist") in text
    assert "2026-11-22 09:02:10 +0800" in text


@pytest.mark.parametrize(("drill", "says"), [(True, True), (False, False)])
def test_a_drill_is_marked_in_every_paper(case: Case, out: Path, drill: bool, says: bool) -> None:
    case.facts[0] = made(IncidentOpened, drill=drill)
    case.write(out)
    assert ("本次为演练" in member(out, "report.zh.html").decode()) is says
    assert ("THIS WAS A DRILL" in member(out, "report.en.html").decode()) is says
    assert ("【演练】" in member(out, "timeline.csv").decode()) is says
    assert manifest(out)["drill"] is says


def test_every_fact_has_its_place_in_the_report(tmp_path: Path, out: Path) -> None:
    case = Case(tmp_path / "evidence")
    for kind in IN_ORDER:
        case.add(kind, **({"rung": 0} if "rung" in kind.__struct_fields__ else {}))
    case.write(out)
    assert len(json.loads(member(out, "timeline.json"))) == len(FACTS)
    assert verify_bundle(out) == []


# --- what cannot be put in --------------------------------------------------------------------------------


def _remove(case: Case, path: Path) -> None:
    path.unlink()


def _change(case: Case, path: Path) -> None:
    path.write_bytes(b"other")


def _loop(case: Case, path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def _lead_out(case: Case, path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/passwd")


def _folder(case: Case, path: Path) -> None:
    path.unlink()
    path.mkdir()


def _add(case: Case, path: Path) -> None:
    path.with_name("stray.txt").write_bytes(b"stray")


def _fail(case: Case, path: Path) -> None:
    case.add(EvidenceFailed, source="/monitor/other.wav", error="No space left on device")


def _growing(case: Case, path: Path) -> None:
    case.kept("half.wav", SOUND[:100], final=False)


@pytest.mark.parametrize(
    ("spoil", "code", "what"),
    [
        (_remove, "missing", "/monitor/call.wav"),
        (_change, "changed", "evidence/recordings/call.wav"),
        (_loop, "unreadable", "/monitor/call.wav"),
        (_lead_out, "outside", "/monitor/call.wav"),
        (_folder, "unreadable", "/monitor/call.wav"),
        (_add, "not_recorded", "evidence/recordings/stray.txt"),
        (_fail, "not_copied", "/monitor/other.wav"),
        (_growing, "not_final", "/monitor/half.wav"),
    ],
)
def test_what_is_missing_or_changed_is_named_everywhere(
    case: Case, out: Path, spoil: Callable[[Case, Path], None], code: str, what: str
) -> None:
    spoil(case, case.root / INCIDENT / "recordings" / "call.wav")
    report = case.write(out, "zh")
    assert len(report.problems) == 1
    assert report.problems[0].startswith(what)
    (problem,) = manifest(out)["problems"]
    assert (problem["code"], problem["what"]) == (code, what)
    for language in ("zh", "en"):
        assert html.escape(problem[language]) in member(out, f"report.{language}.html").decode()
    assert b"root:" not in out.read_bytes()
    assert verify_bundle(out) == []


def test_an_evidence_folder_that_was_moved_is_found(case: Case, out: Path, tmp_path: Path) -> None:
    case.root = case.root.rename(tmp_path / "restored")
    assert case.write(out).problems == ()
    assert member(out, "evidence/recordings/call.wav") == SOUND


def test_without_any_evidence_there_is_a_bundle_all_the_same(case: Case, out: Path) -> None:
    shutil.rmtree(case.root)
    assert len(case.write(out).problems) == 2
    assert verify_bundle(out) == []


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda case, out: out.write_bytes(b"kept"), "File exists"),
        (lambda case, out: case.facts.clear(), "begins with its report"),
        (lambda case, out: case.facts.pop(0), "begins with its report"),
        (lambda case, out: case.facts.pop(3), "fact 4 is missing"),
        (lambda case, out: case.facts.append(made(NoteTaken, n=9, incident="other")), "two incidents"),
    ],
    ids=["there", "none", "unopened", "gap", "two"],
)
def test_what_cannot_be_written_is_refused_and_leaves_nothing(
    case: Case, out: Path, spoil: Callable[[Case, Path], object], says: str
) -> None:
    spoil(case, out)
    before = sorted(out.parent.rglob("*"))
    with pytest.raises(BundleError, match=says):
        case.write(out)
    assert sorted(out.parent.rglob("*")) == before


def test_a_full_disk_leaves_no_half_bundle(case: Case, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(disk)], check=True)
    try:
        with pytest.raises(BundleError, match="No space left"):
            case.write(disk / "bundle.zip")
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


# --- a stranger's text ------------------------------------------------------------------------------------


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


OURS = {"html", "head", "meta", "title", "style", "body", "section", "h1", "h2", "h3", "div", "ul", "li", "p"}
OURS |= {"table", "thead", "tbody", "tr", "th", "td", "span", "bdi", "br", "code"}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(
        st.one_of(st.characters(), st.sampled_from("<>&\"'=+-@\0\r\n\t\u202e\u2028\x1b/\\.")), max_size=60
    )
)
@example(HOSTILE)
@example("../../../etc/cron.d/x")
@example("'); DROP TABLE incidents; --")
def test_a_strangers_text_does_nothing_anywhere(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("hostile")
    case = Case(folder / "evidence")
    plain = text.encode("utf-8", "replace").decode()  # a lone surrogate cannot be kept at all
    for kind in IN_ORDER:
        n = len(case.facts) + 1
        fields = {"incident": INCIDENT, "n": n} | ({"rung": 0} if "rung" in kind.__struct_fields__ else {})
        case.facts.append(made(kind, plain, **fields))
    case.write(folder / "bundle.zip")
    assert verify_bundle(folder / "bundle.zip") == []
    for language in ("zh", "en"):
        page = Tags()
        source = member(folder / "bundle.zip", f"report.{language}.html").decode()
        assert re.search("<title>[^<]+</title>", source)  # there a tag would be shown as it is written
        page.feed(source)
        assert page.tags <= OURS
        assert page.attributes <= {"lang", "charset", "http-equiv", "content", "name", "class"}
        assert not set(page.text) & set("\0\x1b\u202e\u2028\r")
    rows = list(
        csv.reader(io.StringIO(member(folder / "bundle.zip", "timeline.csv").decode("utf-8-sig"), newline=""))
    )
    assert len(rows) == len(FACTS) + 1
    assert not [cell for row in rows for cell in row if cell.strip()[:1] in tuple("=+-@")]
    with zipfile.ZipFile(folder / "bundle.zip") as bundle:
        assert not [name for name in bundle.namelist() if name.startswith("/") or ".." in name.split("/")]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        (" =1+1", "' =1+1"),
        ("+861380", "'+861380"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1", "'＝1"),
        ("\t=1", "' =1"),
        ("plain = text", "plain = text"),
        ("", ""),
        (7, "7"),
    ],
)
def test_no_cell_is_a_formula(text: object, cell: str) -> None:
    assert safe_cell(text) == cell


def test_files_whose_harmless_names_are_alike_are_both_put_in(case: Case, out: Path) -> None:
    folder = case.root / INCIDENT / "files"
    (folder / "a:b").write_bytes(b"1")
    (folder / "a*b").write_bytes(b"2")
    case.write(out)
    assert {member(out, "evidence/files/a_b"), member(out, "evidence/files/a_b.2")} == {b"1", b"2"}
    assert verify_bundle(out) == []


# --- tampering --------------------------------------------------------------------------------------------


def rebuilt(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    with zipfile.ZipFile(path) as bundle:
        members = {name: bundle.read(name) for name in bundle.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w") as bundle:
        for name, content in members.items():
            bundle.writestr(name, content)


def _relist(members: dict[str, bytes]) -> None:
    members["evidence/recordings/call.wav"] = b"other"
    digest = hashlib.sha256(SOUND).hexdigest()
    other = hashlib.sha256(b"other").hexdigest()
    members[SUMS] = members[SUMS].replace(digest.encode(), other.encode())


def _less_facts(members: dict[str, bytes]) -> None:
    """Everything is made to fit but the number of facts."""
    old = hashlib.sha256(members["facts.json"]).hexdigest()
    size = len(members["facts.json"])
    facts = json.loads(members["facts.json"])
    members["facts.json"] = json.dumps(facts[:2] + facts[3:]).encode()
    new = hashlib.sha256(members["facts.json"]).hexdigest()
    before = hashlib.sha256(members[MANIFEST]).hexdigest()
    text = members[MANIFEST].decode().replace(old, new)
    members[MANIFEST] = text.replace(f'"size": {size}', f'"size": {len(members["facts.json"])}').encode()
    after = hashlib.sha256(members[MANIFEST]).hexdigest()
    members[SUMS] = members[SUMS].decode().replace(old, new).replace(before, after).encode()


@pytest.mark.parametrize(
    ("change", "code", "name"),
    [
        (
            lambda m: m.update({"evidence/recordings/call.wav": SOUND[:-1]}),
            "changed",
            "evidence/recordings/call.wav",
        ),
        (
            lambda m: m.update({"evidence/recordings/call.wav": SOUND[:-1] + b"x"}),
            "changed",
            "evidence/recordings/call.wav",
        ),
        (lambda m: m.update({"facts.json": bytes(50_000_000)}), "changed", "facts.json"),
        (lambda m: m.pop("timeline.csv"), "missing", "timeline.csv"),
        (lambda m: m.update({"evidence/more.wav": b"x"}), "added", "evidence/more.wav"),
        (lambda m: m.update({"../../etc/x": b"x"}), "unsafe", "../../etc/x"),
        (lambda m: m.update({MANIFEST: m[MANIFEST].replace(b"4711", b"4712")}), "lists_differ", MANIFEST),
        (lambda m: m.pop(SUMS), "lists_differ", MANIFEST),
        (lambda m: m.update({SUMS: m[SUMS] + b"0" * 64 + b"  x\n"}), "lists_differ", "x"),
        (_relist, "lists_differ", "evidence/recordings/call.wav"),
        (_less_facts, "gap", "facts.json"),
        (lambda m: m.pop(MANIFEST), "not_a_bundle", ""),
        (lambda m: m.update({MANIFEST: b"{}"}), "not_a_bundle", ""),
        (lambda m: m.update({MANIFEST: b"[" * 100_000}), "not_a_bundle", ""),
        (lambda m: m.clear(), "not_a_bundle", ""),
    ],
)
def test_any_change_of_a_bundle_is_found(
    case: Case, out: Path, change: Callable[[dict[str, bytes]], None], code: str, name: str
) -> None:
    case.write(out)
    rebuilt(out, lambda members: None)
    assert verify_bundle(out) == []
    rebuilt(out, change)
    assert (code, name) in [(each.code, each.member) for each in verify_bundle(out)]


def test_a_member_that_stands_twice_is_found(case: Case, out: Path) -> None:
    case.write(out)
    with zipfile.ZipFile(out, "a") as bundle, pytest.warns(UserWarning, match="Duplicate"):
        bundle.writestr("facts.json", b"[]")
    assert "twice" in [each.code for each in verify_bundle(out)]


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip" * 100, None])
def test_what_is_no_zip_is_a_finding_and_no_crash(out: Path, content: bytes | None) -> None:
    if content is not None:
        out.write_bytes(content)
    assert [each.code for each in verify_bundle(out)] == ["unreadable"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_flipped_byte_of_a_kept_file_passes(case: Case, tmp_path: Path, data: st.DataObject) -> None:
    whole = tmp_path / "whole.zip"
    if not whole.exists():
        case.write(whole)
    content = bytearray(whole.read_bytes())
    start = content.index(SOUND)
    content[start + data.draw(st.integers(0, len(SOUND) - 1))] ^= data.draw(st.integers(1, 255))
    broken = tmp_path / "broken.zip"
    broken.write_bytes(content)
    assert [(each.code, each.member) for each in verify_bundle(broken)] == [
        ("changed", "evidence/recordings/call.wav")
    ]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_bundle_never_crashes_the_check(case: Case, tmp_path: Path, data: st.DataObject) -> None:
    whole = tmp_path / "whole.zip"
    if not whole.exists():
        case.write(whole)
    content = bytearray(whole.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    broken = tmp_path / "broken.zip"
    broken.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    for each in verify_bundle(broken):
        assert each.text
