"""A Prometheus of the distribution that scrapes one address, on a port of its own."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from tests.pbx.ports import free_run
from tests.promtool import prometheus

__all__ = ["Prometheus"]

Series = dict[str, Any]


class Prometheus:
    """``with Prometheus(folder, port):`` scrapes 127.0.0.1:port each second, as job ``ccd``."""

    def __init__(self, folder: Path, scraped: int, *, rules: tuple[Path, ...] = ()) -> None:
        self.port = free_run(1)
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        named = "".join(f"  - {path}\n" for path in rules)
        (folder / "prometheus.yml").write_text(
            "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
            + (f"rule_files:\n{named}" if rules else "")
            + "scrape_configs:\n  - job_name: ccd\n"
            f'    static_configs: [{{targets: ["127.0.0.1:{scraped}"]}}]\n',
            "utf-8",
        )

    def __enter__(self) -> Prometheus:
        with (self._folder / "prometheus.log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    prometheus(),
                    f"--config.file={self._folder / 'prometheus.yml'}",
                    f"--storage.tsdb.path={self._folder / 'data'}",
                    f"--web.listen-address=127.0.0.1:{self.port}",
                ],
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + 30
        while True:
            try:
                self._get("/-/ready", text=True)
                return self
            except OSError:
                if self._process.poll() is not None or time.monotonic() > end:
                    self.__exit__()
                    said = (self._folder / "prometheus.log").read_text("utf-8")
                    raise AssertionError(f"Prometheus does not start: {said[-2000:]}") from None
                time.sleep(0.1)

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(20)

    def query(self, promql: str) -> list[Series]:
        """What it gives now. Raises AssertionError with what Prometheus says of a bad query."""
        found = self._get(f"/api/v1/query?{urllib.parse.urlencode({'query': promql})}")
        assert found["status"] == "success", found
        result: list[Series] = found["data"]["result"]
        return result

    def value(self, promql: str) -> float:
        """Of a query that gives one figure."""
        (one,) = self.query(promql)
        return float(one["value"][1])

    def _get(self, path: str, *, text: bool = False) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            body = answer.read()
        return body.decode() if text else json.loads(body)
