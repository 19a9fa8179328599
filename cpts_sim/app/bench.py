"""How fast the teaching app is here: ``python -m cpts_sim.app.bench``.

Prints how soon the first picture (the territory as it is on a day of its warm-up) and the first frame (day 0 of both
arms) come, and the computing time they took, which does not depend on what else the machine does; how many frames a
second a headless Chromium shows of two territories of 40 000 people; and the memory that 30 sessions take. Needs the
extra ``[app]``; the browser's part also needs Chromium and playwright, and is left out without them.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SESSIONS = 30
LARGE = "#t=mixed_small_town&n=40000&d=56&m=unscheduled_care~0,quality~0&p=80,60&v=60"
SMALL = {"preset": "rural_underdense", "population": 2000, "days": 91, "missions": {"quality": {"start": "0 months"}}}
ROUNDS = 5


@contextmanager
def _server(port: int = 0) -> Iterator[subprocess.Popen[str]]:
    """Run a server of its own."""
    command = [sys.executable, "-m", "cpts_sim.cli", "app", "--port", str(port), "--lang", "en"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            yield server
        finally:
            server.terminate()


def _told(server: subprocess.Popen[str]) -> str:
    """Wait for the address that a server prints once its first days are there."""
    line = server.stderr.readline() if server.stderr else ""
    found = re.search(r"http://\S+", line)
    if found is None:
        raise SystemExit(f"no server: {line}")
    return found[0]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _memory_mb(pid: int) -> float:
    """Resident memory of a process and of those it started (Linux)."""
    pids = [str(pid), *Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    pages = [int(Path(f"/proc/{number}/statm").read_text().split()[1]) for number in pids]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _computing_s(pid: int) -> float:
    """Processor time of a process and of those it started (Linux)."""
    pids = [str(pid), *Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    ticks = [Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[11:13] for number in pids]
    return sum(int(user) + int(system) for user, system in ticks) / os.sysconf("SC_CLK_TCK")


async def _session(address: str, seed: int, last: asyncio.Barrier) -> float:
    """Open one session and pull all of its pair; returns the seconds to its first frame."""
    import websockets

    place = address.replace("http", "ws") + "live"
    async with websockets.connect(place, origin=address.rstrip("/"), max_size=None) as socket:  # type: ignore[arg-type]
        await socket.send(json.dumps({"do": "hello"}))
        await socket.send(json.dumps({"do": "run", "ask": {**SMALL, "seed": seed}}))
        start, first = time.monotonic(), 0.0
        done: set[int] = set()
        asked: set[tuple[int, Any]] = set()
        got = 0
        while len(done) < 2 or got < len(asked):
            message = await socket.recv()
            if isinstance(message, bytes):
                first, got = first or time.monotonic() - start, got + 1
                continue
            told = json.loads(message)
            if told["topic"] == "progress":
                parts = [*(["stage"] if told["stage"] else []), *range(told["blocks"])]
                for part in parts:
                    if (told["record"], part) not in asked:
                        asked.add((told["record"], part))
                        await socket.send(json.dumps({"do": "get", "record": told["record"], "part": part}))
                if told["done"]:
                    done.add(told["record"])
        await last.wait()  # nobody leaves before the last one has its pair
        return first


async def _sessions(address: str) -> list[float]:
    last = asyncio.Barrier(SESSIONS)
    return list(await asyncio.gather(*(_session(address, seed, last) for seed in range(SESSIONS))))


@contextmanager
def _browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = next(found for name in ("chromium", "chromium-browser") if (found := shutil.which(name)))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


FIRST = """(name) => (performance.getEntriesByName(name)[0].startTime
  - performance.getEntriesByType("navigation")[0].responseStart) / 1000"""
PICTURE = "performance.getEntriesByName('first picture').length > 0"
READY = "window.cptsSim?.ready === true"


def _first_frame(browser: Any, address: str) -> float:
    """Return the seconds from the server's answer to the first frame, by the page's own clock."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.goto(address)
    _until(page, READY)
    seconds = float(page.evaluate(FIRST, "first frame"))
    page.close()
    return seconds


def _starts(browser: Any) -> None:
    """How soon a page shows something: opened as soon as the address is told, and before that."""
    with _server() as server:
        start = time.monotonic()
        address = _told(server)
        print(f"address told {time.monotonic() - start:.1f} s after the start of the command")
        print(f"page opened then: first frame {_first_frame(browser, address):.2f} s after the server's answer")
    port = _free_port()
    with _server(port):
        early = _first_answer(f"http://127.0.0.1:{port}/")
        wait = _first_frame(browser, f"http://127.0.0.1:{port}/")
        print(f"page that waited for the server ({early:.1f} s): first frame {wait:.2f} s after its answer")


def _first_answer(address: str) -> float:
    """Wait until a server that starts now listens; returns after how long."""
    start = time.monotonic()
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(address.rpartition(":")[2].strip("/")))) == 0:
                return time.monotonic() - start
        time.sleep(0.01)


def _plays(browser: Any, server: subprocess.Popen[str]) -> None:
    address = _told(server)
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    before = _computing_s(server.pid)
    page.goto(address + LARGE)
    print("two cold territories of 40 000, seconds after the server's answer (computing time of server and workers):")
    for name, there in (("first picture", PICTURE), ("first frame", READY)):
        _until(page, there)
        print(f"  {name} {page.evaluate(FIRST, name):.1f} s ({_computing_s(server.pid) - before:.1f} s)")
    start = time.monotonic()
    _until(page, "window.cptsSim.computed() >= 56")
    print(f"56 days of both computed and held {time.monotonic() - start:.1f} s later")
    print("frames a second, two maps of 40 000 people and four curves:", ", ".join(_rates(page)))
    page.close()


def _rates(page: Any) -> list[str]:
    out = []
    for _ in range(ROUNDS):
        page.evaluate("window.cptsSim.player.go(0)")
        before, start = page.evaluate("window.cptsSim.player.shown"), time.monotonic()
        page.evaluate("window.cptsSim.player.play()")
        _until(page, "window.cptsSim.player.day >= 50")
        out.append(f"{(page.evaluate('window.cptsSim.player.shown') - before) / (time.monotonic() - start):.0f}")
        page.evaluate("window.cptsSim.player.pause()")
    return out


def _until(page: Any, expression: str, seconds: float = 300.0) -> None:
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        if time.monotonic() > end:
            raise SystemExit(f"never true: {expression}")
        time.sleep(0.02)


def main() -> None:
    """Run the benchmark and print what it found."""
    print(f"load before the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    if find_spec("playwright") is not None and shutil.which("chromium"):
        with _browser() as browser:
            _starts(browser)
            with _server() as server:
                _plays(browser, server)
    with _server() as server:
        address = _told(server)
        before, start = _memory_mb(server.pid), time.monotonic()
        firsts = asyncio.run(_sessions(address))
        took = time.monotonic() - start
        print(f"{SESSIONS} sessions, each its own pair of 2 000 people over 91 days: all held after {took:.0f} s")
        print(f"first frame of a session: {min(firsts):.1f} to {max(firsts):.1f} s")
        print(f"memory of the server and its workers: {before:.0f} MB before, {_memory_mb(server.pid):.0f} MB after")
    print(f"load at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
