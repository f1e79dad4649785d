"""The forms in force: those that ccd brings, a folder over them; in the journal, in a replay, or refused."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccd.adapters.forms import forms_in_force, read_forms
from ccd.adapters.journal import Journal
from ccd.adapters.journal import read as read_all
from ccd.config import ConfigError, Settings, load
from ccd.engine import Engine
from ccd.events import ConfigReplaced, JournalBegan, Stopping
from ccd.quality.form_choice import form_of
from ccd.replay import _take_up
from ccd.world import World
from tests.quality.forms import SMALL

AT = datetime(2026, 3, 2, tzinfo=UTC)


def settings_of(folder: Path, scoring: str = "", **forms: str) -> Settings:
    (folder / "forms").mkdir()
    for name, text in forms.items():
        (folder / f"forms/{name}.toml").write_text(text, "utf-8")
    (folder / "ccd.toml").write_text(f'[policies.scoring]\nforms_dir = "forms"\n{scoring}', "utf-8")
    return load(folder / "ccd.toml")


def test_without_a_folder_the_packaged_forms_are_in_force() -> None:
    assert list(forms_in_force(Settings())) == ["listening", "service"]


def test_a_folder_adds_its_forms_and_replaces_those_of_the_same_name(tmp_path: Path) -> None:
    own = SMALL.replace('name = "small"', 'name = "service"')
    forms = forms_in_force(settings_of(tmp_path, small=SMALL, own=own))
    assert list(forms) == ["listening", "service", "small"]
    assert len(forms["service"].questions) == 4


def test_what_an_editor_leaves_behind_is_no_form(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, small=SMALL)
    for name in (".#small.toml", "small.toml~", "readme.md"):
        (tmp_path / "forms" / name).write_text("no form")
    assert "small" in forms_in_force(settings)


def faults_of(settings: Settings) -> list[tuple[str, str, str]]:
    with pytest.raises(ConfigError) as raised:
        read_forms(settings)
    return [(Path(one.place).name, one.key, one.code) for one in raised.value.faults]


def test_every_fault_of_every_file_is_told_with_its_file(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        a=SMALL.replace("weight = 40", "weight = 41"),
        b="name =",
        c=SMALL,
        d=SMALL,
    )
    assert faults_of(settings) == [
        ("a.toml", "section", "form_weights"),
        ("b.toml", "", "not_toml"),
        ("d.toml", "name", "form_taken"),
    ]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('form = "nope"', "policies.scoring.form"),
        ('queue_forms = { sales = "nope" }', "policies.scoring.queue_forms.sales"),
        ('team_forms = { A = "nope" }', "policies.scoring.team_forms.A"),
        ('[policies.listening]\nform = "nope"', "policies.listening.form"),
    ],
)
def test_a_form_that_is_chosen_and_not_there_is_a_fault(tmp_path: Path, line: str, key: str) -> None:
    assert faults_of(settings_of(tmp_path, line, small=SMALL)) == [("", key, "no_form")]


def test_a_folder_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    (tmp_path / "forms").rmdir()
    assert faults_of(settings) == [("forms", "policies.scoring.forms_dir", "no_readable_file")]


def test_the_queue_chooses_the_form_before_the_team_and_the_team_before_the_default() -> None:
    chosen = {"queue_forms": {"sales": "s"}, "team_forms": {"A": "a"}}
    settings = Settings.model_validate({"policies": {"scoring": chosen}})
    assert form_of(settings, "sales", "A") == "s"
    assert form_of(settings, "help", "A") == "a"
    assert form_of(settings, "", "B") == "service"


# --- the engine -------------------------------------------------------------------------------------------


def replaced(settings: Settings) -> ConfigReplaced:
    return ConfigReplaced(at=AT, settings=settings.model_dump_json(), forms=read_forms(settings))


def test_the_forms_are_part_of_the_world_and_go_with_the_settings(tmp_path: Path) -> None:
    engine = Engine(World(Settings(), AT))
    engine.step(replaced(settings_of(tmp_path, small=SMALL)))
    assert list(engine.world.forms) == ["listening", "service", "small"]
    engine.step(replaced(Settings()))
    assert list(engine.world.forms) == ["listening", "service"]


def test_a_form_of_another_ccd_in_a_journal_is_left_out_and_counted() -> None:
    forms = ("no json", "{}", *read_forms(Settings()))
    engine = Engine(World(Settings(), AT))
    engine.step(ConfigReplaced(at=AT, settings=Settings().model_dump_json(), forms=forms))
    assert list(engine.world.forms) == ["listening", "service"]
    assert engine.world.unreadable_facts == 2


async def test_a_journal_that_begins_in_the_midst_has_them_and_a_replay_takes_them_up(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    journal = Journal(folder, max_bytes=1, retention_days=14)
    await journal.open()
    forms = settings_of(tmp_path, small=SMALL)
    for event in (replaced(Settings()), replaced(forms), Stopping(at=AT)):
        journal.append(event)
        await journal._flush()
    await journal.close()
    *_, head = [next(iter(read_all(path))) for path in sorted(folder.iterdir())]
    assert isinstance(head, JournalBegan)
    for settings in (None, Settings()):  # as it was, and under other settings
        engine = Engine(World(Settings(), AT))
        _take_up(engine, head, settings)
        assert list(engine.world.forms) == ["listening", "service", "small"]


def test_check_config_tells_of_a_faulty_form(tmp_path: Path) -> None:
    settings_of(tmp_path, small=SMALL.replace("weight = 40", "weight = 39"))
    command = (sys.executable, "-m", "ccd", "--config", "ccd.toml", "--lang", "en", "check-config")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "small.toml: section: the weights add up to 99; change them so that they add up to 100" in (
        done.stderr
    )
