"""What the doctor takes from files: users with their rights, queues, the recording folder as ccd sees it."""

from __future__ import annotations

import os
import pwd
import tempfile
from pathlib import Path

import pytest

from ccd.config import PbxSettings
from ccd.doctor import gather_files
from ccd.doctor.facts import CLASSES, QueueConf
from ccd.doctor.gather_files import look_at_folder, read_files, rights

MANAGER = """\
[general]
enabled = yes
bindaddr = 127.0.0.1
timestampevents = yes
#include "manager.d/*.conf"
[panel]
secret = x
read = all
write = agent,originate
"""
OURS = "[ccd]\nsecret = x\nread = system,call\nwrite = reporting\nwritetimeout = 5000\n"
QUEUES = """\
[general]
monitor-type = MixMonitor
[ccd](!)
monitor-format = wav
[sales](ccd)
[vip]
monitor-type = x
"""


def etc(tmp_path: Path) -> PbxSettings:
    (tmp_path / "manager.d").mkdir()
    (tmp_path / "manager.conf").write_text(MANAGER)
    (tmp_path / "manager.d/ccd.conf").write_text(OURS)
    (tmp_path / "queues.conf").write_text(QUEUES)
    return PbxSettings(config_dir=tmp_path)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("system, call ,AGENT", {"system", "call", "agent"}),
        ("all", CLASSES),
        ("call,all", CLASSES),
        ("", set()),
        ("nonsense,call", {"call"}),
    ],
)
def test_the_classes_of_a_line(line: str, expected: set[str]) -> None:
    assert rights(line) == expected


def test_our_user_and_the_others_are_found_with_their_place(tmp_path: Path) -> None:
    facts = read_files(etc(tmp_path))
    assert facts.user is not None
    assert facts.users is not None
    assert facts.user.read == {"system", "call"}
    assert facts.user.write == {"reporting"}
    assert facts.user.file == f"{tmp_path}/manager.d/ccd.conf:1"
    assert facts.user.last("writetimeout") == "5000"
    assert {user.name for user in facts.users} == {"ccd", "panel"}
    assert facts.general is not None
    assert facts.general["timestampevents"] == "yes"


def test_queues_inherit_from_templates_and_from_general(tmp_path: Path) -> None:
    facts = read_files(etc(tmp_path))
    assert facts.queue_confs == {
        "sales": QueueConf("wav", "MixMonitor", f"{tmp_path}/queues.conf:5"),
        "vip": QueueConf("", "x", f"{tmp_path}/queues.conf:6"),
    }


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (PbxSettings(config_dir=None), "config_dir is empty"),
        (PbxSettings(host="10.0.0.5"), "on another machine"),
        (PbxSettings(config_dir=Path("/nowhere")), "No such file"),
    ],
)
def test_without_files_the_reason_is_told(settings: PbxSettings, words: str) -> None:
    facts = read_files(settings)
    assert words in facts.config_fault
    assert facts.users is None


def test_a_copy_of_a_remote_pbx_s_files_is_read_where_it_is_named(tmp_path: Path) -> None:
    settings = etc(tmp_path).model_copy(update={"host": "10.0.0.5"})
    assert read_files(settings).user is not None


def test_a_gui_is_known_by_its_files(tmp_path: Path) -> None:
    settings = etc(tmp_path)
    (tmp_path / "queues_additional.conf").write_text("")
    assert read_files(settings).gui_files == (f"{tmp_path}/queues_additional.conf",)


# --- the recording folder ---------------------------------------------------------------------------------


def test_the_newest_recording_is_looked_for_in_folders_of_days(tmp_path: Path) -> None:
    day = tmp_path / "2026/11/21"
    day.mkdir(parents=True)
    (day / "a.wav").write_bytes(b"RIFF")
    folder, _ = look_at_folder(PbxSettings(recordings_dir=tmp_path))
    assert folder is not None
    assert (folder.fault, folder.newest) == ("", str(day / "a.wav"))


def test_an_empty_folder_is_no_fault(tmp_path: Path) -> None:
    folder, _ = look_at_folder(PbxSettings(recordings_dir=tmp_path))
    assert folder is not None
    assert (folder.fault, folder.newest) == ("", "")


def test_a_missing_folder_is_a_fault(tmp_path: Path) -> None:
    folder, _ = look_at_folder(PbxSettings(recordings_dir=tmp_path / "monitor"))
    assert folder is not None
    assert folder.fault == f"{tmp_path}/monitor does not exist"


def test_a_remote_pbx_s_folder_is_not_looked_for_here() -> None:
    folder, unseen = look_at_folder(PbxSettings(host="10.0.0.5"))
    assert folder is None
    assert "recordings_dir is not set" in unseen


@pytest.mark.skipif(os.geteuid() != 0, reason="only root judges for another account: run the tests as root")
@pytest.mark.parametrize(
    ("folder_mode", "file_mode", "words"),
    [
        (0o755, 0o644, ""),
        (0o750, 0o640, "may not be listed by nobody"),
        (0o711, 0o644, "may not be listed by nobody"),
        (0o755, 0o640, "a.wav may not be read by nobody (-rw-r----- root:root)"),
    ],
)
def test_root_judges_for_the_daemon_s_account(
    folder_mode: int, file_mode: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gather_files, "ACCOUNT", pwd.getpwuid(65534).pw_name)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:  # pytest's own folders are closed to others
        Path(name).chmod(0o755)
        folder = Path(name) / "monitor"
        folder.mkdir()
        (folder / "a.wav").write_bytes(b"RIFF")
        (folder / "a.wav").chmod(file_mode)
        folder.chmod(folder_mode)
        found, _ = look_at_folder(PbxSettings(recordings_dir=folder))
    assert found is not None
    assert found.judged_for == "nobody"
    assert words in found.fault
    assert bool(found.fault) is bool(words)
