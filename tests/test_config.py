"""Settings: what is taken from where, and that every fault names its place, its key and the mend."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from ccd.config import ConfigError, PbxSettings, Settings, effective, find_config, load, secret_of
from ccd.config_faults import CODES, WORDS


@pytest.fixture(autouse=True)
def no_settings_from_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine that runs the tests."""
    import os

    for variable in os.environ:
        if variable.startswith("CCD_"):
            monkeypatch.delenv(variable)
    for variable in ("CREDENTIALS_DIRECTORY", "STATE_DIRECTORY", "XDG_STATE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ccd.toml"


def faults_of(file: Path, text: str) -> list[str]:
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as error:
        load(file)
    return str(error.value).splitlines()


@pytest.mark.parametrize(
    ("text", "key", "mend"),
    [
        ("[metrics]\nport = 'many'", "metrics.port", 'must be a whole number (given: "many")'),
        ("[metrics]\nport = 1.5", "metrics.port", "must be a whole number (given: 1.5)"),
        ("[metrics]\nport = 70000", "metrics.port", "must be 65535 or less (given: 70000)"),
        ("[metrics]\nport = -1", "metrics.port", "must be 0 or more (given: -1)"),
        ("[metrics]\nport = []", "metrics.port", "must be a whole number"),
        ("[metrics]\nprot = 1", "metrics.prot", "unknown key (port?); correct its name or remove it"),
        ("[metrix]\nport = 1", "metrix", "unknown key (metrics?)"),
        ("colour = 1", "colour", "unknown key; correct its name or remove it (config/ccd.toml lists all)"),
        ("metrics = 5", "metrics", "is a section; write [metrics] and its keys below"),
        ("pbx = 'main'", "pbx", "is a section; write [pbx] and its keys below"),
        ("[pbx]\nmain = 1", "pbx.main", "is a section; write [pbx.main] and its keys below"),
        ("[agi]\nenabled = 'perhaps'", "agi.enabled", 'must be true or false (given: "perhaps")'),
        ("[agi]\ntimeout_s = 3", "agi.timeout_s", "must be 2.0 or less (given: 3)"),
        ("[agi]\ntimeout_s = 0", "agi.timeout_s", "must be more than 0.0 (given: 0)"),
        ("[agi]\ntimeout_s = nan", "agi.timeout_s", "must be a number"),
        ("[agi]\nhost = 1", "agi.host", "must be text in quotes (given: 1)"),
        ("[pbx.main]\nresync_timeout_s = inf", "pbx.main.resync_timeout_s", "must be a number"),
        ("[pbx.main]\ntrunks = 'PJSIP/a'", "pbx.main.trunks", 'must be a list such as ["a", "b"]'),
        ("[pbx.main]\ntrunks = [1]", "pbx.main.trunks.0", "must be text in quotes (given: 1)"),
        ("[pbx.main]\ntls_ca = 5", "pbx.main.tls_ca", "must be text in quotes"),
        ("[pbx.main.wrapup_s]\nsales = 'x'", "pbx.main.wrapup_s.sales", "must be a whole number"),
        ("[pbx.'Büro 1']\nport = 1", "pbx.Büro 1", "is no name; use small letters, digits, - and _"),
        ("[pbx.main]\nkeepalive_s = 13", "pbx.main", "keepalive_s = 13.0 is more than silence_s = 12.0"),
        ("[pbx.main]\nsecret = 'a'\nsecret_file = 'b'", "pbx.main", "give secret or secret_file, not both"),
        ("[span]\nagents_per_lead_min = 20", "span", "agents_per_lead_min = 20 is more than agents_per"),
        (
            "[daemon]\ntimezone = 'Mars/Base'",
            "daemon.timezone",
            "no time zone is called Mars/Base; use a name",
        ),
        ("[daemon]\ntimezone = 'Asia'", "daemon.timezone", "no time zone is called Asia"),
        ("[daemon]\ntimezone = '../etc/passwd'", "daemon.timezone", "no time zone is called"),
        ("[daemon]\nlanguage = 'de'", "daemon.language", "must be one of 'zh_CN' or 'en' (given: \"de\")"),
        ("[policies.presence]\nmode = 'on'", "policies.presence.mode", "must be one of 'off', 'observe'"),
        ("[policies.meal]\nmode = 'off'", "policies.meal", "unknown key"),
    ],
)
def test_a_fault_names_the_file_the_key_and_the_mend(file: Path, text: str, key: str, mend: str) -> None:
    (line,) = faults_of(file, text)
    assert line.startswith(f"{file}: {key}: ")
    assert mend in line


def test_every_fault_is_told_at_once(file: Path) -> None:
    lines = faults_of(file, "[metrics]\nport = 'x'\nprot = 1\n[agi]\nenabled = 5.5\n[daemon]\nlanguage = ''")
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[metrics\nport = 1", "is not valid TOML: Expected ']'"),
        (
            b"[metrics]\nport = \n",
            "is not valid TOML: Invalid value (at line 2, column 8); correct that line",
        ),
        (b"[daemon]\ntimezone = '\xff'", "byte 21 is not UTF-8; save the file as UTF-8"),
        ("[daemon]\n# 时区".encode("gb18030"), "is not UTF-8"),
        ("[daemon]".encode("utf-16"), "is not UTF-8"),
        (b"a = " + b"[" * 100_000, "is not valid TOML"),
        (b"#" * (1024 * 1024 + 1), "is larger than 1048576 bytes"),
        (b"\x00", "is not valid TOML"),
    ],
    ids=["header", "value", "byte", "gb18030", "utf-16", "deep", "huge", "nul"],
)
def test_a_file_that_is_no_toml_is_told_so(file: Path, data: bytes, said: str) -> None:
    file.write_bytes(data)
    with pytest.raises(ConfigError) as error:
        load(file)
    assert str(error.value).startswith(f"{file}: ")
    assert said in str(error.value)


def test_a_byte_order_mark_is_no_fault(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf[metrics]\nport = 9900\n")
    assert load(file).metrics.port == 9900


def test_an_empty_file_gives_the_defaults(file: Path) -> None:
    file.write_text("")
    assert load(file) == load(None) == Settings()


def test_a_folder_in_place_of_the_file_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read: Is a directory; correct the path"):
        load(tmp_path)


# --- where the file is looked for --------------------------------------------------------------------------


def test_the_file_named_wins_over_the_variable_and_that_over_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_config(None) is None
    here, variable, named = tmp_path / "ccd.toml", tmp_path / "variable.toml", tmp_path / "named.toml"
    for path in (here, variable, named):
        path.write_text("")
    assert find_config(None) == Path("ccd.toml")
    monkeypatch.setenv("CCD_CONFIG", str(variable))
    assert find_config(None) == variable
    assert find_config(named) == named


def test_a_named_file_that_is_missing_is_no_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: no such file; give --config FILE"):
        find_config(tmp_path / "none.toml")
    monkeypatch.setenv("CCD_CONFIG", str(tmp_path / "gone.toml"))
    with pytest.raises(ConfigError, match=r"gone\.toml: no such file.*unset CCD_CONFIG"):
        find_config(None)


# --- variables ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variable", "value", "path", "expected"),
    [
        ("CCD_METRICS__PORT", "9900", "metrics.port", 9900),
        ("CCD_PBX__MAIN__HOST", "10.0.0.1", "pbx.main.host", "10.0.0.1"),
        ("CCD_PBX__MAIN__TLS", "yes", "pbx.main.tls", True),
        ("CCD_PBX__MAIN__TRUNKS", '["PJSIP/a", "PJSIP/b"]', "pbx.main.trunks", ("PJSIP/a", "PJSIP/b")),
        ("CCD_PBX__MAIN__WRAPUP_S__SALES", "15", "pbx.main.wrapup_s.sales", 15),
        ("CCD_POLICIES__PRESENCE__MODE", "observe", "policies.presence.mode", "observe"),
        ("CCD_AGI__ENABLED", "false", "agi.enabled", False),
        ("CCD_STORE__URL", "", "store.url", ""),
        ("CCD_METRICS", '{"port": 9900}', "metrics.port", 9810),  # no section: not ours
    ],
)
def test_a_variable_sets_a_key(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, path: str, expected: object
) -> None:
    monkeypatch.setenv(variable, value)
    found: object = load(None)
    for key in path.split("."):
        found = found[key] if isinstance(found, dict) else getattr(found, key)
    assert found == expected


def test_a_variable_wins_over_the_file_and_leaves_its_neighbours(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("[metrics]\nport = 1\nservice_level_s = 30\n[pbx.main]\nhost = 'a'\nport = 5039")
    monkeypatch.setenv("CCD_METRICS__PORT", "2")
    monkeypatch.setenv("CCD_PBX__MAIN__HOST", "b")
    settings = load(file)
    assert (settings.metrics.port, settings.metrics.service_level_s) == (2, 30)
    assert (settings.pbx["main"].host, settings.pbx["main"].port) == ("b", 5039)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("CCD_METRICS__PORT", "many", 'metrics.port: must be a whole number (given: "many")'),
        ("CCD_METRICS__PROT", "1", "metrics.prot: unknown key (port?)"),
        ("CCD_METRIX__PORT", "1", "metrix: names no section (metrics?); the sections are daemon,"),
        ("CCD_METRICS__PORT__X", "1", "metrics.port: must be a whole number"),
        ("CCD_PBX__MAIN", "x", "pbx.main: is a section"),
        (
            "CCD_PBX__MAIN__TRUNKS",
            "a,b",
            'pbx.main.trunks: is not a value that can be read; write a list as ["',
        ),
        ("CCD_PBX__MAIN__TRUNKS", '["a", 5]', "pbx.main.trunks.1: must be text in quotes (given: 5)"),
        ("CCD_DAEMON__", "x", "daemon.: unknown key"),
    ],
)
def test_a_fault_in_a_variable_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError) as error:
        load(None)
    assert str(error.value).startswith(f"${variable}: {said}")


def test_faults_of_file_and_variables_are_told_together(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCD_AGI__PORT", "x")
    monkeypatch.setenv("CCD_NOTHING__PORT", "1")
    lines = faults_of(file, "[metrics]\nport = 'y'")
    assert sorted(line.partition(":")[0] for line in lines) == sorted(
        ["$CCD_AGI__PORT", "$CCD_NOTHING__PORT", str(file)]
    )


def test_a_section_that_is_a_value_in_the_file_is_the_files_fault(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCD_METRICS__PORT", "1")
    (line,) = faults_of(file, "metrics = 5")
    assert line == f"{file}: metrics: is a section; write [metrics] and its keys below"


# --- paths -------------------------------------------------------------------------------------------------


def test_a_relative_path_starts_at_the_folder_of_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "c.toml").write_text(
        "[daemon]\nstate_dir = 'state'\n[pbx.main]\nsecret_file = '../secret'\ntls_ca = '/ca'"
    )
    settings = load(folder / "c.toml")
    assert settings.daemon.state_path() == folder / "state"
    assert settings.pbx["main"].secret_file == folder / "../secret"
    assert settings.pbx["main"].tls_ca == Path("/ca")


def test_a_tilde_is_the_home_folder(file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    file.write_text("[daemon]\nstate_dir = '~/ccd'\n[journal]\ndir = '~nobody-such/x'")
    settings = load(file)
    assert settings.daemon.state_path() == tmp_path / "home" / "ccd"
    assert settings.journal.dir == tmp_path / "~nobody-such" / "x"


def test_the_state_folder_is_systemds_then_that_of_the_desktop_then_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", "/home/li")
    assert load(None).daemon.state_path() == Path("/home/li/.local/state/ccd")
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert load(None).daemon.state_path() == Path("/state/ccd")
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/ccd:/var/lib/other")
    assert load(None).daemon.state_path() == Path("/var/lib/ccd")


# --- secrets -----------------------------------------------------------------------------------------------

SECRET = "hunter2-大"


@pytest.mark.parametrize(
    "text",
    [
        f"[pbx.main]\nsecret = ['{SECRET}']",
        f"[pbx.main]\nsecret = {{ is = '{SECRET}' }}",
        f"[pbx.main]\nsecrt = '{SECRET}'",
        f"[pbx.main]\nsecret = '{SECRET}'\nsecret_file = 'x'",
        f"[pbx.main]\nsecret = '{SECRET}'\nport = 'x'",
        f"[pbx.'Main {SECRET[0]}']\nsecret = '{SECRET}'",
        f"pbx = '{SECRET}'",
        f"[pbx]\nmain = '{SECRET}'",
        f"[store]\nurl = ['postgresql://u:{SECRET}@h/d']",
    ],
)
def test_no_secret_is_in_an_error(file: Path, text: str) -> None:
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as error:
        load(file)
    assert SECRET not in str(error.value) + repr(error.value) + "".join(
        fault.text("zh_CN") for fault in error.value.faults
    )


@pytest.mark.parametrize("variable", ["CCD_PBX__MAIN", "CCD_PBX__MAIN__SECRET__X", "CCD_PBX__MAIN__SECRT"])
def test_no_secret_is_in_an_error_about_a_variable(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, SECRET)
    with pytest.raises(ConfigError) as error:
        load(None)
    assert SECRET not in str(error.value)


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql+asyncpg://ccd:{SECRET}@db/ccd",
        f"postgresql+asyncpg://ccd:p@{SECRET}@db/ccd",
        f"postgresql+asyncpg://:{SECRET}@db/ccd",
        f"postgresql+asyncpg://db/ccd?user=ccd&password={SECRET}&ssl=on",
    ],
)
def test_no_secret_is_in_what_is_shown_of_the_settings(file: Path, url: str) -> None:
    file.write_text(f"[store]\nurl = '{url}'\n[pbx.main]\nsecret = '{SECRET}'", "utf-8")
    settings = load(file)
    assert settings.store.url == url
    shown = f"{settings!r} {settings} {settings.store!r} {effective(settings)} {settings.model_dump_json()}"
    assert SECRET not in shown
    assert "db/ccd" in shown


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        (f"https://ccd:{SECRET}@hooks.example.org/alarm", "https://***@hooks.example.org/***"),
        (f"https://{SECRET}@hooks.example.org:8443", "https://***@hooks.example.org:8443"),
        (f"https://hooks.example.org/services/T1/{SECRET}", "https://hooks.example.org/***"),
        (f"https://hooks.example.org?access_token={SECRET}", "https://hooks.example.org/***"),
        (f"http://[::1]:8080/#{SECRET}", "http://[::1]:8080/***"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
    ],
)
def test_of_a_webhooks_address_only_the_host_is_shown(file: Path, url: str, seen: str) -> None:
    file.write_text(f"[notify.webhooks.desk]\nurl = '{url}'", "utf-8")
    settings = load(file)
    assert settings.notify.webhooks["desk"].url == url
    shown = f"{settings!r} {settings} {effective(settings)} {settings.model_dump_json()}"
    assert SECRET not in shown
    assert effective(settings)["notify"]["webhooks"]["desk"]["url"] == seen
    assert load_again(settings).notify.webhooks["desk"].url == seen


def load_again(settings: Settings) -> Settings:
    """As the engine gets them, through the journal."""
    return Settings.model_validate_json(settings.model_dump_json())


def test_what_is_shown_can_be_read_back(file: Path) -> None:
    file.write_text("[pbx.main]\nsecret = 'x'\n[store]\nurl = 'postgresql://u:p@h/d'\n[metrics]\nport = 1")
    settings = load_again(load(file))
    assert settings.metrics.port == 1
    assert list(settings.pbx) == ["main"]


def test_a_secret_is_taken_from_the_setting_the_file_or_the_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").write_text("from-file\n")
    (tmp_path / "pbx-main-secret").write_text("from-credential\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert secret_of("main", PbxSettings.model_validate({"secret": "set"})) == "set"
    assert secret_of("main", PbxSettings(secret_file=tmp_path / "mine")) == "from-file"
    assert secret_of("main", PbxSettings()) == "from-credential"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (None, r"mine: pbx\.main\.secret: cannot be read: No such file"),
        (b" \n", r"mine: pbx\.main\.secret: the secret is empty"),
        (b"a\r\nAction: Command", r"mine: pbx\.main\.secret: the secret has a line break"),
        (b"\xff", r"mine: pbx\.main\.secret: byte 0 is not UTF-8"),
    ],
)
def test_a_secret_file_that_cannot_be_used_is_named(tmp_path: Path, data: bytes | None, said: str) -> None:
    if data is not None:
        (tmp_path / "mine").write_bytes(data)
    with pytest.raises(ConfigError, match=said):
        secret_of("main", PbxSettings(secret_file=tmp_path / "mine"))


def test_a_missing_secret_says_how_to_give_one() -> None:
    with pytest.raises(
        ConfigError, match=r"pbx\.main\.secret: missing; set secret_file, or LoadCredential=pbx-main"
    ):
        secret_of("main", PbxSettings())


# --- both languages ----------------------------------------------------------------------------------------


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", sorted(WORDS))
def test_every_fault_is_said_in_both_languages(code: str) -> None:
    english, chinese = WORDS[code]
    assert fields_of(english) == fields_of(chinese)
    assert not re.search(r"[\u4e00-\u9fff]", english)
    assert re.search(r"[\u4e00-\u9fff]", chinese) or code == "other"


def test_every_code_of_the_library_has_words() -> None:
    assert set(CODES.values()) <= set(WORDS)


def test_a_fault_is_told_in_chinese(file: Path) -> None:
    file.write_text("[metrics]\nport = 'x'")
    with pytest.raises(ConfigError) as error:
        load(file)
    assert error.value.faults[0].text("zh_CN") == f'{file}: metrics.port: 必须是整数（现为："x"）'
