"""What the parts of the daemon count about themselves, read when Prometheus asks.

A part is watched under a kind. What it counts are plain attributes, named in the tables below. One that is
not there is left out here, and found missing by a test that holds the tables to the real parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal, NamedTuple, get_args

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.utils import floatToGoString

from ccd.buckets import Buckets

__all__ = ["TABLES", "Components", "Kind"]

Kind = Literal[
    "ami",
    "store",
    "runner",
    "pulse",
    "clock",
    "performer",
    "journal",
    "agi",
    "config",
    "safekeeping",
    "notify",
    "pages",
    "web",
]


class Row(NamedTuple):
    """``how``: counter, gauge, age (seconds since that time), fault (1 where the text is empty), histogram,
    or the name of a label: then the attribute is a Counter by its values, a closed set.
    """

    attribute: str
    name: str
    how: str
    help: str


TABLES: dict[str, tuple[Row, ...]] = {
    "ami": (
        Row("connected", "ccd_ami_connected", "gauge", "1 while logged in to this PBX."),
        Row("bytes_received", "ccd_ami_received_bytes", "counter", "Bytes read from the PBX."),
        Row("messages_received", "ccd_ami_messages", "counter", "AMI messages read from the PBX."),
        Row(
            "messages_skipped",
            "ccd_ami_messages_skipped",
            "counter",
            "AMI messages that nobody wants, passed over unparsed.",
        ),
        Row("garbage", "ccd_ami_garbage", "counter", "Messages that are neither event nor response."),
        Row("strays", "ccd_ami_strays", "counter", "Responses to no pending action, mostly come too late."),
        Row("decode_errors", "ccd_ami_decode_errors", "counter", "Messages that are not valid UTF-8."),
        Row("handler_errors", "ccd_ami_handler_errors", "counter", "Messages lost to a defect of ours."),
        Row("oversize", "ccd_ami_oversize", "counter", "Connections given up for a message over the limit."),
        Row("reconnects", "ccd_ami_reconnects", "counter", "Sessions begun after the first one."),
        Row("cuts_by_reason", "ccd_ami_cuts", "reason", "Connections that ended or did not come about."),
        Row("last_heard", "ccd_ami_silence_seconds", "age", "Seconds since the last byte of the PBX."),
    ),
    "runner": (
        Row("inbox", "ccd_inbox_length", "gauge", "Inputs that wait to be worked on."),
        Row("limit", "ccd_inbox_limit", "gauge", "AMI messages that may wait before their lane is dropped."),
        Row("overflows", "ccd_inbox_overflows", "counter", "Times the lane of a PBX was dropped."),
        Row("processed", "ccd_inputs_processed", "counter", "Inputs worked on, AMI messages among them."),
        Row("errors", "ccd_step_errors", "counter", "Inputs lost to a defect of ours."),
        Row("lag_s", "ccd_lag_seconds", "gauge", "From receipt to work done, of the latest AMI message."),
        Row("lags", "ccd_input_lag_seconds", "histogram", "From receipt to work done, of AMI messages."),
    ),
    "pulse": (
        Row("stall_max_s", "ccd_loop_stall_max_seconds", "gauge", "Longest stall of the loop since start."),
        Row("stalls", "ccd_loop_stall_seconds", "histogram", "How late the loop came back, measured often."),
    ),
    "clock": (
        Row("jumps", "ccd_clock_jumps", "counter", "Jumps of the wall clock by more than two seconds."),
        Row("off_s", "ccd_clock_off_seconds", "gauge", "How far the wall clock is ahead of ccd's own time."),
        Row("scans", "ccd_deadline_scans", "counter", "Scans for deadlines that are due."),
        Row("armed", "ccd_deadlines_armed", "gauge", "Deadlines that are not due yet."),
        Row("worst_late_s", "ccd_deadline_late_max_seconds", "gauge", "Latest deadline since start."),
    ),
    "performer": (
        Row("failures", "ccd_effects_unperformed", "counter", "Effects lost to a defect of ours."),
    ),
    "store": (
        Row("healthy", "ccd_store_healthy", "gauge", "1 while the database takes what is written."),
        Row("written", "ccd_store_facts_written", "counter", "Facts committed."),
        Row("batches", "ccd_store_batches", "counter", "Transactions committed."),
        Row("dropped", "ccd_store_facts_dropped", "counter", "Facts the queue had no room for."),
        Row("refused", "ccd_store_rows_refused", "counter", "Rows that could never be written."),
        Row("failures", "ccd_store_failures", "counter", "Transactions that had to be tried again."),
        Row("queue_length", "ccd_store_queue_length", "gauge", "Facts that wait to be written."),
        Row("lag_s", "ccd_store_lag_seconds", "gauge", "Age of the oldest fact that waits to be written."),
        Row("last_commit_s", "ccd_store_commit_seconds", "gauge", "How long the latest transaction took."),
    ),
    "journal": (
        Row("records", "ccd_journal_records", "counter", "Inputs written to the journal."),
        Row("bytes", "ccd_journal_written_bytes", "counter", "Bytes written to the journal, compressed."),
        Row("errors", "ccd_journal_errors", "counter", "Failed writes to the journal."),
        Row("dropped", "ccd_journal_dropped", "counter", "Inputs the journal had no room for."),
    ),
    "agi": (Row("counts", "ccd_agi_requests", "result", "Questions of the dialplan, by their answer."),),
    "safekeeping": (
        Row(
            "spool_bytes_used", "ccd_spool_bytes", "gauge", "Bytes of the spool that the store has not taken."
        ),
        Row("spooled", "ccd_spool_writes", "counter", "Facts and entries that went to the spool."),
        Row("spool_failures", "ccd_spool_failures", "counter", "Times the spool did not take something."),
        Row("unsaved", "ccd_unsaved", "gauge", "Facts and entries of incidents that are only in memory."),
    ),
    "notify": (
        Row("under_way", "ccd_notify_queue_length", "gauge", "Messages neither delivered nor given up."),
        Row("retries", "ccd_notify_retries", "counter", "Deliveries that were tried again."),
        Row("delivered", "ccd_notify_delivered", "means", "Messages that were delivered."),
        Row("given_up", "ccd_notify_given_up", "means", "Messages that were given up."),
        Row("mqtt_connected", "ccd_mqtt_connected", "gauge", "1 while connected to the broker."),
        Row("reports_refused", "ccd_mqtt_reports_refused", "counter", "MQTT messages that were no report."),
    ),
    "pages": (
        Row("taken", "ccd_pages", "counter", "Notices about shifts, each for one person or several."),
        Row("under_way", "ccd_page_queue_length", "gauge", "Notices and rings neither done nor given up."),
        Row("retries", "ccd_page_retries", "counter", "Deliveries of notices that were tried again."),
        Row("delivered", "ccd_page_delivered", "means", "Notices that were delivered."),
        Row("given_up", "ccd_page_given_up", "means", "Notices that were given up."),
        Row("rings", "ccd_page_rings", "result", "Phones rung for notices, by what came of it."),
        Row("unreached", "ccd_page_unreached", "counter", "People whom no means leads to."),
    ),
    "web": (
        Row("requests", "ccd_web_requests", "counter", "Requests of the API and for recordings."),
        Row("active", "ccd_web_requests_active", "gauge", "Requests that are being answered."),
        Row("refused", "ccd_web_refused", "counter", "Requests that were too many, too big or too slow."),
        Row("cut", "ccd_web_cut", "counter", "Answers cut off since nobody took them."),
        Row("failures", "ccd_web_sign_in_failures", "counter", "Requests with no token or a bad one."),
        Row("served", "ccd_recordings_served", "counter", "Recordings given out, whole or in part."),
        Row("amiss", "ccd_recordings_amiss_served", "counter", "Recordings asked for and found amiss."),
        Row("decoder_failures", "ccd_decoder_failures", "counter", "Decoders stopped before they were done."),
    ),
    "config": (
        Row("config_fault", "ccd_config_valid", "fault", "1 unless the last reload found a bad file."),
    ),
}


class Components:
    """Parts by kind and name; the name is the label ``pbx`` of an AMI session, and empty for what is one."""

    def __init__(self) -> None:
        self._parts: dict[str, dict[str, object]] = {kind: {} for kind in get_args(Kind)}

    def watch(self, kind: Kind, name: str, part: object) -> None:
        """The latest under a name counts: a session that was made anew replaces the old one."""
        self._parts[kind][name] = part

    def unwatch(self, kind: Kind, name: str) -> None:
        self._parts[kind].pop(name, None)

    def collect(self, now: datetime) -> Iterator[Metric]:
        for kind, rows in TABLES.items():
            parts = self._parts[kind]
            if parts:
                for row in rows:
                    yield _family(row, parts, ("pbx",) if kind == "ami" else (), now)

    def health(self, now: datetime) -> dict[str, Any]:
        """The little that readiness and the status picture need, as plain data."""
        runner, pulse = self._parts["runner"].get(""), self._parts["pulse"].get("")
        store = self._parts["store"].get("")
        fault = getattr(self._parts["config"].get(""), "config_fault", "")
        safekeeping = self._parts["safekeeping"].get("")
        return {
            "ami": {name: _link(part, now) for name, part in self._parts["ami"].items()},
            "loop": _values(runner, "lag_s", "inbox", "overflows") | _values(pulse, "stall_max_s"),
            "store": None if store is None else _store(store),
            "safekeeping": _values(safekeeping, "spool_bytes_used", "unsaved"),
            "config": {"valid": not fault, "error": fault},
        }


def _link(part: object, now: datetime) -> dict[str, Any]:
    values = _values(part, "connected", "synced", "reconnects", "last_error")
    return values | {"silent_s": _age(getattr(part, "last_heard", None), now)}


def _store(part: object) -> dict[str, Any]:
    return {"healthy": False} | _values(
        part, "healthy", "queue_length", "lag_s", "written", "dropped", "failures", "last_commit_s"
    )


def _values(part: object, *attributes: str) -> dict[str, Any]:
    return {name: getattr(part, name) for name in attributes if hasattr(part, name)}


def _age(at: datetime | None, now: datetime) -> float | None:
    return None if at is None else max((now - at).total_seconds(), 0.0)


def _family(row: Row, parts: dict[str, object], labels: tuple[str, ...], now: datetime) -> Metric:
    if row.how == "histogram":
        return _histogram(row, parts, labels)
    if row.how in ("counter", "gauge", "age", "fault"):
        kind = CounterMetricFamily if row.how == "counter" else GaugeMetricFamily
        family = kind(row.name, row.help, labels=labels)
        for name, part in parts.items():
            value = _number(getattr(part, row.attribute, None), row.how, now)
            if value is not None:
                family.add_metric([name][: len(labels)], value)
        return family
    family = CounterMetricFamily(row.name, row.help, labels=(*labels, row.how))
    for name, part in parts.items():
        for value, count in sorted(getattr(part, row.attribute, {}).items()):
            family.add_metric([*[name][: len(labels)], value], count)
    return family


def _number(value: Any, how: str, now: datetime) -> float | None:
    if how == "age":
        return _age(value, now)
    if how == "fault":
        return float(not value)
    return None if value is None else float(value)


def _histogram(row: Row, parts: dict[str, object], labels: tuple[str, ...]) -> Metric:
    family = HistogramMetricFamily(row.name, row.help, labels=labels)
    for name, part in parts.items():
        buckets = getattr(part, row.attribute, None)
        if isinstance(buckets, Buckets):
            below, cumulative = 0, []
            for bound, count in zip((*buckets.bounds, float("inf")), buckets.counts, strict=True):
                below += count
                cumulative.append((str(floatToGoString(bound)), below))  # type: ignore[no-untyped-call]
            family.add_metric([name][: len(labels)], cumulative, buckets.total)
    return family
