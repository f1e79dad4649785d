"""``check-config``: every fault of the settings at once, and what is better known before a start."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccd.cli.session import Exit, Session, command

if TYPE_CHECKING:
    from ccd.config import Fault, Settings

__all__ = ["add_to", "as_toml"]


@command
def check_config(
    session: Session,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
    show: Annotated[
        bool, typer.Option("--show", help="Show the settings in force, secrets blanked.")
    ] = False,
) -> Exit:
    """Check the settings: every fault at once. Exit code 2 where there is one."""
    from ccd.config import ConfigError, effective

    faults: list[Fault] = []
    warnings: list[str] = []
    shown: dict[str, Any] | None = None
    try:
        settings = session.settings
    except ConfigError as error:
        faults += error.faults
    else:
        faults += _beyond_the_schema(settings)
        warnings += _warnings(session, settings)
        shown = effective(settings) if show else None
    if as_json:
        print(_json(session, faults, warnings, shown))
    else:
        _print(session, faults, warnings, shown)
    return Exit.USAGE if faults else Exit.OK


def _print(session: Session, faults: list[Fault], warnings: list[str], shown: dict[str, Any] | None) -> None:
    words = session.words
    if shown is not None:
        print(as_toml(shown))
    for fault in faults:
        session.warn(fault.text(words.language))
    if not session.quiet:
        for warning in warnings:
            session.warn(words("warning", text=warning))
    if faults:
        session.warn(words("config_faults", count=len(faults)))
    elif shown is None:
        session.say("config_good", place=session.config_path or words("config_defaults"))


def _json(session: Session, faults: list[Fault], warnings: list[str], shown: dict[str, Any] | None) -> str:
    language = session.words.language
    told: dict[str, Any] = {
        "ok": not faults,
        "file": _path_or_none(session),
        "faults": [
            {"place": fault.place, "key": fault.key, "code": fault.code, "text": fault.text(language)}
            for fault in faults
        ],
        "warnings": warnings,
    }
    if shown is not None:
        told["settings"] = shown
    return json.dumps(told, ensure_ascii=False, indent=2)


def _path_or_none(session: Session) -> str | None:
    from ccd.config import ConfigError

    try:
        return str(session.config_path) if session.config_path else None
    except ConfigError:
        return str(session.config)


def _beyond_the_schema(settings: Settings) -> Iterator[Fault]:
    """What only looking at the machine shows: secrets, certificates, the state folder."""
    from ccd.adapters.control_client import PATH_LIMIT
    from ccd.adapters.store.errors import StoreError
    from ccd.adapters.store.place import place_of
    from ccd.config import ConfigError, Fault, secret_of

    for name, pbx in settings.pbx.items():
        try:
            secret_of(name, pbx)
        except ConfigError as error:
            yield from error.faults
        if pbx.tls_ca is not None and not os.access(pbx.tls_ca, os.R_OK):
            yield Fault(str(pbx.tls_ca), f"pbx.{name}.tls_ca", "no_readable_file")
    yield from _of_the_notifiers(settings)
    yield from _of_the_calendar(settings)
    yield from _of_the_forecast(settings)
    yield from _of_the_forms(settings)
    state = settings.daemon.state_path()
    try:
        place_of(settings.store, state)
    except StoreError as error:
        yield Fault("", "", "other", {"text": str(error)})
    if state.exists() and not (state.is_dir() and os.access(state, os.W_OK | os.X_OK)):
        yield Fault(str(state), "daemon.state_dir", "no_folder")
    if (size := len(os.fsencode(state / "control.sock"))) > PATH_LIMIT:
        yield Fault(str(state), "daemon.state_dir", "too_long", {"size": size, "limit": PATH_LIMIT})


def _of_the_notifiers(settings: Settings) -> Iterator[Fault]:
    """What would show only when an incident is to be told: a missing password, a sender that is none."""
    if not (settings.notify.email.host or settings.notify.webhooks or settings.mqtt.host):
        return
    from ccd.adapters.notify import check_secrets
    from ccd.config import ConfigError

    try:
        check_secrets(settings)
    except ConfigError as error:
        yield from error.faults


def _of_the_calendar(settings: Settings) -> Iterator[Fault]:
    if settings.shifts.holidays_file is None:
        return
    from ccd.adapters.special_days import read_special_days
    from ccd.config import ConfigError

    try:
        read_special_days(settings)
    except ConfigError as error:
        yield from error.faults


def _of_the_forecast(settings: Settings) -> Iterator[Fault]:
    if settings.staffing.forecast_file is None:
        return
    from ccd.adapters.forecast_file import read_forecast
    from ccd.config import ConfigError

    try:
        read_forecast(settings)
    except ConfigError as error:
        yield from error.faults


def _of_the_forms(settings: Settings) -> Iterator[Fault]:
    from ccd.adapters.forms import forms_in_force
    from ccd.config import ConfigError

    try:
        forms_in_force(settings)
    except ConfigError as error:
        yield from error.faults


def _warnings(session: Session, settings: Settings) -> Iterator[str]:
    words = session.words
    sections = {name.upper() for name in type(settings).model_fields}
    for variable in sorted(os.environ):
        section = variable.removeprefix("CCD_").partition("_")[0]
        if variable.startswith("CCD_") and section in sections and "__" not in variable:
            yield words("warn_variable", variable=variable)
    if not settings.pbx:
        yield words("warn_simulator")
    elif not _has_roster(session, settings):
        yield words("warn_no_roster")
    for path in _secret_files(settings):
        if mode := _mode_for_all(path):
            yield words("warn_open_secret", path=path, mode=f"{mode:04o}")
    for name, pbx in settings.pbx.items():
        if not pbx.tls and not _is_loopback(pbx.host):
            yield words("warn_plain_ami", name=name, host=pbx.host)
        if not (folder := pbx.recordings_dir or Path(pbx.recordings_pbx_dir)).is_dir():
            yield words("warn_no_folder", setting=f"pbx.{name}.recordings_dir", path=folder)
    for section, server in (("notify.email", settings.notify.email), ("mqtt", settings.mqtt)):
        if (
            server.password_file is not None
            and server.tls in (False, "none")
            and not _is_loopback(server.host)
        ):
            yield words("warn_plain_password", section=section, host=server.host)
    yield from _of_the_police(session, settings)
    if settings.shifts.kinds and (year := _missing_year(session, settings)) is not None:
        yield words("warn_holidays", year=year)
    for key, host in (("metrics.host", settings.metrics.host), ("agi.host", settings.agi.host)):
        if not _is_loopback(host):
            yield words("warn_open_port", setting=key, host=host)
    holds_secret = any(pbx.secret is not None for pbx in settings.pbx.values())
    if session.config_path and holds_secret and (mode := _mode_for_all(session.config_path)):
        yield words("warn_open_secret", path=session.config_path, mode=f"{mode:04o}")


def _missing_year(session: Session, settings: Settings) -> int | None:
    """The year whose holidays are not known, and should be by now. A faulty file is a fault elsewhere."""
    from ccd.adapters.special_days import read_special_days
    from ccd.cli.plans import today
    from ccd.config import ConfigError
    from ccd.shifts.calendar import Calendar

    try:
        special = read_special_days(settings)
    except ConfigError:
        return None
    return Calendar(settings.shifts.country, special).missing_year(today(session))


def _of_the_police(session: Session, settings: Settings) -> Iterator[str]:
    """Where a ladder has a clock, people must know what to dial if ccd cannot; not beside a simulator."""
    incidents = settings.policies.incidents
    clocks = [name for name, ladder in incidents.ladders.items() if ladder.enabled and ladder.arrive_within_s]
    if settings.pbx and incidents.mode != "off" and clocks and not incidents.police.number:
        yield session.words("warn_no_police", ladders=", ".join(clocks))


def _secret_files(settings: Settings) -> Iterator[Path]:
    files = [pbx.secret_file for pbx in settings.pbx.values()]
    files += [webhook.secret_file for webhook in settings.notify.webhooks.values()]
    files += [settings.notify.email.password_file, settings.mqtt.password_file]
    return (path for path in files if path is not None)


def _has_roster(session: Session, settings: Settings) -> bool:
    from ccd.cli.stored import current_roster

    return current_roster(settings) is not None


def _mode_for_all(path: Path) -> int:
    """The file's mode where every user may read it, else 0."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0
    return mode if mode & stat.S_IROTH else 0


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def as_toml(settings: dict[str, Any], above: str = "") -> str:
    """The settings as a TOML file; what is not set is an empty text."""
    values = {key: value for key, value in settings.items() if not isinstance(value, dict)}
    lines = [f"{_toml_key(key)} = {_toml_value(value)}" for key, value in values.items()]
    if above and (lines or not settings):
        lines = [f"[{above}]", *lines, ""]
    for key, value in settings.items():
        if isinstance(value, dict):
            lines.append(as_toml(value, f"{above}.{key}" if above else key))
    return "\n".join(lines)


def _toml_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)


def _toml_value(value: Any) -> str:
    if value is None:
        return '""'
    if isinstance(value, list):
        return f"[{', '.join(_toml_value(part) for part in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_toml_key(key)} = {_toml_value(part)}' for key, part in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)


def add_to(app: typer.Typer) -> None:
    app.command()(check_config)
