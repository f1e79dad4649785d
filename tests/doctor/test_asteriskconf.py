"""The reader of configuration files reads what Asterisk reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccd.doctor.asteriskconf import Config, read_config

NASTY = r"""; a comment
[base](!)
a=from the template
subst=one
[one](base)
a = over ; trailing
b => arrow
c = with \; semicolon
d = "quoted; cut"
subst += two
e =
  f   =   spaced value
;-- a block
g = hidden
;-- nested
--;
g = hidden still
--;
h = after ;-- inline block --; tail
#include "more.conf"
late = still in one
[three]
x = 1
x = 2
x += 3
[three](+)
y = plus
[three]
z = another of that name
[four](base,three)
q = 1
;--- three dashes are no block
r = visible
u = a=b=>c
#tryinclude "nowhere.conf"
MiXed = k
Ｗ = 宽
w = a --; b
"""
MORE = "inc1 = in current\n[incsec]\ninc2 = own\n"

READ = {
    "one": [
        ("a", "from the template"),
        ("subst", "one two"),
        ("a", "over"),
        ("b", "arrow"),
        ("c", "with ; semicolon"),
        ("d", '"quoted'),
        ("e", ""),
        ("f", "spaced value"),
        ("h", "after  tail"),
        ("inc1", "in current"),
        ("late", "still in one"),
    ],
    "incsec": [("inc2", "own")],
    "three": [("x", "1"), ("x", "2 3"), ("y", "plus"), ("z", "another of that name")],
    "four": [
        ("a", "from the template"),
        ("subst", "one"),
        ("x", "1"),
        ("x", "2 3"),
        ("y", "plus"),
        ("q", "1"),
        ("r", "visible"),
        ("u", "a=b=>c"),
        ("MiXed", "k"),
        ("Ｗ", "宽"),
        ("w", "a --; b"),
    ],
}


def write_nasty(folder: Path) -> Path:
    """The file above and what it includes; also read by Asterisk itself in test_on_asterisk.py."""
    (folder / "more.conf").write_text(MORE, "utf-8")
    (folder / "nasty.conf").write_text(NASTY, "utf-8")
    return folder / "nasty.conf"


def _entries(config: Config, name: str) -> list[tuple[str, str]]:
    section = config.named(name)
    assert section is not None, name
    return [(entry.key, entry.value) for entry in section.entries]


@pytest.mark.parametrize("section", sorted(READ))
def test_every_form_of_the_language_is_read_as_asterisk_reads_it(tmp_path: Path, section: str) -> None:
    config = read_config(write_nasty(tmp_path))
    assert _entries(config, section) == READ[section]
    assert config.unread == []


def test_a_template_is_no_section_of_its_own(tmp_path: Path) -> None:
    config = read_config(write_nasty(tmp_path))
    assert config.named("base") is None
    assert [section.name for section in config.live()] == ["one", "incsec", "three", "three", "four"]


def test_an_entry_names_its_file_and_line(tmp_path: Path) -> None:
    config = read_config(write_nasty(tmp_path))
    section = config.named("one")
    assert section is not None
    found = section.last("inc1")
    assert found is not None
    assert found.place == f"{tmp_path}/more.conf:1"


def test_patterns_are_followed_in_order_and_may_match_nothing(tmp_path: Path) -> None:
    (tmp_path / "manager.d").mkdir()
    (tmp_path / "manager.d/b.conf").write_text("[b]\nread = call\n")
    (tmp_path / "manager.d/a.conf").write_text("[a]\nread = call\n")
    (tmp_path / "manager.conf").write_text('#include "manager.d/*.conf"\n#include "none.d/*.conf"\n')
    config = read_config(tmp_path / "manager.conf")
    assert [section.name for section in config.live()] == ["a", "b"]
    assert config.unread == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('#exec "/usr/bin/rm -rf /"', "not run"),
        ("#include self.conf", "includes too deep"),
    ],
)
def test_what_cannot_be_read_is_listed(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "self.conf").write_text(f"{line}\n[after]\nkey = value\n")
    config = read_config(tmp_path / "self.conf")
    assert any(said in each for each in config.unread)
    assert config.named("after") is not None


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("#include nowhere.conf", ["nowhere.conf"]),
        ('#include "ccd/none.conf"', ["ccd/none.conf"]),
        ("#tryinclude nowhere.conf", []),
        ("#include none.d/*.conf", []),
        (";#include nowhere.conf", []),
        ("[sales](none)", ["none"]),
        ("[sales](!,general)", []),
    ],
)
def test_an_include_of_a_missing_file_is_named_with_its_line(
    tmp_path: Path, line: str, named: list[str]
) -> None:
    file = tmp_path / "queues.conf"
    file.write_text(f"[general]\n{line}\n")
    found = read_config(file).missing
    assert [entry.value for entry in found] == named
    assert all(entry.place == f"{file}:2" for entry in found)


def test_a_file_that_may_not_be_read_is_listed(tmp_path: Path) -> None:
    config = read_config(tmp_path / "manager.conf")
    assert config.sections == []
    assert config.unread == [f"{tmp_path}/manager.conf: No such file or directory"]


@pytest.mark.parametrize(
    "text", ["[open\nkey = 1\n", "key = before any section\n", "[a](\n=\n+=\n=>\n", "\x00\xff"]
)
def test_garbage_does_no_harm(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.conf").write_bytes(text.encode("latin-1"))
    read_config(tmp_path / "x.conf")


def test_a_file_from_windows_is_read(tmp_path: Path) -> None:
    (tmp_path / "x.conf").write_bytes(b"\xef\xbb\xbf[ccd]\r\nread = call\r\n")
    assert _entries(read_config(tmp_path / "x.conf"), "ccd") == [("read", "call")]
