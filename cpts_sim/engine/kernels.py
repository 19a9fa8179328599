"""Loops of the engine as numba compiles them, and the program that does so: ``python -m … FILE`` writes machine code.

Only this file needs numba, and only once on a machine: what ``compiled`` loads is the file. Each function gives to the
last bit what its namesake in numpy or Python gives, which is what the tests ask. Arrays come as pointers; only
operations that IEEE 754 fixes are used, none of them reordered or merged.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from numba import cfunc, njit, types

from cpts_sim.engine import compiled
from cpts_sim.engine.agenda import Slot
from cpts_sim.engine.clock import NEVER
from cpts_sim.engine.draws import ATANH, GOLDEN, LOG2_HIGH, LOG2_LOW, M1, M2, ROOT_OF_HALF, STEP, UNIT, Draws, log

_U = np.uint64
_M1, _M2, _GOLDEN, _STEP = (_U(word) for word in (M1, M2, GOLDEN, STEP))
_S11, _S27, _S30, _S31 = _U(11), _U(27), _U(30), _U(31)
_FRACTION, _HALF, _EXPONENT, _S52 = _U((1 << 52) - 1), _U(0x3FE << 52), _U(0x7FF), _U(52)
_SERIES = ATANH[::-1]
_SAME_DAY = int(Slot.SAME_DAY)

Pointer = Any
"""An array of C."""


def _scramble(x: Any) -> Any:
    """Scramble a word (the finaliser of splitmix64)."""
    x = (x ^ (x >> _S30)) * _M1
    x = (x ^ (x >> _S27)) * _M2
    return x ^ (x >> _S31)


_scrambled = njit(_scramble)


def uniforms(who: Pointer, n: int, base: Any, shift: Any, what: Pointer, each: int, count: int, out: Pointer) -> int:
    """Write ``count`` rows of numbers in (0, 1) for ``n`` persons; ``each``: by ``what`` of each, else by ``shift``."""
    for i in range(n):
        word = _scrambled(who[i] + base)
        word += what[i] * _GOLDEN if each else shift
        for k in range(count):
            top = _scrambled(word + _U(k) * _STEP) >> _S11
            out[k * n + i] = (np.float64(np.int64(top)) + 0.5) * UNIT
    return 0


def logarithms(bits: Pointer, n: int, work: Pointer, out: Pointer) -> int:
    """Write logarithms of normal positive numbers given as bits, or tell by 1 that some number is not one.

    ``work`` and ``out`` are the same array, as words and as numbers.
    """
    for i in range(n):
        exponent = bits[i] >> _S52
        if exponent == _U(0) or exponent >= _EXPONENT:
            return 1
        work[i] = (bits[i] & _FRACTION) | _HALF
    for i in range(n):
        mantissa, power = out[i], np.float64(np.int64(bits[i] >> _S52) - 1022)
        if mantissa < ROOT_OF_HALF:
            mantissa, power = mantissa + mantissa, power - 1.0
        ratio = (mantissa - 1.0) / (mantissa + 1.0)
        square = ratio * ratio
        series = _SERIES[0]
        for coefficient in _SERIES[1:]:
            series = series * square + coefficient
        out[i] = power * LOG2_HIGH + (power * LOG2_LOW + 2.0 * ratio * series)
    return 0


def _search(free: Pointer, base: int, kinds: int, low: int, high: int, today: int) -> int:
    """Return the first free slot of some kinds from ``low`` to before ``high``, or -1; one kind ends with ``today``."""
    column = low
    while column < min(high, today):
        if free[base + column] & kinds:
            return column
        column += 1
    kinds &= ~_SAME_DAY
    while kinds and column < high:
        if free[base + column] & kinds:
            return column
        column += 1
    return -1


_first_free = njit(_search)


def _earlier(at: Pointer, nth: Pointer, contacts: int, key: Pointer, one: int, other: int) -> bool:
    """Tell whether a further contact comes before another: by minute, then by key, then by request."""
    mine, theirs = at[one * contacts + nth[one]], at[other * contacts + nth[other]]
    if mine != theirs:
        return bool(mine < theirs)
    return bool(key[one] < key[other]) if key[one] != key[other] else one < other


_before = njit(_earlier)


def _enter(heap: Pointer, size: int, at: Pointer, nth: Pointer, contacts: int, key: Pointer, request: int) -> None:
    """Put a request into the heap of further contacts, which has ``size`` entries."""
    place = size
    while place:
        parent = (place - 1) // 2
        if not _before(at, nth, contacts, key, request, heap[parent]):
            break
        heap[place] = heap[parent]
        place = parent
    heap[place] = request


_push = njit(_enter)


def _leave(heap: Pointer, size: int, at: Pointer, nth: Pointer, contacts: int, key: Pointer) -> None:
    """Take the first request out of the heap, whose size was ``size``."""
    last, place = heap[size - 1], 0
    while 2 * place + 1 < size - 1:
        child = 2 * place + 1
        if child + 1 < size - 1 and _before(at, nth, contacts, key, heap[child + 1], heap[child]):
            child += 1
        if not _before(at, nth, contacts, key, heap[child], last):
            break
        heap[place] = heap[child]
        place = child
    heap[place] = last


_pop = njit(_leave)


def _try(
    begin: Pointer, row: Pointer, kinds: Pointer, lowest: Pointer, highest: Pointer, free: Pointer, width: int,
    today: int, contact: int, request: int, offer_of: Pointer, column_of: Pointer,
) -> int:  # fmt: skip
    """Find a request the first free slot among the offers of a contact; return its place in ``free``, or -1."""
    for offer in range(begin[contact], begin[contact + 1]):
        base = np.int64(row[offer]) * width
        column = _first_free(free, base, kinds[offer], lowest[offer], min(highest[offer], width), today)
        if column >= 0:
            offer_of[request], column_of[request] = offer, column
            return int(base + column)
    return -1


_found = njit(_try)


def _write(free: Pointer, place: int, kind: int, past: Pointer, was: Pointer, changes: int) -> int:
    """Change a slot and remember what it was; return how many changes are remembered."""
    past[changes], was[changes] = place, free[place]
    free[place] = kind
    return changes + 1


_change = njit(_write)


def wave(
    count: int, contacts: int, order: Pointer, minute: Pointer, key: Pointer, at: Pointer,
    begin: Pointer, row: Pointer, kinds: Pointer, lowest: Pointer, highest: Pointer,
    free: Pointer, width: int, today: int,
    coming: int, come_at: Pointer, come_place: Pointer, come_kind: Pointer,
    heap: Pointer, nth: Pointer, offer_of: Pointer, column_of: Pointer, past: Pointer, was: Pointer,
) -> int:  # fmt: skip
    """Settle a wave as ``settlement`` says: requests in ``order``, further contacts and freed slots between them.

    ``nth`` (zeros) becomes the contact at which each request stopped; ``offer_of`` and ``column_of`` hold -1 and are
    written where a slot is found; ``heap`` is room for as many numbers as requests, ``past`` and ``was`` for as many as
    requests and freed slots. ``free`` is as before at the end.
    """
    size = come = changes = 0
    for turn in range(count + 1):
        last = turn == count
        request = 0 if last else order[turn]
        now = NEVER if last else minute[request]
        while size:
            first = heap[0]
            again = at[first * contacts + nth[first]]
            if again > now or (again == now and (last or key[first] >= key[request])):
                break
            _pop(heap, size, at, nth, contacts, key)
            size -= 1
            while come < coming and come_at[come] <= again:
                changes = _change(free, come_place[come], come_kind[come], past, was, changes)
                come += 1
            place = first * contacts + nth[first]
            spot = _found(begin, row, kinds, lowest, highest, free, width, today, place, first, offer_of, column_of)
            if spot >= 0:
                changes = _change(free, spot, 0, past, was, changes)
            elif nth[first] + 1 < contacts and at[place + 1] < NEVER:
                nth[first] += 1
                _push(heap, size, at, nth, contacts, key, first)
                size += 1
        if last:
            break
        while come < coming and come_at[come] <= now:
            changes = _change(free, come_place[come], come_kind[come], past, was, changes)
            come += 1
        place = request * contacts
        spot = _found(begin, row, kinds, lowest, highest, free, width, today, place, request, offer_of, column_of)
        if spot >= 0:
            changes = _change(free, spot, 0, past, was, changes)
        elif contacts > 1 and at[place + 1] < NEVER:
            nth[request] = 1
            _push(heap, size, at, nth, contacts, key, request)
            size += 1
    while changes:
        changes -= 1
        free[past[changes]] = was[changes]
    return 0


_NUMBERS = {"int64_t": types.int64, "uint64_t": types.uint64, "double": types.float64, "uint8_t": types.uint8}


def _type(declared: str) -> Any:
    number = _NUMBERS[declared.rstrip("*")]
    return types.CPointer(number) if declared.endswith("*") else number


def module() -> Any:
    """Compile all functions that ``compiled`` declares, into one module of LLVM under their own names."""
    whole = None
    for name, arguments in compiled.DECLARATIONS.items():
        function = cfunc(types.int64(*map(_type, arguments.split(", "))))(globals()[name])
        bare = function.native_name.removeprefix("cfunc.")  # the function itself, without what tells Python of errors
        code = re.sub(r'^define [^\n]*@"?cfunc\..*?^}\n', "", function.inspect_llvm(), flags=re.MULTILINE | re.DOTALL)
        part = llvm.parse_assembly(code.replace(bare, name))
        if whole is None:
            whole = part
        else:
            whole.link_in(part)
    return whole


def main() -> None:
    """Write the machine code of all functions to a file, once it has been loaded and has drawn a number rightly.

    Raises:
        RuntimeError: it has not, or the sources are not those of the program that asks.
    """
    file, asked = sys.argv[1:]
    if compiled.sources() != asked:
        raise RuntimeError(f"another version of the program lies in {Path(compiled.__file__).parent}")
    code = compiled.machine().emit_object(module())
    draws, kernels = Draws(1), compiled.Kernels(code)
    drawn = kernels.uniforms(np.array([3], np.uint64), int(draws.bases(["any"])[0]), 0, np.array([7]), 1)
    logs, usual = kernels.logarithms(np.array([0.3, 0.8, 7.0])), log([0.3, 0.8, 7.0])
    if drawn[0, 0] != draws.scalar("any", 3, 7) or logs is None or (logs != usual).any():
        raise RuntimeError("the machine code does not draw the numbers that it should")
    Path(file).write_bytes(code)


if __name__ == "__main__":
    main()
