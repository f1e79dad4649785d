"""Settings: one TOML file, ``CCD_`` environment variables over it, secrets from credential files.

Unknown keys are refused by name. Every error names the file, the key and the mend (``ConfigError``).
``config/ccd.toml`` shows every default with a comment; a test holds the two together.

Where the file is looked for: ``--config``, ``$CCD_CONFIG``, ``./ccd.toml``; without one, the defaults.
A secret may be given as ``secret``, as ``secret_file``, or as a systemd credential named
``pbx-NAME-secret`` in ``$CREDENTIALS_DIRECTORY``.
"""

from __future__ import annotations

import os
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

__all__ = ["ConfigError", "Mode", "PbxSettings", "Settings", "find_config", "load"]


class ConfigError(Exception):
    """A setting that cannot be used. The text names the file, the key and the mend."""


class Mode(StrEnum):
    """How far a policy goes: ``off``; ``observe`` records what it would do; ``notify``; ``enforce``."""

    OFF = "off"
    OBSERVE = "observe"
    NOTIFY = "notify"
    ENFORCE = "enforce"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"no time zone is called {name!r}; use a name such as Asia/Shanghai") from None
    return name


Zone = Annotated[str, AfterValidator(_zone)]
Port = Annotated[int, Field(ge=0, le=65535)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DaemonSettings(Section):
    state_dir: Path | None = None
    """Default: $STATE_DIRECTORY (systemd), else $XDG_STATE_HOME/ccd, else ~/.local/state/ccd."""
    timezone: Zone = "Asia/Shanghai"
    language: Literal["zh_CN", "en"] = "zh_CN"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    def state_path(self) -> Path:
        if self.state_dir:
            return self.state_dir
        if systemd := os.environ.get("STATE_DIRECTORY"):
            return Path(systemd.split(":")[0])
        base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        return Path(base) / "ccd"


class StoreSettings(Section):
    url: str = ""
    """SQLAlchemy URL; empty is SQLite in the state directory. PostgreSQL: postgresql+asyncpg://…"""
    password_file: Path | None = None
    batch_ms: Annotated[int, Field(ge=1, le=100)] = 100
    queue_limit: Annotated[int, Field(ge=1000)] = 200_000
    retention_days: Annotated[int, Field(ge=0)] = 0
    """0 keeps everything."""


class PbxSettings(Section):
    host: str = "127.0.0.1"
    port: Port = 5038
    username: str = "ccd"
    secret: SecretStr | None = None
    secret_file: Path | None = None
    tls: bool = False
    tls_ca: Path | None = None
    keepalive_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    silence_s: Annotated[float, Field(gt=1, le=15)] = 12.0
    """No byte for this long, pings notwithstanding: the session is given up."""
    action_timeout_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    resync_timeout_s: Annotated[float, Field(gt=0)] = 30.0
    reconnect_max_s: Annotated[float, Field(gt=0)] = 10.0
    trunks: tuple[str, ...] = ("PJSIP/trunk*", "SIP/trunk*", "DAHDI/*", "IAX2/*")
    """Patterns of interfaces that lead outside; an interface of the roster or a queue never does."""
    recordings_pbx_dir: str = "/var/spool/asterisk/monitor"
    recordings_dir: Path | None = None
    """Where that folder is seen from here; empty: at the same path."""
    config_dir: Path | None = Path("/etc/asterisk")
    """Read by `ccd doctor` only, where it can be read."""


class AgiSettings(Section):
    host: str = "127.0.0.1"
    port: Port = 4573
    timeout_s: Annotated[float, Field(gt=0, le=2)] = 2.0
    enabled: bool = True


class MetricsSettings(Section):
    host: str = "127.0.0.1"
    port: Port = 9810
    service_level_s: Annotated[int, Field(ge=1)] = 20
    max_label_values: Annotated[int, Field(ge=1)] = 200
    """Queues or teams beyond this are counted together as ``other``: no site can flood Prometheus."""


class JournalSettings(Section):
    enabled: bool = False
    dir: Path | None = None
    """Default: journal/ in the state directory."""
    max_bytes: Annotated[int, Field(ge=65536)] = 64 * 1024 * 1024
    retention_days: Annotated[int, Field(ge=1)] = 14


class SimulatorSettings(Section):
    """The bundled PBX, used while no ``[pbx.NAME]`` is configured."""

    agents: Annotated[int, Field(ge=1, le=10_000)] = 40
    teams: Annotated[int, Field(ge=1, le=100)] = 4
    calls_per_hour: Annotated[float, Field(ge=0)] = 600.0
    seed: int = 1


class SpanSettings(Section):
    """Span of control; `ccd` warns when a roster breaks it. Defaults: manual.md, "People and seats"."""

    agents_per_lead_min: Annotated[int, Field(ge=0)] = 8
    agents_per_lead_max: Annotated[int, Field(ge=1)] = 10
    telesales_per_lead: Annotated[int, Field(ge=1)] = 5
    leads_per_qa_analyst: Annotated[int, Field(ge=1)] = 2
    leads_per_trainer: Annotated[int, Field(ge=1)] = 4


class UnknownInterfacesSettings(Section):
    mode: Mode = Mode.NOTIFY


class PresenceSettings(Section):
    mode: Mode = Mode.ENFORCE
    pin_required: bool = True
    pin_tries: Annotated[int, Field(ge=1)] = 5
    """Wrong PINs in a row before a code is locked."""
    pin_lock_s: Annotated[int, Field(ge=1)] = 900


class RecordingsSettings(Section):
    mode: Mode = Mode.ENFORCE
    quiet_s: Annotated[float, Field(gt=0)] = 2.0
    """A file is final once its size has stood still this long (post-processing may follow MixMonitor)."""
    give_up_s: Annotated[float, Field(gt=0)] = 60.0


class Policies(Section):
    unknown_interfaces: UnknownInterfacesSettings = UnknownInterfacesSettings()
    presence: PresenceSettings = PresenceSettings()
    recordings: RecordingsSettings = RecordingsSettings()


class Settings(Section):
    daemon: DaemonSettings = DaemonSettings()
    store: StoreSettings = StoreSettings()
    pbx: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")], PbxSettings] = {}
    agi: AgiSettings = AgiSettings()
    metrics: MetricsSettings = MetricsSettings()
    journal: JournalSettings = JournalSettings()
    simulator: SimulatorSettings = SimulatorSettings()
    span: SpanSettings = SpanSettings()
    policies: Policies = Policies()

    @model_validator(mode="after")
    def _one_secret_each(self) -> Settings:
        for name, pbx in self.pbx.items():
            if pbx.secret is not None and pbx.secret_file is not None:
                raise ValueError(f"pbx.{name}: give secret or secret_file, not both")
        return self


def find_config(explicit: Path | None) -> Path | None:
    """The file to read, or None for the defaults. Raises ConfigError where a named file does not exist."""
    named = explicit or (Path(value) if (value := os.environ.get("CCD_CONFIG")) else None)
    if named is not None:
        if not named.is_file():
            raise ConfigError(f"{named}: no such file; give --config FILE or unset CCD_CONFIG")
        return named
    here = Path("ccd.toml")
    return here if here.is_file() else None


def load(path: Path | None) -> Settings:
    """Read and validate; environment variables (``CCD_METRICS__PORT=9900``) win over the file.

    Raises ConfigError with one line per fault.
    """
    raw: dict[str, Any] = {}
    if path is not None:
        try:
            raw = tomllib.loads(path.read_text("utf-8-sig"))
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from None
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{path}: not valid TOML: {error}") from None
    _overlay_environment(raw)
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        raise ConfigError("\n".join(_explain(path, fault) for fault in error.errors())) from None


def secret_of(name: str, pbx: PbxSettings) -> str:
    """The AMI secret of a PBX. Raises ConfigError where there is none or its file cannot be read."""
    if pbx.secret is not None:
        return pbx.secret.get_secret_value()
    path = pbx.secret_file
    if path is None and (credentials := os.environ.get("CREDENTIALS_DIRECTORY")):
        path = Path(credentials) / f"pbx-{name}-secret"
    if path is None:
        raise ConfigError(f"pbx.{name}.secret: missing; set secret_file, or LoadCredential=pbx-{name}-secret")
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise ConfigError(f"pbx.{name}.secret_file: {path}: {error.strerror}") from None


def _overlay_environment(raw: dict[str, Any]) -> None:
    for variable, value in os.environ.items():
        if not variable.startswith("CCD_") or "__" not in variable:
            continue
        keys = variable[4:].lower().split("__")
        table = raw
        for key in keys[:-1]:
            below = table.setdefault(key, {})
            if not isinstance(below, dict):
                raise ConfigError(f"${variable}: {key} is not a section")
            table = below
        table[keys[-1]] = value


def _explain(path: Path | None, fault: Any) -> str:
    where = ".".join(str(part) for part in fault["loc"]) or "(file)"
    place = str(path) if path else "environment"
    if fault["type"] == "extra_forbidden":
        return f"{place}: {where}: unknown key; remove it or correct its name (config/ccd.toml lists all)"
    text = fault["msg"].removeprefix("Value error, ")
    given = "" if isinstance(fault["input"], dict) else f" (given: {fault['input']!r})"
    return f"{place}: {where}: {text}{given}"
