"""Opening the door: this machine only, or a class with a code; and closing it."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cpts_sim.app.limits import Limits
from cpts_sim.errors import UsageError
from cpts_sim.words import say

Tell = Callable[[str], None]
CODE_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
CODE_LENGTH = 8


def check_extra() -> None:
    """Say what is missing when the extra is not installed.

    Raises:
        UsageError: Starlette, uvicorn or websockets is not installed.
    """
    from importlib.util import find_spec

    missing = [name for name in ("starlette", "uvicorn", "websockets") if find_spec(name) is None]
    if missing:
        raise UsageError(say("app.needs_extra", missing=", ".join(missing)))


def serve(host: str, port: int, open_to_class: bool, scenarios: list[Path], workers: int, tell: Tell) -> None:
    """Serve until interrupted.

    Raises:
        UsageError: the address can be seen from the network and nobody said so, or the port is taken.
    """
    check_extra()
    from cpts_sim.app.door import LOOPBACK, Door
    from cpts_sim.app.pool import Pool

    inside = host in LOOPBACK
    if not inside and not open_to_class:
        raise UsageError(say("app.needs_flag", host=host))
    limits = Limits()
    door = Door(limits=limits) if not open_to_class else Door(frozenset(), new_code(), new_code(), limits)
    pool = Pool(workers, limits.job_s, limits.deaths, limits.rest_s)
    pool.prepare()
    from cpts_sim.app.presets import presets
    from cpts_sim.app.server import make_app

    chosen = presets(scenarios)
    with _listening(host, port) as listening:
        shown = _address(host, listening.getsockname()[1])

        def ready() -> None:
            """Say where the page is once its first days are there: it opens at once."""
            if open_to_class:
                pages = {"teacher": f"{shown}?code={door.key}", "students": f"{shown}?code={door.code}"}
                tell(say("app.open_addresses", **pages))
            else:
                tell(say("app.served", address=shown))
            tell(say("app.served_stop"))

        if open_to_class:
            tell(say("app.open_warning", host=host))
        _run(make_app(chosen, door=door, limits=limits, pool=pool, ready=ready), limits, listening)


def new_code() -> str:
    """Return a code that is easy to type and hard to guess."""
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)  # whoever comes before the server is ready waits instead of being turned away
    except OSError:
        listening.close()
        raise UsageError(say("app.port_taken", port=port)) from None
    return listening


def _address(host: str, port: int) -> str:
    if host in ("0.0.0.0", "::"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(("192.0.2.1", 9))  # sends nothing: asks which of our addresses would be used
                host = probe.getsockname()[0]
            except OSError:
                host = socket.gethostname()
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _run(app: Any, limits: Limits, listening: Any) -> None:
    import uvicorn

    from cpts_sim.app.connections import impatient

    config = uvicorn.Config(
        app, log_level="warning", ws_max_size=limits.message_bytes, ws_max_queue=64,
        limit_concurrency=4 * limits.sessions, timeout_keep_alive=10, server_header=False,
        http=impatient(limits.hello_s),
        h11_max_incomplete_event_size=16384,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listening])
