"""Passwords and secrets of the notifiers: from the file that the section names, else from the systemd
credential ``email-password``, ``mqtt-password`` or ``webhook-NAME-secret``.

Read anew for each connection, so a changed file needs no restart.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Iterator
from pathlib import Path

from ccd.adapters.notify.message import mailbox
from ccd.config import ConfigError, Fault, Settings, WebhookSettings

__all__ = ["check_secrets", "email_password", "mqtt_password", "webhook_secret"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PREFIX = "whsec_"
SECRET_BYTES = range(24, 65)
"""What the specification of standardwebhooks.com asks for."""


def email_password(settings: Settings) -> str:
    """Empty where none is given. Raises ConfigError, as do the others here."""
    return _read(settings.notify.email.password_file, "email-password", "notify.email.password_file")[0]


def mqtt_password(settings: Settings) -> str:
    """Empty where none is given."""
    return _read(settings.mqtt.password_file, "mqtt-password", "mqtt.password_file")[0]


def webhook_secret(name: str, webhook: WebhookSettings) -> bytes:
    """Empty where none is given: such a webhook is not signed."""
    key = f"notify.webhooks.{name}.secret_file"
    text, place = _read(webhook.secret_file, f"webhook-{name}-secret", key)
    if not text:
        return b""
    encoded = text.removeprefix(_PREFIX)
    try:
        secret = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) not in SECRET_BYTES:
        raise ConfigError(Fault(place, key, "bad_webhook_secret"))
    return secret


def check_secrets(settings: Settings) -> None:
    """Raises ConfigError naming all that would keep the configured notifiers from working."""
    if faults := list(_faults(settings)):
        raise ConfigError(*faults)


def _faults(settings: Settings) -> Iterator[Fault]:
    email, mqtt = settings.notify.email, settings.mqtt
    if email.host:
        if mailbox(email.sender) is None:
            yield Fault("", "notify.email.sender", "no_sender", given=email.sender[:100])
        try:
            email_password(settings)
        except ConfigError as error:
            yield from error.faults
    for name, webhook in settings.notify.webhooks.items():
        try:
            webhook_secret(name, webhook)
        except ConfigError as error:
            yield from error.faults
    if mqtt.host:
        try:
            mqtt_password(settings)
        except ConfigError as error:
            yield from error.faults
        if mqtt.tls and mqtt.tls_ca is not None and not os.access(mqtt.tls_ca, os.R_OK):
            yield Fault(str(mqtt.tls_ca), "mqtt.tls_ca", "no_readable_file")


def _read(path: Path | None, credential: str, key: str) -> tuple[str, str]:
    """The secret and the file it stands in; both empty where there is none."""
    path = path or _credential(credential)
    if path is None:
        return "", ""
    try:
        secret = path.read_text("utf-8").strip()
    except UnicodeDecodeError as error:
        raise ConfigError(Fault(str(path), key, "not_utf8", {"byte": error.start})) from None
    except OSError as error:
        raise ConfigError(Fault(str(path), key, "unreadable", {"error": error.strerror})) from None
    if not secret:
        raise ConfigError(Fault(str(path), key, "empty_secret_file"))
    if _CONTROL.search(secret):
        raise ConfigError(Fault(str(path), key, "odd_secret"))
    return secret, str(path)


def _credential(name: str) -> Path | None:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return path if folder and (path := Path(folder) / name).exists() else None
