"""What the test PBX is configured with: extensions, members, ports; and its /etc/asterisk made from ``etc/``.

The shipped snippets of ``config/asterisk`` are copied in unchanged as ``ccd/`` and included, so that they are
proven on both versions.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.pbx.ports import PORTS

__all__ = ["EXTENSIONS", "SALES", "SUPPORT", "Layout", "write_configuration"]

HERE = Path(__file__).parent
SHIPPED = HERE.parents[1] / "config" / "asterisk"

EXTENSIONS = tuple(str(number) for number in range(1001, 1041))
NAMES = {
    "1001": "张三",
    "1002": "李四",
    "1003": "Wang Wu",
    "1011": "赵六",
    "1012": 'Qian "Q" Qi',
}
WATCHED = EXTENSIONS[38:40]
"""Their phones are asked every second whether they are there; the others are taken to be."""
SUPPORT = EXTENSIONS[0:5]
SALES = EXTENSIONS[10:15]


@dataclass(frozen=True)
class Layout:
    """The ports of one instance, all on 127.0.0.1: ``first`` is that of its ``PortRun``."""

    first: int

    @property
    def ami_port(self) -> int:
        return self.first

    @property
    def sip_port(self) -> int:
        return self.first + 1

    @property
    def agi_port(self) -> int:
        """Where the dialplan looks for the daemon's FastAGI; nobody listens there unless a test does."""
        return self.first + 2

    @property
    def trunk_port(self) -> int:
        """Where calls to the outside are sent."""
        return self.first + 3

    def phone_port(self, extension: str) -> int:
        """Where that extension's phone is expected."""
        return self.first + 4 + EXTENSIONS.index(extension)

    @property
    def rtp(self) -> tuple[int, int]:
        return self.first + 50, self.first + PORTS - 1


def member_name(extension: str) -> str:
    return NAMES.get(extension, f"Agent {extension}")


def write_configuration(etc: Path, layout: Layout, version: str, secrets: dict[str, str], ring: int) -> None:
    """Fill an empty folder with the configuration. ``ring``: seconds a directly dialled phone may ring."""
    values = {
        "MAJOR": version,
        "AMI_PORT": layout.ami_port,
        "SIP_PORT": layout.sip_port,
        "AGI_PORT": layout.agi_port,
        "TRUNK_PORT": layout.trunk_port,
        "RTP_START": layout.rtp[0],
        "RTP_END": layout.rtp[1],
        "DIRECT_RING": ring,
        "PHONES": "\n".join(_phone(layout, extension) for extension in EXTENSIONS),
        "MAILBOXES": "\n".join(f"{extension} => 0000,{member_name(extension)}" for extension in EXTENSIONS),
        "SUPPORT": "\n".join(f"member = PJSIP/{e},0,{_quoted(e)}" for e in SUPPORT),
        "SALES": "\n".join(f"member = Local/{e}@agents/n,0,{_quoted(e)},PJSIP/{e}" for e in SALES),
        "ONLY_16": "" if version == "16" else "; not on 22: ",
        "ONLY_22": "" if version == "22" else "; not on 16: ",
        **secrets,
    }
    for source in sorted((HERE / "etc").glob("*.conf")):
        text = re.sub(r"@([A-Z_0-9]+)@", lambda match: str(values[match[1]]), source.read_text("utf-8"))
        (etc / source.name).write_text(text, "utf-8")
    shutil.copytree(SHIPPED, etc / "ccd")


def _phone(layout: Layout, extension: str) -> str:
    kind = "watched-aor" if extension in WATCHED else "phone-aor"
    name = member_name(extension).replace('"', "")
    return (
        f"[{extension}](phone)\naors = {extension}\nmailboxes = {extension}@default\n"
        f'callerid = "{name}" <{extension}>\n'
        f"[{extension}]({kind})\ncontact = sip:{extension}@127.0.0.1:{layout.phone_port(extension)}\n"
    )


def _quoted(extension: str) -> str:
    return '"' + member_name(extension).replace('"', '""') + '"'
