"""The read path on raw bytes, as a connection would give them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccd.adapters.ami.protocol import MESSAGE_LIMIT, Protocol
from ccd.adapters.ami.wanted import WANTED, Wanted
from ccd.message import Message
from tests.adapters.ami.fake_pbx import event

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
CAPTURED = Path(__file__).with_name("queue_call_22.ami").read_bytes()
"""From an Asterisk 22.10: a queue call is answered and ends; names are Chinese, some last headers empty."""


class Read:
    """A protocol without a connection; ``calls`` is what each read gave."""

    def __init__(self, wanted: Wanted | None = None, banner: bytes = BANNER) -> None:
        self.calls: list[list[Message]] = []
        self.protocol = Protocol(
            wanted or Wanted(), lambda at, messages: self.calls.append(messages), lambda: datetime.now(UTC)
        )
        self.feed(banner)

    def feed(self, *reads: bytes) -> list[Message]:
        for data in reads:
            self.protocol.data_received(data)
        return self.messages

    @property
    def messages(self) -> list[Message]:
        return [message for call in self.calls for message in call]


def test_a_captured_burst_is_the_same_wherever_it_is_split() -> None:
    whole = Read().feed(CAPTURED)
    assert [message.name for message in whole].count("AgentConnect") == 1
    assert any("张三" in message.text for message in whole)
    for offset in range(len(CAPTURED) + 1):
        assert Read().feed(CAPTURED[:offset], CAPTURED[offset:]) == whole, f"split at {offset}"


def test_a_burst_read_byte_by_byte_is_the_same() -> None:
    reader = Read(banner=b"")
    stream = BANNER + CAPTURED
    reader.feed(*(stream[i : i + 1] for i in range(len(stream))))
    assert reader.messages == Read().feed(CAPTURED)
    assert reader.protocol.version == "11.0.0"


def test_a_message_holds_exactly_the_bytes_that_were_sent() -> None:
    sent = [raw.decode() for raw in CAPTURED.split(b"\r\n\r\n") if raw]
    by_name = [
        text for text in sent if text.split("\r\n")[0] in ("Event: AgentConnect", "Event: BridgeEnter")
    ]
    got = [
        message.text for message in Read().feed(CAPTURED) if message.name in ("AgentConnect", "BridgeEnter")
    ]
    assert got == by_name


PIECES = st.one_of(
    st.sampled_from(
        [event("Hangup", "Cause: 16"), event("Newexten", "Context: x"), event("UserEvent", "U: 张三")]
    ),
    st.sampled_from(
        [b"\r\n", b"junk\r\n\r\n", b"\xff\x00\r\n\r\n", b": \r\n\r\n", b"Response: Error\r\n\r\n"]
    ),
    st.sampled_from(
        [event("Hangup", "Cause:"), b"Event: Hangup\r\n\r\n", event("Hangup", "Event: Newstate")]
    ),
    st.binary(min_size=1, max_size=30).map(
        lambda junk: event("UserEvent").replace(b"\r\n\r\n", b"\r\nX: ") + junk
    ),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=12), st.lists(st.integers(0, 400), max_size=6))
def test_any_stream_is_the_same_however_it_is_split(pieces: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(pieces)
    bounds = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    reads = [stream[a:b] for a, b in pairwise(bounds)]
    assert Read().feed(*reads) == Read().feed(stream)


def test_a_character_split_between_two_reads_is_kept() -> None:
    data = event("UserEvent", "Name: 张三")
    split = data.index("三".encode()) + 1
    assert Read().feed(data[:split], data[split:])[0].get("Name") == "张三"


def test_bytes_that_are_not_utf8_cost_only_themselves() -> None:
    reader = Read()
    messages = reader.feed(b"Event: UserEvent\r\nName: a\xffb\r\nNext: c\r\n\r\n" + event("Hangup"))
    assert [message.get("Name") for message in messages] == ["a\ufffdb", ""]
    assert messages[0].get("Next") == "c"
    assert reader.protocol.counts.decode_errors == 1


@pytest.mark.parametrize(
    "garbage",
    [
        b"garbage\r\n\r\n",
        b"\x00\x01\xfe\xff\r\n\r\n",
        b"event: Hangup\r\n\r\n",
        b": \r\n\r\n",
        b"Asterisk Call Manager/1.0\r\n\r\n",
    ],
)
def test_garbage_costs_itself_alone(garbage: bytes) -> None:
    reader = Read()
    messages = reader.feed(event("Hangup", "Cause: 1") + garbage + event("Hangup", "Cause: 2"))
    assert [message.get("Cause") for message in messages] == ["1", "2"]
    assert reader.protocol.counts.garbage == 1
    assert not reader.protocol.closed


def test_empty_lines_between_messages_are_nothing() -> None:
    reader = Read()
    messages = reader.feed(b"\r\n" + event("Hangup") + b"\r\n\r\n\r\n" + event("Newstate") + b"\r\n\r\n")
    assert [message.text for message in messages] == ["Event: Hangup", "Event: Newstate"]
    assert reader.protocol.counts.garbage == 0


def test_the_first_of_two_event_headers_is_the_name() -> None:
    messages = Read().feed(event("Hangup", "Event: Newchannel", "Cause: 16"))
    assert [(message.name, message.get("Cause")) for message in messages] == [("Hangup", "16")]
    assert messages[0].all("Event") == ["Hangup", "Newchannel"]


@pytest.mark.parametrize("last", ["PausedReason: ", "PausedReason:"])
def test_an_empty_last_header_is_kept(last: str) -> None:
    (message,) = Read().feed(event("QueueMemberPause", "Paused: 0", last))
    assert list(message.items())[-1] == ("PausedReason", "")


def test_repeated_headers_are_all_kept_in_order() -> None:
    (message,) = Read().feed(event("Newchannel", "ChanVariable: a=1", "X: y", "ChanVariable: b=2"))
    assert message.all("ChanVariable") == ["a=1", "b=2"]


def test_one_read_is_one_call() -> None:
    reader = Read()
    reader.feed(event("Hangup") * 200, event("Newexten"), event("Hangup"))
    assert [len(call) for call in reader.calls] == [200, 1]


def test_what_is_not_wanted_is_counted_and_not_decoded() -> None:
    reader = Read()
    reader.feed(b"Event: Newexten\r\nAppData: \xff\r\n\r\n" * 3 + event("Hangup"))
    counts = reader.protocol.counts
    assert (counts.messages_received, counts.messages_skipped, counts.decode_errors) == (4, 3, 0)


def test_only_the_variables_that_matter_are_read() -> None:
    named = [
        "MIXMONITOR_FILENAME",
        "QUEUESTATUS",
        "VMSTATUS",
        "SIPCALLID",
        "XQUEUESTATUS",
        "QUEUESTATUSX",
        "",
    ]
    stream = b"".join(event("VarSet", "Channel: c", f"Variable: {name}", "Value: v") for name in named)
    stream += event("VarSet", "Channel: QUEUESTATUS", "Variable: OTHER", "Value: Variable: QUEUESTATUS")
    assert [message.get("Variable") for message in Read().feed(stream)] == named[:3]


def test_the_wanted_table_can_be_changed_while_reading() -> None:
    wanted = Wanted(WANTED)
    reader = Read(wanted)
    one, two = event("DeviceStateChange", "Device: PJSIP/1"), event("DeviceStateChange", "Device: PJSIP/2")
    reader.feed(one + two)
    wanted["DeviceStateChange"] = lambda raw: b"\r\nDevice: PJSIP/2\r\n" in raw + b"\r\n"
    reader.feed(one + two)
    del wanted["DeviceStateChange"]
    reader.feed(one + two)
    assert [message.get("Device") for message in reader.messages] == ["PJSIP/1", "PJSIP/2", "PJSIP/2"]


def test_a_stop_of_the_pbx_is_seen_even_when_nobody_wants_the_event() -> None:
    reader = Read(Wanted({"Hangup": None}))
    reader.feed(event("Hangup") + event("Shutdown", "Restart: True"))
    assert (reader.messages[-1].name, reader.protocol.why) == ("Hangup", "shutdown")


@pytest.mark.parametrize("extra", [0, 1])
@pytest.mark.parametrize("chunk", [1000, 65536, 10 * MESSAGE_LIMIT])
def test_a_message_may_have_one_mebibyte_and_no_byte_more(extra: int, chunk: int) -> None:
    head = b"Event: UserEvent\r\nX: "
    stream = (
        event("Hangup") + head + b"x" * (MESSAGE_LIMIT - len(head) + extra) + b"\r\n\r\n" + event("Newstate")
    )
    reader = Read()
    reader.feed(*(stream[i : i + chunk] for i in range(0, len(stream), chunk)))
    names = [message.name for message in reader.messages]
    assert names == (["Hangup"] if extra else ["Hangup", "UserEvent", "Newstate"])
    assert (reader.protocol.closed, reader.protocol.counts.oversize) == (bool(extra), extra)


def test_the_limit_is_one_of_the_message_and_not_of_its_terminator() -> None:
    largest = b"Event: UserEvent\r\nX: ".ljust(MESSAGE_LIMIT, b"x")
    for split in range(5):
        reader = Read()
        terminator = b"\r\n\r\n"
        reader.feed(largest + terminator[:split], terminator[split:])
        assert [message.name for message in reader.messages] == ["UserEvent"]
    reader = Read()
    reader.feed(largest + b"xxxx")
    assert reader.protocol.closed


class Paused:
    """A transport that notes whether it is being read."""

    def __init__(self) -> None:
        self.pauses = 0
        self.reading = True

    def pause_reading(self) -> None:
        self.pauses += 1
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return False


async def test_reading_pauses_only_where_messages_come_densely() -> None:
    reader, transport = Read(), Paused()
    reader.protocol.transport, reader.protocol.coalesce_s = transport, 0.15
    for _ in range(3):
        await asyncio.sleep(0.2)
        reader.feed(event("Hangup"))
    assert transport.pauses == 0
    reader.feed(event("Hangup"))
    assert not transport.reading
    await asyncio.sleep(0.2)
    assert transport.reading
    reader.feed(event("Hangup"), event("Newexten") * 5000)  # the second is a backlog: more is waiting
    assert transport.pauses <= 2


def test_a_header_without_end_is_given_up_at_the_limit_and_holds_no_memory() -> None:
    reader = Read()
    chunk = b"x" * 65536
    fed = 0
    while not reader.protocol.closed:
        reader.feed(chunk)
        fed += len(chunk)
    assert fed <= MESSAGE_LIMIT + 2 * len(chunk)
    assert (reader.protocol.why, reader.protocol.counts.oversize) == ("oversize", 1)
    reader.feed(*[chunk] * 150)  # the rest of 10 MB that was on its way
    assert len(reader.protocol._tail) == 0


class Searched(bytearray):
    """Counts the bytes that are searched."""

    work = 0

    def rfind(self, what: object, start: int = 0) -> int:  # type: ignore[override]
        Searched.work += len(self) - start
        return super().rfind(what, start)  # type: ignore[arg-type]


@pytest.mark.parametrize("chunk", [1, 7, 100])
def test_a_long_message_in_small_reads_is_searched_once(chunk: int) -> None:
    reader = Read()
    reader.protocol._tail, Searched.work = Searched(), 0
    data = b"Event: UserEvent\r\nX: " + b"x" * 20_000 + b"\r\n\r\n"
    reader.feed(*(data[i : i + chunk] for i in range(0, len(data), chunk)))
    assert [message.name for message in reader.messages] == ["UserEvent"]
    assert len(data) / 2 < Searched.work <= 4 * len(data)  # each byte, and 3 before each read


@pytest.mark.parametrize(
    ("first", "version"),
    [(BANNER, "11.0.0"), (b"Asterisk Call Manager/5.0.4\r\n", "5.0.4"), (b"Asterisk Call Manager\r\n", "")],
)
def test_the_banner_is_no_message(first: bytes, version: str) -> None:
    reader = Read(banner=first)
    reader.feed(event("Hangup"))
    assert reader.protocol.version == version
    assert [message.text for message in reader.messages] == ["Event: Hangup"]


def test_a_recorded_stream_may_begin_without_the_banner() -> None:
    assert [message.name for message in Read(banner=b"").feed(event("Hangup"))] == ["Hangup"]


@pytest.mark.parametrize(
    "first", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff" * 500]
)
def test_a_port_that_is_no_ami_is_told_by_its_first_line(first: bytes) -> None:
    reader = Read(banner=first)
    assert (reader.protocol.closed, reader.protocol.why) == (True, "not_ami")
    assert reader.feed(event("Hangup")) == []
