"""What is wrong with a password or a secret is said at start, with the file, the setting and the mend."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from ccd.adapters.notify import check_secrets
from ccd.adapters.notify.credentials import email_password, mqtt_password, webhook_secret
from ccd.config import ConfigError, Settings, WebhookSettings

MAIL = {"host": "mail.example.org", "sender": "ccd@example.org"}


def settings(**sections: Any) -> Settings:
    return Settings.model_validate(sections)


@pytest.mark.parametrize(
    "content",
    [b"whsec_" + base64.b64encode(bytes(24)), base64.b64encode(bytes(64)), base64.b64encode(bytes(32))[:-1]],
)
def test_a_secret_of_24_to_64_bytes_is_taken(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content + b"\n")
    webhook = WebhookSettings(url="https://example.org/", secret_file=tmp_path / "secret")
    assert set(webhook_secret("ops", webhook)) == {0}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "unreadable"),
        (b"", "empty_secret_file"),
        (b" \n", "empty_secret_file"),
        (b"\xff", "not_utf8"),
        (b"two\nlines", "odd_secret"),
        (b"not base64 at all", "bad_webhook_secret"),
        (b"whsec_" + base64.b64encode(bytes(23)), "bad_webhook_secret"),
        (b"whsec_" + base64.b64encode(bytes(65)), "bad_webhook_secret"),
        ("密".encode(), "bad_webhook_secret"),
    ],
)
def test_a_bad_secret_is_named(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    webhooks = {"ops": {"url": "https://example.org/", "secret_file": str(path)}}
    with pytest.raises(ConfigError) as caught:
        check_secrets(settings(notify={"webhooks": webhooks}))
    (fault,) = caught.value.faults
    assert (fault.place, fault.key, fault.code) == (str(path), "notify.webhooks.ops.secret_file", code)
    assert fault.text()


def test_every_fault_is_found(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    bad = settings(
        notify={
            "email": {"host": "mail.example.org", "sender": "the daemon", "password_file": missing},
            "webhooks": {"ops": {"url": "https://example.org/", "secret_file": missing}},
        },
        mqtt={"host": "broker", "tls": True, "tls_ca": missing, "password_file": missing},
    )
    with pytest.raises(ConfigError) as caught:
        check_secrets(bad)
    assert [fault.key for fault in caught.value.faults] == [
        "notify.email.sender",
        "notify.email.password_file",
        "notify.webhooks.ops.secret_file",
        "mqtt.password_file",
        "mqtt.tls_ca",
    ]


def test_what_is_not_used_needs_no_secret(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    check_secrets(settings(notify={"email": {"password_file": missing}}, mqtt={"password_file": missing}))
    check_secrets(settings(notify={"email": MAIL}, mqtt={"host": "broker"}))


def test_a_systemd_credential_stands_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "email-password").write_text("one\n")
    (tmp_path / "mqtt-password").write_text("two\n")
    (tmp_path / "webhook-ops-secret").write_text(base64.b64encode(bytes(32)).decode())
    given = settings()
    assert (email_password(given), mqtt_password(given)) == ("one", "two")
    assert webhook_secret("ops", WebhookSettings(url="https://example.org/")) == bytes(32)
    assert webhook_secret("other", WebhookSettings(url="https://example.org/")) == b""
