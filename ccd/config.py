"""Settings: one TOML file, ``CCD_`` environment variables over it, secrets from credential files.

Unknown keys are refused by name. Every error names the file, the key and the mend (``ConfigError``).
``config/ccd.toml`` shows every default with a comment; a test holds the two together.

Where the file is looked for: ``--config``, ``$CCD_CONFIG``, ``./ccd.toml``; without one, the defaults.
A relative path in the settings starts at the folder of that file (without one: at the current folder), and
an empty one is none. A secret may be given as ``secret``, as ``secret_file``, or as a systemd credential
named ``pbx-NAME-secret`` in ``$CREDENTIALS_DIRECTORY``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_serializer, model_validator
from pydantic_core import PydanticCustomError

from ccd.config_adherence import AdherenceSettings
from ccd.config_assessment import AssessmentSettings
from ccd.config_attendance import AttendanceSettings
from ccd.config_breaks import BreaksSettings
from ccd.config_calibration import CalibrationSettings
from ccd.config_faults import ConfigError, Fault
from ccd.config_handover import HandoverSettings
from ccd.config_incidents import IncidentsSettings
from ccd.config_leave import LeaveSettings
from ccd.config_listening import ListeningSettings
from ccd.config_meals import MealsSettings
from ccd.config_quality import QualitySettings
from ccd.config_reports import ReportsSettings
from ccd.config_retention import RetentionSettings
from ccd.config_sampling import SamplingSettings
from ccd.config_scoring import ScoringSettings
from ccd.config_section import Mode, OptionalPath, OptionalSecret, Port, Section, Zone, in_order, shaped
from ccd.config_shifts import ShiftsSettings
from ccd.config_sources import explain, merge, read_environment, read_toml
from ccd.config_staffing import StaffingSettings
from ccd.config_web import WebSettings

__all__ = [
    "ConfigError",
    "Fault",
    "Mode",
    "PbxSettings",
    "Settings",
    "effective",
    "find_config",
    "load",
    "secret_of",
]

SectionName = Annotated[str, shaped(r"[a-z][a-z0-9_-]{0,31}", "section_name")]
_PASSWORD_IN_URL = re.compile(r"(?<=://)([^:/?#]*):[^/?#]*(?=@)|(?<=[?&]password=)[^&#]*")
_TOKEN_IN_URL = re.compile(r"(?<=://)([^/?#]*@)|(?<![:/])[/?#].+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class DaemonSettings(Section):
    state_dir: OptionalPath = None
    """Default: $STATE_DIRECTORY (systemd), else $XDG_STATE_HOME/ccd, else ~/.local/state/ccd."""
    timezone: Zone = "Asia/Shanghai"
    language: Literal["zh_CN", "en"] = "zh_CN"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    control_group: str = ""
    """Unix group whose members may use `ccd` against the running daemon; empty: its own user (and root)."""

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
    password_file: OptionalPath = None
    batch_ms: Annotated[int, Field(ge=1, le=100)] = 100
    queue_limit: Annotated[int, Field(ge=1000)] = 200_000
    retention_days: Annotated[int, Field(ge=0)] = 0
    """0 keeps everything."""
    spool_file: OptionalPath = None
    """What the database will not take of an incident goes here; default: ccd.spool in the state directory."""
    spool_bytes: Annotated[int, Field(ge=65_536)] = 4 * 1024 * 1024

    @field_serializer("url")
    def _blank_password(self, url: str) -> str:
        return _PASSWORD_IN_URL.sub(lambda found: f"{found[1]}:***" if found[1] is not None else "***", url)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            yield name, self._blank_password(value) if name == "url" else value


class PbxSettings(Section):
    host: str = "127.0.0.1"
    port: Port = 5038
    username: str = "ccd"
    secret: OptionalSecret = None
    secret_file: OptionalPath = None
    tls: bool = False
    tls_ca: OptionalPath = None
    keepalive_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    silence_s: Annotated[float, Field(gt=1, le=15)] = 12.0
    """No byte for this long, pings notwithstanding: the session is given up."""
    action_timeout_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    resync_timeout_s: Annotated[float, Field(gt=0)] = 30.0
    reconnect_max_s: Annotated[float, Field(gt=0)] = 10.0
    trunks: tuple[str, ...] = ("PJSIP/trunk*", "SIP/trunk*", "DAHDI/*", "IAX2/*")
    """Patterns of interfaces that lead outside; an interface of the roster or a queue never does."""
    wrapup_s: dict[str, Annotated[int, Field(ge=0, le=3600)]] = Field(default_factory=dict)
    """Wrap-up per queue as in queues.conf (``wrapuptime``): AMI tells only what a member has of its own."""
    recordings_pbx_dir: str = "/var/spool/asterisk/monitor"
    recordings_dir: OptionalPath = None
    """Where that folder is seen from here; empty: at the same path."""
    config_dir: OptionalPath = Path("/etc/asterisk")
    """Read by `ccd doctor` only, where it can be read."""

    @model_validator(mode="after")
    def _one_secret(self) -> PbxSettings:
        if self.secret is not None and self.secret_file is not None:
            raise PydanticCustomError("two_secrets", "give secret or secret_file, not both")
        in_order(self, "keepalive_s", "silence_s")
        return self


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
    """Queues, teams or pause reasons beyond this are counted together as ``other``."""
    max_series: Annotated[int, Field(ge=1000)] = 5000
    """Series of one PBX; queues and teams are cut to fit. No site can flood Prometheus."""


class JournalSettings(Section):
    enabled: bool = False
    dir: OptionalPath = None
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

    @model_validator(mode="after")
    def _the_right_way_up(self) -> SpanSettings:
        in_order(self, "agents_per_lead_min", "agents_per_lead_max")
        return self


class EvidenceSettings(Section):
    dir: OptionalPath = None
    """Copies for the legal hold, and bundles; default: evidence/ in the state directory."""


class EmailSettings(Section):
    """A mail server; empty ``host``: no e-mail."""

    host: str = ""
    port: Port = 587
    tls: Literal["none", "starttls", "tls"] = "starttls"
    sender: str = ""
    username: str = ""
    password_file: OptionalPath = None
    timeout_s: Annotated[float, Field(gt=0, le=30)] = 5.0


class WebhookSettings(Section):
    """Told of every incident; signed as standardwebhooks.com says."""

    url: Annotated[str, shaped(r"https?://\S+", "web_address")]
    secret_file: OptionalPath = None
    timeout_s: Annotated[float, Field(gt=0, le=30)] = 5.0

    @field_serializer("url")
    def _blank_token(self, url: str) -> str:
        """Where it leads, no more: in the addresses that chat services give out, the path is the secret."""
        return _TOKEN_IN_URL.sub(lambda found: "***@" if found[1] is not None else "/***", url)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            yield name, self._blank_token(value) if name == "url" else value


class MqttSettings(Section):
    """A broker; empty ``host``: no MQTT."""

    host: str = ""
    port: Port = 1883
    username: str = ""
    password_file: OptionalPath = None
    tls: bool = False
    tls_ca: OptionalPath = None
    prefix: Annotated[str, shaped(r"[^+#\s]+", "topic_prefix")] = "ccd"
    reports: bool = False
    """Whether a message on PREFIX/incident/report may open an incident."""
    timeout_s: Annotated[float, Field(gt=0, le=30)] = 5.0


class NotifySettings(Section):
    email: EmailSettings = EmailSettings()
    webhooks: dict[SectionName, WebhookSettings] = Field(default_factory=dict)


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
    incidents: IncidentsSettings = IncidentsSettings()
    handover: HandoverSettings = HandoverSettings()
    meals: MealsSettings = MealsSettings()
    breaks: BreaksSettings = BreaksSettings()
    attendance: AttendanceSettings = AttendanceSettings()
    leave: LeaveSettings = LeaveSettings()
    adherence: AdherenceSettings = AdherenceSettings()
    sampling: SamplingSettings = SamplingSettings()
    scoring: ScoringSettings = ScoringSettings()
    calibration: CalibrationSettings = CalibrationSettings()
    assessment: AssessmentSettings = AssessmentSettings()
    listening: ListeningSettings = ListeningSettings()
    retention: RetentionSettings = RetentionSettings()


class Settings(Section):
    daemon: DaemonSettings = DaemonSettings()
    store: StoreSettings = StoreSettings()
    pbx: dict[SectionName, PbxSettings] = Field(default_factory=dict)
    agi: AgiSettings = AgiSettings()
    metrics: MetricsSettings = MetricsSettings()
    journal: JournalSettings = JournalSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    notify: NotifySettings = NotifySettings()
    mqtt: MqttSettings = MqttSettings()
    simulator: SimulatorSettings = SimulatorSettings()
    span: SpanSettings = SpanSettings()
    shifts: ShiftsSettings = ShiftsSettings()
    staffing: StaffingSettings = StaffingSettings()
    reports: ReportsSettings = ReportsSettings()
    quality: QualitySettings = QualitySettings()
    web: WebSettings = WebSettings()
    policies: Policies = Policies()


def find_config(explicit: Path | None) -> Path | None:
    """The file to read, or None for the defaults. Raises ConfigError where a named file does not exist."""
    named = explicit or (Path(value) if (value := os.environ.get("CCD_CONFIG")) else None)
    if named is not None:
        if not named.exists():
            raise ConfigError(Fault(str(named), "", "no_file"))
        return named
    here = Path("ccd.toml")
    return here if here.is_file() else None


def load(path: Path | None) -> Settings:
    """Read and validate; environment variables (``CCD_METRICS__PORT=9900``) win over the file.

    Raises ConfigError with one line per fault.
    """
    raw = {} if path is None else read_toml(path)
    above, origin, faults = read_environment(Settings, os.environ)
    merge(raw, above)
    place = str(path) if path else ""
    folder = path.absolute().parent if path else Path.cwd()
    try:
        settings = Settings.model_validate(raw, context={"folder": folder})
    except ValidationError as error:
        faults += explain(error, Settings, place, origin)
    if faults:
        raise ConfigError(*faults)
    return settings


def effective(settings: Settings) -> dict[str, Any]:
    """The settings as JSON-ready values, secrets blanked."""
    return settings.model_dump(mode="json")


def secret_of(name: str, pbx: PbxSettings) -> str:
    """The AMI secret of a PBX. Raises ConfigError where there is none or its file cannot be read."""
    key = f"pbx.{name}.secret"
    if pbx.secret is not None:
        return _usable(pbx.secret.get_secret_value(), "", key)
    path = pbx.secret_file
    if path is None and (credentials := os.environ.get("CREDENTIALS_DIRECTORY")):
        path = Path(credentials) / f"pbx-{name}-secret"
    if path is None:
        raise ConfigError(Fault("", key, "no_secret", {"credential": f"pbx-{name}-secret"}))
    try:
        secret = path.read_text("utf-8").strip()
    except UnicodeDecodeError as error:
        raise ConfigError(Fault(str(path), key, "not_utf8", {"byte": error.start})) from None
    except OSError as error:
        raise ConfigError(Fault(str(path), key, "unreadable", {"error": error.strerror})) from None
    return _usable(secret, str(path), key)


def _usable(secret: str, place: str, key: str) -> str:
    if not secret:
        raise ConfigError(Fault(place, key, "empty_secret"))
    if _CONTROL.search(secret):  # it would end the AMI header it is sent in
        raise ConfigError(Fault(place, key, "odd_secret"))
    return secret
