import pytest

from tests.pbx.fixtures import asterisk, asterisk16, asterisk22, fresh_asterisk, versions_used
from tests.pbx.incidents import mute_asterisk

__all__ = ["asterisk", "asterisk16", "asterisk22", "fresh_asterisk", "mute_asterisk"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if versions_used:
        terminalreporter.write_line(f"Asterisk used: {', '.join(sorted(versions_used))}")
