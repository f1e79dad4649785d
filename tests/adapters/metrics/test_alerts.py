"""The alerts that ship with ccd: they fire when they should, rest on what is exposed, and say what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pbx.root import in_ci
from tests.promtool import PromtoolMissingError, amtool, promtool, say

ROOT = Path(__file__).parents[3]
RULES = {
    name: ROOT / f"config/prometheus/ccd-{name}.rules.yml" for name in ("incidents", "shifts", "quality")
}
ROUTES = ROOT / "config/prometheus/alertmanager-ccd.yml"
CASES = {name: Path(__file__).parent / f"ccd-{name}.test.yml" for name in RULES}
RUNBOOKS = ROOT / "docs/runbooks"
SAID = ("summary", "summary_zh", "description", "description_zh")


def tool(get: Callable[[], Path]) -> Path:
    try:
        return get()
    except PromtoolMissingError as error:
        if in_ci():
            raise
        pytest.skip(str(error))


def alerts(*names: str) -> dict[str, str]:
    """Name -> what stands of it in these files, or in all."""
    found: dict[str, str] = {}
    for name in names or RULES:
        parts = re.split(r"(?m)^      - alert: (\w+)$", RULES[name].read_text("utf-8"))[1:]
        found |= dict(zip(parts[::2], parts[1::2], strict=True))
    return found


@pytest.mark.parametrize("name", RULES)
def test_prometheus_takes_the_rules(name: str) -> None:
    well, said = say(tool(promtool), "check", "rules", RULES[name])
    assert well, said
    assert f"{len(alerts(name))} rules found" in said


@pytest.mark.parametrize("name", RULES)
def test_each_alert_fires_when_it_should_and_not_before(name: str) -> None:
    well, said = say(tool(promtool), "test", "rules", CASES[name])
    assert well, said


@pytest.mark.parametrize(
    ("name", "was", "becomes"),
    [
        ("incidents", "< 300", "< 310"),
        ("incidents", "for: 2m", "for: 1m"),
        ("incidents", '{drill="no"} > 0', "> 0"),
        ("incidents", "late_seconds > 5", "late_seconds > 4"),
        ("shifts", "> 900", "> 840"),
        ("quality", "seconds < 1209600", "seconds < 1209601"),
        ("quality", "for: 15m", "for: 14m"),
        ("quality", '{what="away"} > 0', "> 0"),
        ("quality", "> 21600", "> 21000"),
        ("quality", " and ccd_sampling_frozen > 0", ""),
        ("quality", "[6h]", "[5h]"),
        ("quality", "alpha < 0.667", "alpha <= 0.667"),
        ("quality", '{what="scoring"} > 0', "> 0"),
        ("quality", "missing|changed|uncopied", ".*"),
        ("quality", "for: 1h", "for: 50m"),
        ("shifts", "on_duty > 0 and", "on_duty >= 0 and"),
        ("shifts", "for: 10m", "for: 9m"),
        ("shifts", "progress > ccd", "progress >= ccd"),
        ("shifts", "ratio < on", "ratio <= on"),
    ],
)
def test_the_cases_notice_a_rule_that_was_changed(tmp_path: Path, name: str, was: str, becomes: str) -> None:
    rules = RULES[name].read_text("utf-8")
    assert was in rules
    (tmp_path / "changed.yml").write_text(rules.replace(was, becomes), "utf-8")
    cases = re.sub(r"rule_files: .*", "rule_files: [changed.yml]", CASES[name].read_text("utf-8"))
    (tmp_path / "cases.yml").write_text(cases, "utf-8")
    assert not say(tool(promtool), "test", "rules", tmp_path / "cases.yml")[0]


def test_every_alert_is_seen_firing_in_a_case() -> None:
    cases = "".join(file.read_text("utf-8") for file in CASES.values())
    fired = set(re.findall(r'labels: \'ALERTS\{alertname="(\w+)"', cases))
    assert fired == set(alerts())


def test_alerts_rest_on_metrics_that_are_documented() -> None:
    documented = set(re.findall(r"(?m)^\| `(ccd_[a-z_]+)`", (ROOT / "docs/metrics.md").read_text("utf-8")))
    used = {name for text in alerts().values() for name in re.findall(r"ccd_\w+", text.partition("for:")[0])}
    assert used <= documented


def test_every_alert_says_in_both_languages_what_it_means_and_where_its_runbook_is() -> None:
    for name, text in alerts().items():
        for key in SAID:
            said = re.search(rf"(?m)^          {key}: '(.+)'$", text)
            assert said, f"{name}: {key}"
            assert bool(re.search("[\u4e00-\u9fff]", said[1])) is key.endswith("_zh"), f"{name}: {key}"
        assert f"runbook_url: file:///usr/share/doc/ccd/runbooks/{name}.md\n" in text


def test_every_alert_has_its_runbook_and_every_runbook_its_alert() -> None:
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == set(alerts())
    for path in RUNBOOKS.glob("*.md"):
        text = path.read_text("utf-8")
        assert text.startswith(f"# {path.stem}: ")
        for heading in ("含义", "现在做什么", "之后", "What it means", "What to do now", "Afterwards"):
            body = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
            assert len(body.strip()) > 10, f"{path.name}: {heading}"


def test_the_package_brings_the_runbooks_to_where_the_alerts_say() -> None:
    script = (ROOT / "packaging/build-deb.sh").read_text("utf-8")
    assert "/usr/share/doc/ccd/runbooks" in script
    assert "find asterisk prometheus" in script


def test_alertmanager_takes_the_routes_and_every_alert_has_one() -> None:
    well, said = say(tool(amtool), "check-config", ROUTES)
    assert well, said
    routed = re.findall(r'alertname=~"([^"]+)"', ROUTES.read_text("utf-8"))
    assert sorted("|".join(routed).split("|")) == sorted(alerts())


@pytest.mark.parametrize(
    ("alert", "receiver"),
    [
        ("PoliceNotReached", "ccd-on-call"),
        ("CcdDown", "ccd-on-call"),
        ("DrillTooOld", "ccd-admins"),
        ("RecordingsDiskFull", "ccd-admins"),
        ("RecordingFolderAway", "ccd-admins"),
        ("RecordingsAmiss", "ccd-admins"),
        ("DisputesOverdue", "ccd-quality"),
        ("SampleSeedLate", "ccd-quality"),
        ("SeatHeldWithoutRelief", "ccd-supervisors"),
        ("AdherenceBelowFloor", "ccd-supervisors"),
    ],
)
def test_what_cannot_wait_goes_to_who_is_on_call_and_the_floor_to_its_supervisors(
    alert: str, receiver: str
) -> None:
    well, said = say(
        tool(amtool), "config", "routes", "test", f"--config.file={ROUTES}", f"alertname={alert}"
    )
    assert well, said
    assert said.split()[0] == receiver
