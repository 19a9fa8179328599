"""A worker that ends as soon as it starts, as on a machine where a library is broken."""

from __future__ import annotations

from typing import Any


def serve(connection: Any) -> None:
    connection.close()
    raise SystemExit(3)
