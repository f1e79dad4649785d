"""Can ccd get in, by a safe way, to a version it knows, with the same time of day?"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from ccd.config import PbxSettings
from ccd.doctor.facts import Facts, is_loopback
from ccd.doctor.finding import Finding, Status

__all__ = [
    "acl",
    "clock",
    "login",
    "manager_conf",
    "reachable",
    "secret",
    "transport",
    "version",
    "version_of",
]

CLOCK_WARN_S = 1.0
CLOCK_FAIL_S = 5.0
SUPPORTED = (16, 18, 20, 21, 22, 23)
OLDEST = min(SUPPORTED)
_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


def reachable(facts: Facts, pbx: PbxSettings) -> Iterator[Finding]:
    place = f"{pbx.host}:{pbx.port}"
    if facts.unreachable and ("SSL" in facts.unreachable or "tls_ca" in facts.unreachable):
        mend = 'tls_ca = "…"   # the authority that signed the certificate of the PBX; port is that of TLS'
        yield Finding("reachable", Status.FAIL, f"no TLS with {place}: {facts.unreachable}", mend, "ccd.toml")
    elif facts.unreachable:
        mend = "[general]\nenabled = yes\nport = 5038\nbindaddr = 127.0.0.1"
        text = f"no AMI at {place}: {facts.unreachable}"
        yield Finding("reachable", Status.FAIL, text, mend, manager_conf(facts))
    elif not facts.session.banner.startswith("Asterisk Call Manager/"):
        text = f"what answers at {place} is no Asterisk: {facts.session.banner[:60]!r}"
        yield Finding("reachable", Status.FAIL, text, "host = …, port = …", "ccd.toml")
    else:
        yield Finding("reachable", Status.OK, f"{place} says {facts.session.banner}")


def login(facts: Facts, pbx: PbxSettings) -> Iterator[Finding]:
    """Asterisk answers a wrong name, a wrong secret and a refused address alike: the files tell which."""
    refusal = facts.session.refusal
    if facts.session.broken:
        text = f"the session broke off: {facts.session.broken}"
        yield Finding("session", Status.FAIL, text, "try again; then look into Asterisk's own log")
        return
    if facts.session.accepted:
        yield Finding("login", Status.OK, f"user {pbx.username} is let in")
        return
    why = f"user {pbx.username} is refused: {refusal}"
    if facts.users is None or facts.config_fault:
        mend = f"check, in this order: section [{pbx.username}], secret =, permit = (and acl =)"
        yield Finding("login", Status.FAIL, why, mend, manager_conf(facts))
    elif facts.user is None:
        mend = f"[{pbx.username}]\nsecret = …   ; see config/asterisk/manager.d/ccd.conf"
        text = f"{why}; there is no section [{pbx.username}]"
        yield Finding("login", Status.FAIL, text, mend, manager_conf(facts))
    elif facts.our_address and not _permitted(facts):
        text = f"{why}; its deny/permit lines do not let {facts.our_address} in"
        mend = f"permit = {facts.our_address}/255.255.255.255"
        yield Finding("login", Status.FAIL, text, mend, facts.user.file)
    else:
        text = f"{why}; the section is there, so the secret is another, or manager.conf was not reloaded"
        mend = "secret = …   ; the one in ccd's secret_file; then: asterisk -rx 'manager reload'"
        yield Finding("login", Status.FAIL, text, mend, facts.user.file)


def secret(facts: Facts, pbx: PbxSettings) -> Iterator[Finding]:
    if facts.weak_secret:
        text = f"the secret of {pbx.username} {facts.weak_secret}"
        mend = f"[{pbx.username}]\nsecret = …   ; openssl rand -hex 24, here and in ccd's secret_file"
        yield Finding(
            "secret", Status.WARN, text, mend, facts.user.file if facts.user else manager_conf(facts)
        )


def version(facts: Facts) -> Iterator[Finding]:
    found = version_of(facts)
    if not found:
        text = "the version may not be read: write= lacks the class reporting"
        yield Finding("version", Status.UNKNOWN, text, "asterisk -V")
    elif found[0] < OLDEST:
        text = f"Asterisk {facts.session.version} is older than {OLDEST}, the oldest that is supported"
        yield Finding("version", Status.FAIL, text, "upgrade Asterisk")
    elif found[0] not in SUPPORTED:
        text = f"Asterisk {facts.session.version} has not been tried"
        yield Finding("version", Status.WARN, text, f"tried: {', '.join(map(str, SUPPORTED))}")
    else:
        yield Finding("version", Status.OK, f"Asterisk {facts.session.version}")


def version_of(facts: Facts) -> tuple[int, ...]:
    """(22, 10, 1); empty where it is not known."""
    match = _VERSION.search(facts.session.version)
    return tuple(int(part or 0) for part in match.groups()) if match else ()


def clock(facts: Facts) -> Iterator[Finding]:
    ahead = facts.session.clock_ahead_s
    if ahead is None:
        yield Finding("clock", Status.UNKNOWN, "the PBX did not tell its time", "compare `date -u` on both")
        return
    apart = max(0.0, abs(ahead) - facts.session.clock_error_s)
    where = "ahead of" if ahead > 0 else "behind"
    text = f"the PBX's clock is {abs(ahead):.1f} s {where} ours"
    mend = "timedatectl set-ntp true   ; on both machines"
    if apart > CLOCK_FAIL_S:
        yield Finding("clock", Status.FAIL, text, mend)
    elif apart > CLOCK_WARN_S:
        yield Finding("clock", Status.WARN, text, mend)
    else:
        yield Finding(
            "clock", Status.OK, f"the clocks agree within {abs(ahead) + facts.session.clock_error_s:.2f} s"
        )


def transport(facts: Facts, pbx: PbxSettings) -> Iterator[Finding]:
    """AMI carries callers' numbers and our rights: by loopback or by TLS."""
    if pbx.tls or is_loopback(pbx.host):
        yield Finding("transport", Status.OK, "TLS" if pbx.tls else "loopback")
    else:
        text = f"AMI goes to {pbx.host} in the clear: who reads along sees every number and can take it over"
        mend = "[general]\ntlsenable = yes\ntlsbindaddr = 0.0.0.0:5039\n; ccd.toml: tls = true, port = 5039"
        yield Finding("transport", Status.FAIL, text, mend, manager_conf(facts))
    bound = (facts.general or {}).get("bindaddr", "0.0.0.0" if facts.general is not None else "")
    if bound and not is_loopback(bound) and is_loopback(pbx.host):
        text = f"AMI listens on {bound}, not only on loopback, where ccd comes from"
        yield Finding("transport", Status.WARN, text, "[general]\nbindaddr = 127.0.0.1", manager_conf(facts))


def acl(facts: Facts, pbx: PbxSettings) -> Iterator[Finding]:
    if facts.user is None:
        return
    if facts.user.has("acl") or (facts.user.has("deny") and facts.user.has("permit")):
        yield Finding("acl", Status.OK, f"[{pbx.username}] says from where it may log in")
        return
    address = facts.our_address or "127.0.0.1"
    mend = f"deny = 0.0.0.0/0.0.0.0\npermit = {address}/255.255.255.255"
    yield Finding("acl", Status.WARN, f"[{pbx.username}] may log in from anywhere", mend, facts.user.file)


def _permitted(facts: Facts) -> bool:
    """deny and permit lines in their order, the last that matches decides. A named acl= is not followed."""
    assert facts.user is not None
    allowed = True
    for entry in facts.user.entries:
        if entry.key.lower() not in ("deny", "permit"):
            continue
        for part in entry.value.split(","):
            allow = (entry.key.lower() == "permit") != part.strip().startswith("!")
            try:
                network = ipaddress.ip_network(part.strip().lstrip("!"), strict=False)
            except ValueError:
                continue
            address = ipaddress.ip_address(facts.our_address)
            if address.version == network.version and address in network:
                allowed = allow
    return allowed


def manager_conf(facts: Facts) -> str:
    """Where a line for [general], or of a user not found, belongs."""
    return f"{facts.config_dir or '/etc/asterisk'}/manager.conf"
