"""What the command line says to people, in English and Chinese; ``config_faults`` has the settings' faults.

Each entry is (English, Chinese). A test holds the placeholders of both equal.
"""

from __future__ import annotations

from typing import Any

from ccd.cli.words_adherence import ADHERENCE_WORDS
from ccd.cli.words_assessment import ASSESSMENT_WORDS
from ccd.cli.words_attendance import ATTENDANCE_WORDS
from ccd.cli.words_breaks import BREAKS_WORDS
from ccd.cli.words_calibration import CALIBRATION_WORDS
from ccd.cli.words_forms import FORMS_WORDS
from ccd.cli.words_handover import HANDOVER_WORDS
from ccd.cli.words_incidents import INCIDENT_WORDS
from ccd.cli.words_leave import LEAVE_WORDS
from ccd.cli.words_listening import LISTENING_WORDS
from ccd.cli.words_meals import MEALS_WORDS
from ccd.cli.words_recordings import RECORDINGS_WORDS
from ccd.cli.words_reports import REPORTS_WORDS
from ccd.cli.words_sampling import SAMPLING_WORDS
from ccd.cli.words_scoring import SCORING_WORDS
from ccd.cli.words_shifts import SHIFT_WORDS
from ccd.cli.words_staffing import STAFFING_WORDS
from ccd.cli.words_tokens import TOKENS_WORDS

__all__ = ["LANGUAGES", "WORDS", "Words"]

LANGUAGES = ("zh_CN", "en")

WORDS: dict[str, tuple[str, str]] = {
    # the daemon
    "daemon_down": (
        "no daemon is running here ({path}); start it with `ccd run`, or name its settings with --config",
        "这里没有运行中的 ccd（{path}）；请用 `ccd run` 启动，或用 --config 指定它的设置",
    ),
    "daemon_denied": (
        "{path}: permission denied; be the daemon's user or in daemon.control_group, or use sudo",
        "{path}：没有权限；请用守护进程的用户或 daemon.control_group 组内的用户，或使用 sudo",
    ),
    "daemon_silent": (
        "the daemon does not answer ({error}); its log may say why",
        "守护进程没有应答（{error}）；请查看它的日志",
    ),
    "daemon_path": ("{error}", "{error}"),
    "daemon_says": ("the daemon says: {text}", "守护进程答复：{text}"),
    "config_elsewhere": (
        "{path} exists: is `ccd --config {path} …` meant?",
        "存在 {path}：是否要用 `ccd --config {path} …`？",
    ),
    # check-config
    "config_good": ("{place}: good", "{place}：正确"),
    "config_defaults": ("built-in defaults (no file)", "内置默认值（没有文件）"),
    "config_faults": ("{count} fault(s)", "{count} 处错误"),
    "warning": ("warning: {text}", "警告：{text}"),
    "warn_simulator": (
        "no [pbx.NAME] is configured: `ccd run` plays the bundled simulator",
        "没有配置 [pbx.NAME]：`ccd run` 将使用自带的模拟交换机",
    ),
    "warn_no_roster": (
        "no roster has been imported: agents have no names, teams or seats; `ccd roster import FILE`",
        "尚未导入花名册：座席没有姓名、班组和机台；请用 `ccd roster import 文件`",
    ),
    "warn_variable": (
        "${variable} has no effect: two underscores stand between section and key, as in CCD_METRICS__PORT",
        "${variable} 不起作用：小节与设置项之间要有两个下划线，例如 CCD_METRICS__PORT",
    ),
    "warn_open_secret": (
        "{path}: every user of this machine can read it (mode {mode}); chmod 600 {path}",
        "{path}：本机所有用户都能读取（权限 {mode}）；请执行 chmod 600 {path}",
    ),
    "warn_plain_ami": (
        "pbx.{name}: the secret goes to {host} unencrypted; set tls, or use a tunnel",
        "pbx.{name}：密码以明文发往 {host}；请启用 tls，或使用隧道",
    ),
    "warn_no_folder": (
        "{setting}: {path}: no such folder here; recordings cannot be found final",
        "{setting}：{path}：这里没有这个文件夹；无法确认录音已完成",
    ),
    "warn_open_port": (
        "{setting}: {host} lets the whole network connect; 127.0.0.1 is this machine only",
        "{setting}：{host} 允许整个网络连接；127.0.0.1 仅限本机",
    ),
    "warn_plain_password": (
        "{section}: the password goes to {host} unencrypted; set tls, or use a tunnel",
        "{section}：密码以明文发往 {host}；请启用 tls，或使用隧道",
    ),
    "warn_no_police": (
        "policies.incidents.police.number is empty ({ladders}): nobody could be told what to dial",
        "policies.incidents.police.number 为空（{ladders}）：无法自动呼叫时，没有号码可告知",
    ),
    # people
    "roster_imported": (
        "imported {people} people as version {version}",
        "已导入 {people} 人，版本 {version}",
    ),
    "roster_good": (
        "{file}: good, {people} people; nothing was imported",
        "{file}：正确，共 {people} 人；未导入",
    ),
    "roster_faults": ("{count} fault(s); nothing was imported", "{count} 处错误；未导入任何内容"),
    "roster_is": ("{people} people, version {version}, by {by}", "{people} 人，版本 {version}，导入者 {by}"),
    "warn_pbx": (
        "no [pbx.{name}] is configured, but the roster names it",
        "花名册提到 {name}，但没有配置 [pbx.{name}]",
    ),
    "roster_empty": (
        "the roster is empty; `ccd roster import FILE`",
        "花名册为空；请用 `ccd roster import 文件`",
    ),
    "pin_prompt": ("New PIN of {code}: ", "{code} 的新密码："),
    "pin_again": ("Again: ", "再输一次："),
    "pin_differs": ("the two are not the same; nothing was changed", "两次输入不同；未作改动"),
    "pin_no_terminal": (
        "a PIN is typed at a terminal, or given by --stdin",
        "密码须在终端输入，或用 --stdin 提供",
    ),
    "pin_set": ("the PIN of {code} is set", "{code} 的密码已设置"),
    "arrived": ("{code} is signed in at seat {seat}", "{code} 已在机台 {seat} 签到"),
    "left": ("{code} is signed out of seat {seat}", "{code} 已从机台 {seat} 签退"),
    "reloaded": (
        "the new settings hold; daemon, store, agi, metrics, web, journal, simulator at the next start",
        "新设置已生效；其中 daemon、store、agi、metrics、web、journal、simulator 各节在下次启动时生效",
    ),
    # the view
    "state_ready": ("ready", "空闲"),
    "state_ringing": ("ring", "振铃"),
    "state_talking": ("talk", "通话"),
    "state_hold": ("hold", "保持"),
    "state_wrap_up": ("wrap", "话后"),
    "state_paused": ("pause", "小休"),
    "state_unavailable": ("away", "断线"),
    "state_logged_off": ("off", "离线"),
    "state_unknown": ("unknown", "未知"),
    "no_team": ("(no team)", "（未分组）"),
    "more_below": ("{count} more lines below: Down, PgDn", "下面还有 {count} 行：按 Down、PgDn"),
    "more_queues": ("and {count} more queues", "另有 {count} 个队列"),
    "more_callers": ("+{count} more", "另 {count} 人"),
    "title_counts": (
        "agents {agents}  calls {calls}  waiting {waiting}",
        "座席 {agents}  通话 {calls}  等待 {waiting}",
    ),
    "pbx_blind": (
        "{name}: BLIND for {time}, since {since}: what happens there is not known",
        "{name}：失去联系 {time}，自 {since} 起：那里发生的一切均未知",
    ),
    "pbx_not_linked": (
        "{name}: NOT CONNECTED; `ccd doctor` may say why",
        "{name}：未连接；可用 `ccd doctor` 查原因",
    ),
    "pbx_syncing": ("{name}: connected, reading the state of the PBX", "{name}：已连接，正在读取交换机状态"),
    "pbx_synced": ("in sync", "已同步"),
    "pbx_calls": ("calls {calls}", "通话 {calls}"),
    "pbx_heard": ("heard {seconds} s ago", "{seconds} 秒前有消息"),
    "pbx_lag": ("lag {seconds} s", "滞后 {seconds} 秒"),
    "pbx_reconnects": ("reconnects {count}", "重连 {count} 次"),
    "queue": ("QUEUE", "队列"),
    "queue_waiting": ("waiting", "等待"),
    "queue_longest": ("longest", "最长"),
    "queue_ready": ("ready", "空闲"),
    "queue_busy": ("busy", "忙"),
    "queue_paused": ("paused", "小休"),
    "queue_members": ("of", "座席"),
    "queue_answered": ("answ.", "接通"),
    "queue_lost": ("lost", "放弃"),
    "queue_level": ("level", "水平"),
    "callers": ("WAITING", "排队来电"),
    "keys": ("q quit d more", "q 退出 d 详略"),
    "watch_lost": (
        "NO ANSWER FROM THE DAEMON for {time}; the picture below is that old; trying again",
        "守护进程无应答已 {time}；以下画面停留在当时；正在重试",
    ),
    "watch_waiting": ("waiting for the daemon: {text}", "等待守护进程：{text}"),
    "status_stored": (
        "THE DAEMON IS DOWN; this is the last known picture, {time} old",
        "守护进程未运行；这是 {time} 前的最后画面",
    ),
    # doctor, export, replay, backup, simulate
    "doctor_no_pbx": (
        "no [pbx.NAME] is configured: there is nothing to examine; README.md says how to attach a PBX",
        "没有配置 [pbx.NAME]，无可检查；如何接入交换机见 README.md",
    ),
    "no_such_pbx": ("no PBX is called {name}; there are: {names}", "没有名为 {name} 的交换机；现有：{names}"),
    "no_such_table": (
        "there is no {name} to export; there are: {names}",
        "没有 {name} 可导出；现有：{names}",
    ),
    "no_such_format": (
        "--format {name}: not for this; there are: {names}",
        "--format {name}：不适用；可用：{names}",
    ),
    "no_time": (
        "{name}: {text!r} is no time; write 2026-01-31 or 2026-01-31T08:00",
        "{name}：{text!r} 不是时间；请写成 2026-01-31 或 2026-01-31T08:00",
    ),
    "no_span": (
        "--since {since} is not before --until {until}: nothing lies between them",
        "--since {since} 不早于 --until {until}：两者之间没有任何内容",
    ),
    "restore_no_file": (
        "{path}: no such file; give the one that `ccd backup` wrote",
        "{path}：没有这个文件；请给出 `ccd backup` 写的文件",
    ),
    "restore_no_backup": (
        "{path}: a folder or the like, not a file; give the one that `ccd backup` wrote",
        "{path}：不是普通文件；请给出 `ccd backup` 写的文件",
    ),
    "warn_status_settings": (
        "the settings are faulty, `ccd check-config` says where; looking for the daemon in {path}",
        "设置有错误，`ccd check-config` 会指出；正在 {path} 查找守护进程",
    ),
    "refused_unknown_code": ("nobody in the roster has the code {code}", "花名册里没有工号 {code}"),
    "refused_unknown_seat": ("the roster has no seat {seat}", "花名册里没有机台 {seat}"),
    "refused_not_here": (
        "{code} is not signed in at seat {seat}; `ccd status` shows where",
        "{code} 没有在机台 {seat} 签到；`ccd status` 可查所在机台",
    ),
    "no_journal": ("{path}: cannot be replayed: {error}", "{path}：无法重放：{error}"),
    "empty_journal": (
        "{path}: no record in it; is [journal] enabled, and this its folder?",
        "{path}：其中没有记录；是否已启用 [journal]，文件夹是否正确？",
    ),
    "replayed": ("{inputs} inputs from {began} to {ended}", "{inputs} 条输入，自 {began} 至 {ended}"),
    "replay_gaps": (
        "{count} inputs are missing: the disk did not take them when they came",
        "缺少 {count} 条输入：当时磁盘未能写入",
    ),
    "replay_errors": (
        "{count} inputs stumbled over a defect of ccd; the others were played all the same",
        "{count} 条输入触发了 ccd 的缺陷；其余照常重放",
    ),
    "facts": ("FACTS", "事实"),
    "effects": ("EFFECTS", "动作"),
    "digest": ("digest", "摘要"),
    "backed_up": (
        "{path}: the whole store, {size} bytes before compression, schema {revision}",
        "{path}：整个数据库，压缩前 {size} 字节，结构版本 {revision}",
    ),
    "restored": ("restored {path}, made at {created}", "已恢复 {path}（制作于 {created}）"),
    "port_taken": (
        "port {port}: {error}; take another with --port",
        "端口 {port}：{error}；请用 --port 另选",
    ),
    "following": ("ccd follows {pbxs}.", "ccd 正在跟踪 {pbxs}。"),
    "following_simulator": (
        """ccd follows a simulated PBX: {agents} agents and {others} leads and staff, {seats} seats in all.
Configure [pbx.NAME] to follow your own.""",
        """ccd 正在跟踪模拟交换机：座席 {agents} 人，班组长等 {others} 人，共 {seats} 个机台。
配置 [pbx.NAME] 以接入自己的交换机。""",
    ),
    "running": (
        """
  Live view    {ccd} status --watch
  In a browser {url}
  Prometheus   {url}metrics
  Ready?       {url}readyz
  State        {state}""",
        """
  实时画面     {ccd} status --watch
  浏览器打开   {url}
  Prometheus   {url}metrics
  是否就绪     {url}readyz
  状态目录     {state}""",
    ),
    "running_quality": (
        """
Quality: a tenth of its calls is drawn to be scored, the first within a few minutes.
  What is drawn      {ccd} qa sample
  The manager's view {ccd} qa list --by {manager}
  An analyst's list  {ccd} qa list --mine {analyst}
  Score one          {ccd} qa score ID --by {analyst}
  All the rest       docs/quality.md""",
        """
质检：抽取约十分之一的通话供评分，几分钟内即有首批。
  抽样结果     {ccd} qa sample
  质培经理视角 {ccd} qa list --by {manager}
  质检员待评   {ccd} qa list --mine {analyst}
  评一通       {ccd} qa score 编号 --by {analyst}
  其余         docs/quality.md""",
    ),
    "running_until": ("\nCtrl-C ends it.", "\n按 Ctrl-C 结束。"),
    "simulating": (
        "{agents} agents on 127.0.0.1:{port} until Ctrl-C; attach ccd with:\n\n{section}",
        "127.0.0.1:{port} 上有 {agents} 个座席，按 Ctrl-C 结束；接入方法：\n\n{section}",
    ),
    **INCIDENT_WORDS,
    **SHIFT_WORDS,
    **HANDOVER_WORDS,
    **MEALS_WORDS,
    **BREAKS_WORDS,
    **ATTENDANCE_WORDS,
    **LEAVE_WORDS,
    **ADHERENCE_WORDS,
    **REPORTS_WORDS,
    **STAFFING_WORDS,
    **SAMPLING_WORDS,
    **SCORING_WORDS,
    **FORMS_WORDS,
    **CALIBRATION_WORDS,
    **ASSESSMENT_WORDS,
    **LISTENING_WORDS,
    **RECORDINGS_WORDS,
    **TOKENS_WORDS,
}


class Words:
    """The catalogue in one language: ``words("daemon_says", text=…)``."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._column = 1 if language == "zh_CN" else 0

    def __call__(self, key: str, **values: Any) -> str:
        return WORDS[key][self._column].format_map(values)

    def has(self, key: str) -> bool:
        """For keys that are made of somebody's code."""
        return key in WORDS
