"""The shipped snippets in the configuration that a distribution installs, put in as their README says."""

from __future__ import annotations

import json
import secrets
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.pbx.fixtures import versions_used
from tests.pbx.layout import SHIPPED
from tests.pbx.root import RootMissingError, SuiteGoneError, in_ci
from tests.pbx.stock import AMI_PORT, StockAsterisk

pytestmark = pytest.mark.pbx

GENERAL = (
    "enabled = yes",
    "bindaddr = 127.0.0.1",
    "timestampevents = yes",
    "disabledevents = DTMFBegin,DTMFEnd",
)
NOT_THERE_YET = {
    "static-members",
    "unknown-members",
    "fastagi",
    "recordings-folder",
    "prompts",
    "duty-cache",
}
"""A fixed member, and no roster, daemon, call or prompts: what this test leaves out of a PBX."""
QUEUE = """
[support](ccd)
strategy = rrmemory
member = PJSIP/1001,0,张三
"""


@dataclass(frozen=True)
class Attached:
    """A stock PBX with the snippets, and what it had to complain of without them and with them."""

    pbx: StockAsterisk
    secret: str
    before: set[str]
    after: set[str]


def attach(pbx: StockAsterisk, secret: str) -> None:
    """Steps 1 to 3 of the README, to the letter."""
    etc = pbx.etc_dir
    shutil.copytree(SHIPPED, etc / "ccd")
    behind(etc / "manager.conf", "[general]", *GENERAL)
    at_the_end(
        etc / "manager.conf",
        "#tryinclude ccd/manager.d/ccd.conf",
        f"#tryinclude ccd/manager-{pbx.major}.conf",
    )
    at_the_end(etc / "queues.conf", "#tryinclude ccd/queues-ccd.conf")
    at_the_end(
        etc / "extensions.conf",
        "#tryinclude ccd/extensions-ccd.conf",
        "#tryinclude ccd/extensions-ccd-incidents.conf",
        "#tryinclude ccd/extensions-ccd-shifts.conf",
        "#tryinclude ccd/extensions-ccd-listening.conf",
        "#tryinclude ccd-police.conf",
    )
    sample = (etc / "ccd/ccd-police.conf.sample").read_text("utf-8")
    for placeholder, own in (
        ("PUT-THE-NUMBER-HERE", "0000"),
        ("FIRST-TRUNK", "one"),
        ("SECOND-TRUNK", "two"),
    ):
        sample = sample.replace(placeholder, own)
    (etc / "ccd-police.conf").write_text(sample, "utf-8")
    behind(etc / "extensions.conf", "[default]", "include => ccd-codes")
    at_the_end(etc / "features.conf", "#tryinclude ccd/features-ccd.conf")
    with (etc / "queues.conf").open("a") as queues:
        queues.write(QUEUE)
    snippet = etc / "ccd/manager.d/ccd.conf"
    snippet.write_text(snippet.read_text("utf-8").replace("CHANGE-ME", secret), "utf-8")


def behind(file: Path, section: str, *lines: str) -> None:
    for line in lines:
        assert f"`{line}`" in README, f"the README no longer asks for {line}"
    text = file.read_text("utf-8")
    assert f"\n{section}\n" in text
    file.write_text(text.replace(f"\n{section}\n", "\n" + "\n".join((section, *lines)) + "\n", 1), "utf-8")


def at_the_end(file: Path, *lines: str) -> None:
    for line in lines:
        assert f"`{line}`" in README, f"the README no longer asks for {line}"
    with file.open("a") as conf:
        conf.write("\n" + "\n".join(lines) + "\n")


README = (SHIPPED / "README.md").read_text("utf-8")


def reload(pbx: StockAsterisk) -> None:
    for command in ("core reload", "queue reload all"):
        assert f'asterisk -rx "{command}"' in README
        pbx.rx(command, timeout=30)


@pytest.fixture(scope="module", params=["22", "16"])
def attached(request: pytest.FixtureRequest) -> Iterator[Attached]:
    try:
        pbx = StockAsterisk(request.param)
    except RootMissingError as error:
        if in_ci() and not (isinstance(error, SuiteGoneError) and request.param == "16"):
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))
    secret = secrets.token_hex(24)
    with pbx:
        versions_used.add(pbx.version)
        reload(pbx)
        before = set(pbx.complaints())
        pbx.forget_complaints()
        attach(pbx, secret)
        reload(pbx)
        pbx.restart()
        reload(pbx)
        yield Attached(pbx, secret, before, set(pbx.complaints()))


def test_a_stock_pbx_loads_them_without_a_complaint(attached: Attached) -> None:
    assert attached.before, "a stock one complains of this and that, so complaints are seen"
    assert attached.after - attached.before == set()


def test_they_are_in_force(attached: Attached) -> None:
    rx = attached.pbx.rx
    assert "ccd-codes" in rx("dialplan show default")
    assert "'*81'" in rx("dialplan show *81@default")
    assert "PJSIP/1001" in rx("queue show support")
    assert "*2" in rx("features show")
    assert "ccd-threat" in rx("features show")
    assert "'call'" in rx("dialplan show ccd-police")
    assert "ccd-police-once" in rx("dialplan show ccd-decide")
    user = rx("manager show user ccd")
    assert "system,call,agent,user,reporting,dialplan" in user.replace(" ", "")


def test_the_doctor_finds_no_fault_with_them(attached: Attached, tmp_path: Path) -> None:
    config = tmp_path / "ccd.toml"
    config.write_text(
        f"""
[daemon]
state_dir = "{tmp_path}"
[pbx.main]
port = {AMI_PORT}
secret = "{attached.secret}"
config_dir = "{attached.pbx.etc_dir}"
recordings_dir = "{attached.pbx.monitor_dir}"
""",
        "utf-8",
    )
    done = attached.pbx.in_its_network(
        sys.executable, "-m", "ccd", "doctor", "--json", "--config", str(config)
    )
    (told,) = json.loads(done.stdout)["pbxs"]
    statuses = {finding["check"]: finding["status"] for finding in told["findings"]}
    assert done.returncode == 0, done.stdout
    assert {check for check, status in statuses.items() if status != "ok"} == NOT_THERE_YET
    assert statuses["eventfilter"] == statuses["recording"] == statuses["sign-in-codes"] == "ok"
