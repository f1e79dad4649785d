"""The AMI actions that the simulator knows, answered in Asterisk's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from ccd.simulator import snapshots
from ccd.simulator.originating import originate
from ccd.simulator.parts import TRUNK, Channel
from ccd.simulator.pbx import Pbx
from ccd.simulator.requests import Request
from ccd.simulator.wire import CHANNEL_STATES

__all__ = ["ACTIONS", "VERSION"]

VERSION = "22.10.1"
"""The Asterisk whose words these are."""

_TRUE = ("yes", "true", "y", "t", "1", "on")


def _ping(pbx: Pbx, ask: Request) -> None:
    ask.success(Ping="Pong", Timestamp=f"{pbx.timeline.now:.6f}")


def _list_commands(pbx: Pbx, ask: Request) -> None:
    ask.success(**{name: f"{text}  (Priv: {rights})" for name, (_, text, rights) in ACTIONS.items()})


def _core_status(pbx: Pbx, ask: Request) -> None:
    boot = datetime.fromtimestamp(pbx.boot, UTC).astimezone()  # a PBX writes its own local time
    day, time = f"{boot:%Y-%m-%d}", f"{boot:%H:%M:%S}"
    ask.success(
        CoreStartupDate=day,
        CoreStartupTime=time,
        CoreReloadDate=day,
        CoreReloadTime=time,
        CoreCurrentCalls=sum(channel.program is not None for channel in pbx.switch.channels.values()),
        CoreProcessedCalls=pbx.switch.processed,
    )


def _core_settings(pbx: Pbx, ask: Request) -> None:
    ask.success(
        AMIversion="11.0.0",
        AsteriskVersion=VERSION,
        SystemName="",
        CoreMaxCalls=0,
        CoreMaxLoadAvg="0.000000",
        CoreRunUser="",
        CoreRunGroup="",
        CoreMaxFilehandles=0,
        CoreRealTimeEnabled="No",
        CoreCDRenabled="Yes",
        CoreHTTPenabled="No",
        SoundsSearchCustomDir="No",
    )


def _core_show_channels(pbx: Pbx, ask: Request) -> None:
    ask.listing("Channels will follow", snapshots.channels(pbx), "CoreShowChannelsComplete")


def _device_state_list(pbx: Pbx, ask: Request) -> None:
    ask.listing("Device State Changes will follow", snapshots.devices(pbx), "DeviceStateListComplete")


def _queue_status(pbx: Pbx, ask: Request) -> None:
    events = snapshots.queue_status(pbx, ask.get("Queue"), ask.get("Member"))
    ask.listing("Queue status will follow", events, "QueueStatusComplete")


def _queue_summary(pbx: Pbx, ask: Request) -> None:
    events = snapshots.queue_summary(pbx, ask.get("Queue"))
    ask.listing("Queue summary will follow", events, "QueueSummaryComplete")


def _queue_add(pbx: Pbx, ask: Request) -> None:
    queue, interface = ask.get("Queue"), ask.get("Interface")
    if not queue or not interface:
        ask.error(f"'{'Interface' if queue else 'Queue'}' not specified.")
        return
    penalty = ask.get("Penalty")
    error = pbx.members.add(
        queue,
        interface,
        ask.get("MemberName"),
        penalty=int(penalty) if penalty.isdecimal() else 0,
        paused=ask.get("Paused").casefold() in _TRUE,
        reason=ask.get("Reason"),
    )
    ask.outcome(error, "Added interface to queue")


def _queue_remove(pbx: Pbx, ask: Request) -> None:
    queue, interface = ask.get("Queue"), ask.get("Interface")
    if not queue or not interface:
        ask.error("Need 'Queue' and 'Interface' parameters.")
        return
    ask.outcome(pbx.members.remove(queue, interface), "Removed interface from queue")


def _queue_pause(pbx: Pbx, ask: Request) -> None:
    interface, paused = ask.get("Interface"), ask.get("Paused").casefold()
    if not interface or not paused:
        ask.error("Need 'Interface' and 'Paused' parameters.")
        return
    on = paused in _TRUE
    error = pbx.members.pause(interface, on, ask.get("Reason"), ask.get("Queue"))
    ask.outcome(error, f"Interface {'paused' if on else 'unpaused'} successfully")


def _hangup(pbx: Pbx, ask: Request) -> None:
    wanted = ask.get("Channel")
    if not wanted:
        ask.error("No channel specified")
        return
    if not (wanted.startswith("/") and wanted.endswith("/") and len(wanted) > 1):
        channel = pbx.switch.find(wanted)
        if channel is None:
            ask.error("No such channel")
        else:
            ask.success("Channel Hungup")
            pbx.hang_up(channel)
        return
    try:
        pattern = re.compile(wanted[1:-1])
    except re.error:
        ask.error("Regex compile error")
        return
    found = [channel for name, channel in pbx.switch.channels.items() if pattern.search(name)]
    items = [f"Event: ChannelHungup\r\nChannel: {channel.name}" for channel in found]
    ask.listing("Channels hung up will follow", items, "ChannelsHungupListComplete")
    for channel in found:
        if channel.alive:
            pbx.hang_up(channel)


def _db_get(pbx: Pbx, ask: Request) -> None:
    family, key = ask.get("Family"), ask.get("Key")
    value = pbx.database.get((family, key))
    if value is None:
        ask.error("Database entry not found")
        return
    item = f"Event: DBGetResponse\r\nFamily: {family}\r\nKey: {key}\r\nVal: {value}"
    ask.listing("Result will follow", [item], "DBGetComplete")


def _db_get_tree(pbx: Pbx, ask: Request) -> None:
    family, key = ask.get("Family"), ask.get("Key")
    items = [
        f"Event: DBGetTreeResponse\r\nKey: /{name}/{entry}\r\nVal: {value}"
        for (name, entry), value in sorted(pbx.database.items())
        if family in ("", name) and key in ("", entry)
    ]
    ask.listing("Result will follow", items, "DBGetTreeComplete")


def _db_put(pbx: Pbx, ask: Request) -> None:
    family, key = ask.get("Family"), ask.get("Key")
    if not family or not key:
        ask.error(f"No {'key' if family else 'family'} specified")
        return
    pbx.database[family, key] = ask.get("Val")
    ask.success("Updated database successfully")


def _db_del(pbx: Pbx, ask: Request) -> None:
    found = pbx.database.pop((ask.get("Family"), ask.get("Key")), None)
    ask.outcome("Database entry could not be deleted" if found is None else "", "Key deleted successfully")


def _user_event(pbx: Pbx, ask: Request) -> None:
    own = ("action", "userevent", "actionid")
    lines = [f"UserEvent: {ask.get('UserEvent')}"]
    lines += [f"ActionID: {ask.action_id}"] if ask.action_id else []
    lines += [f"{name}: {value}" for name, value in ask.headers if name.casefold() not in own]
    ask.success("Event Sent")
    pbx.wire.tell("UserEvent", *lines)


def _get_var(pbx: Pbx, ask: Request) -> None:
    """Variables and functions: all empty, but DB(family/key) and what is told of a channel."""
    variable, named = ask.get("Variable"), ask.get("Channel")
    if not variable:
        ask.error("No variable specified")
        return
    channel = pbx.switch.find(named) if named else None
    if named and channel is None:
        ask.error("No such channel")
        return
    match = re.fullmatch(r"DB\(([^/)]+)/([^)]+)\)", variable)
    value = pbx.database.get((match[1], match[2]), "") if match else ""
    if channel is not None:
        value = _of_channel(channel).get(variable, value)
    ask.success(Variable=variable, Value=value)


def _of_channel(channel: Channel) -> dict[str, str]:
    told = {"CHANNEL(state)": CHANNEL_STATES[channel.state], "CHANNEL(name)": channel.name}
    if channel.interface == TRUNK:
        told["CHANNEL(pjsip,remote_addr)"] = "198.51.100.10:5060"
        told["CHANNEL(pjsip,call-id)"] = f"{channel.uniqueid}@198.51.100.10"
    return told | channel.variables


def _mix_monitor(pbx: Pbx, ask: Request) -> None:
    named, file = ask.get("Channel"), ask.get("File")
    channel = pbx.switch.find(named) if named else None
    if channel is None:
        ask.error("No such channel" if named else "No channel specified")
        return
    pbx.record(channel, file.rpartition("/")[2])
    ask.success(MixMonitorID=f"0x{len(channel.recordings):x}")


def _stop_mix_monitor(pbx: Pbx, ask: Request) -> None:
    channel = pbx.switch.channels.get(ask.get("Channel"))
    if channel is None:
        ask.error("No such channel" if ask.get("Channel") else "No channel specified")
    elif not channel.recordings:
        ask.error("Could not stop monitoring channel")
    else:
        pbx.stop_recording(channel)
        ask.success()


Handler = Callable[[Pbx, Request], None]

ACTIONS: Mapping[str, tuple[Handler, str, str]] = {
    "CoreSettings": (_core_settings, "Show PBX core settings (version etc).", "system,reporting,all"),
    "CoreShowChannels": (_core_show_channels, "List currently active channels.", "system,reporting,all"),
    "CoreStatus": (_core_status, "Show PBX core status variables.", "system,reporting,all"),
    "DBDel": (_db_del, "Delete DB entry.", "system,all"),
    "DBGet": (_db_get, "Get DB Entry.", "system,reporting,all"),
    "DBGetTree": (
        _db_get_tree,
        "Get DB entries, optionally at a particular family/key",
        "system,reporting,all",
    ),
    "DBPut": (_db_put, "Put DB entry.", "system,all"),
    "DeviceStateList": (_device_state_list, "List the current known device states.", "call,reporting,all"),
    "Getvar": (_get_var, "Gets a channel variable or function value.", "call,reporting,all"),
    "Hangup": (_hangup, "Hangup channel.", "system,call,all"),
    "ListCommands": (_list_commands, "List available manager commands.", "<none>"),
    "MixMonitor": (
        _mix_monitor,
        "Record a call and mix the audio during the recording.",
        "system,call,all",
    ),
    "Originate": (originate, "Originate a call.", "originate,all"),
    "Ping": (_ping, "Keepalive command.", "<none>"),
    "QueueAdd": (_queue_add, "Add interface to queue.", "agent,all"),
    "QueuePause": (_queue_pause, "Makes a queue member temporarily unavailable.", "agent,all"),
    "QueueRemove": (_queue_remove, "Remove interface from queue.", "agent,all"),
    "QueueStatus": (_queue_status, "Show queue status.", "<none>"),
    "QueueSummary": (_queue_summary, "Show queue summary.", "<none>"),
    "StopMixMonitor": (
        _stop_mix_monitor,
        "Stop recording a call through MixMonitor, and free the recording's file handle.",
        "system,call,all",
    ),
    "UserEvent": (_user_event, "Send an arbitrary event.", "user,all"),
}
"""By name: handler, what ListCommands says of it, classes of rights. Login and its kind are the session's."""
