"""A handful of named arrays as one string of bytes that Python and the page read alike.

Layout, little-endian: four bytes ``CPT1``, one ``u32`` (number of the record), then one zlib stream. Inside the
stream: one ``u32`` (length of the heading), the heading as JSON ``{"meta": …, "arrays": [[name, type, shape], …]}``
padded with spaces to eight bytes, then every array, each padded to eight bytes.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.errors import InternalError

Array = NDArray[Any]
MAGIC = b"CPT1"
TYPES = ("u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8")
"""Types of number that the page knows."""


def pack(record: int, meta: Mapping[str, Any], arrays: Mapping[str, Array], level: int = 6) -> bytes:
    """Write arrays as bytes.

    Args:
        record: number of the record they belong to, so that what belongs to a former run is never drawn.
        meta: small facts, as JSON.
        arrays: name → array.
        level: effort of the compression, 1 to 9.

    Raises:
        InternalError: an array has a type that the page does not know.
    """
    listed, parts = [], []
    for name, array in arrays.items():
        kind = array.dtype.newbyteorder("<").str[1:]
        if kind not in TYPES:
            raise InternalError(f"record: array {name!r} of type {array.dtype}, expected one of {', '.join(TYPES)}.")
        listed.append([name, kind, list(array.shape)])
        parts.append(_padded(np.ascontiguousarray(array, dtype="<" + kind).tobytes()))
    heading = json.dumps({"meta": meta, "arrays": listed}, separators=(",", ":"), ensure_ascii=False).encode()
    heading += b" " * (-(len(heading) + 4) % 8)
    body = struct.pack("<I", len(heading)) + heading + b"".join(parts)
    return MAGIC + struct.pack("<I", record) + zlib.compress(body, level)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 8)


def renumbered(data: bytes, record: int) -> bytes:
    """Return the same bytes under another number of record."""
    return MAGIC + struct.pack("<I", record) + data[8:]


def unpack(data: bytes) -> tuple[int, dict[str, Any], dict[str, Array]]:
    """Read what :func:`pack` wrote: number of the record, facts, arrays.

    Raises:
        InternalError: these are not such bytes.
    """
    if data[:4] != MAGIC:
        raise InternalError("record: bytes of another kind, expected a block of a record.")
    body = zlib.decompress(data[8:])
    size = struct.unpack_from("<I", body)[0]
    heading = json.loads(body[4 : 4 + size])
    arrays, place = {}, 4 + size
    for name, kind, shape in heading["arrays"]:
        count = int(np.prod(shape, dtype=np.int64))
        array = np.frombuffer(body, dtype="<" + kind, count=count, offset=place).reshape(shape)
        arrays[name] = array
        place += array.nbytes + (-array.nbytes % 8)
    return struct.unpack_from("<I", data, 4)[0], heading["meta"], arrays
