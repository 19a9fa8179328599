"""Stateless random numbers: a draw is a pure function of (seed, decision, who, what).

No generator is advanced, so two arms of a comparison that ask the same question about the same person get the
same answer, whatever else happened before. Only operations that IEEE 754 fixes are used (integers, + - x /
and square root), because the last bit of numpy's own ``log`` and ``exp`` depends on the processor.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy import add, bitwise_xor, multiply, right_shift
from numpy.typing import ArrayLike, NDArray

from cpts_sim.engine import compiled

Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]

_MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
M1, M2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
STEP = 0xD1342543DE82EF95
_U = np.uint64
UNIT = 2.0**-53


def _word(x: int) -> Keys:
    """A constant as an array without dimensions, which numpy combines fastest with an array."""
    return np.array(x & _MASK, dtype=np.uint64)


_SHIFTS = (_word(30), _word(27), _word(31))
_MULTIPLIERS = (_word(M1), _word(M2))
_GOLDEN_WORD, _TOP_BITS = _word(GOLDEN), _word(11)
_HALF, _UNIT_ARRAY = np.array(0.5), np.array(UNIT)
_INTEGERS, _WORD = (int, np.integer), np.dtype(np.uint64)


def _mix(x: Keys) -> Keys:
    """Scramble 64-bit words in place (the finaliser of splitmix64, Steele, Lea and Flood 2014)."""
    shifted = np.empty_like(x)
    right_shift(x, _SHIFTS[0], shifted)  # functions that name their output are quicker than operators on a few rows
    bitwise_xor(x, shifted, x)
    multiply(x, _MULTIPLIERS[0], x)
    right_shift(x, _SHIFTS[1], shifted)
    bitwise_xor(x, shifted, x)
    multiply(x, _MULTIPLIERS[1], x)
    right_shift(x, _SHIFTS[2], shifted)
    bitwise_xor(x, shifted, x)
    return x


def _mix_one(x: int) -> int:
    x &= _MASK
    x = ((x ^ (x >> 30)) * M1) & _MASK
    x = ((x ^ (x >> 27)) * M2) & _MASK
    return x ^ (x >> 31)


@lru_cache(maxsize=4096)
def key_of(text: str) -> int:
    """Return the 64-bit key of a name; the same on every machine and in every process."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def keys_of(text: str, ranks: ArrayLike) -> Keys:
    """Return one stable 64-bit key per rank below a name.

    Args:
        text: name of the family, for instance a commune code.
        ranks: rank of each member within the family, any shape.

    Returns:
        Keys of the same shape; they do not depend on which other families exist.
    """
    words = np.array(ranks, dtype=np.int64).astype(np.uint64)
    words *= _U(GOLDEN)
    words += _U(key_of(text))
    return _mix(words)


def _unit_interval(words: Keys) -> Floats:
    """Map words, which are lost, to the open interval (0, 1): top 53 bits plus one half."""
    right_shift(words, _TOP_BITS, words)
    out: Floats = words.astype(np.float64)
    add(out, _HALF, out)
    multiply(out, _UNIT_ARRAY, out)
    return out


@lru_cache(maxsize=64)
def _steps(count: int) -> Keys:
    """What sets the numbers of a block apart, shape (count, 1)."""
    return (np.arange(count, dtype=np.uint64) * _U(STEP))[:, None]


class Draws:
    """All random numbers of one seed.

    Args:
        seed: any integer; runs with equal seeds see equal draws.
    """

    def __init__(self, seed: int) -> None:
        self.seed = int(seed)
        self._bases: dict[str, int] = {}
        self._base_words: dict[str, Keys] = {}

    def _base(self, decision: str) -> int:
        base = self._bases.get(decision)
        if base is None:
            base = _mix_one(key_of(decision) + GOLDEN * (2 * self.seed + 1))
            self._bases[decision] = base
        return base

    def bases(self, decisions: Sequence[str]) -> Keys:
        """Return what stands for each of some decisions: rows of it may be given to ``uniform`` for its name."""
        return np.array([self._base(decision) for decision in decisions], dtype=np.uint64)

    def _words(self, decision: str | Keys, who: Keys, what: ArrayLike | int) -> Keys:
        if isinstance(decision, str):
            base = self._base_words.get(decision)
            if base is None:
                base = self._base_words[decision] = _word(self._base(decision))
        else:
            base = decision
        words = _mix(np.asarray(np.asarray(who, dtype=np.uint64) + base))
        if isinstance(what, _INTEGERS):
            return add(words, _word(int(what) * GOLDEN), words)
        steps: Keys = multiply(np.asarray(what, dtype=np.int64).view(np.uint64), _GOLDEN_WORD)
        return np.asarray(add(words, steps, words if words.shape == steps.shape else None))

    def uniform(self, decision: str | Keys, who: Keys, what: ArrayLike | int = 0) -> Floats:
        """Return one number in (0, 1) per person.

        Args:
            decision: name of what is decided, for instance ``"patience"``, or one row of ``bases`` per person.
            who: stable keys, shape (n,).
            what: identity of the thing decided (need number, day, booking); never a running count of calls.

        Returns:
            Array of shape (n,), never 0 nor 1.
        """
        drawn = self._compiled(decision, 1, who, what)
        return drawn[0] if drawn is not None else _unit_interval(_mix(self._words(decision, who, what)))

    def block(self, decision: str, count: int, who: Keys, what: ArrayLike | int = 0) -> Floats:
        """Return ``count`` independent numbers per person for decisions taken together, shape (count, n)."""
        drawn = self._compiled(decision, count, who, what)
        return drawn if drawn is not None else _unit_interval(_mix(self._words(decision, who, what) + _steps(count)))

    def _compiled(self, decision: str | Keys, count: int, who: Keys, what: ArrayLike | int) -> Floats | None:
        """Return what the compiled loop draws; None without it, or where keys are no plain column."""
        kernels = compiled.LOADED
        if kernels is None or not isinstance(decision, str):
            return None
        if not isinstance(who, np.ndarray) or who.dtype != _WORD or who.ndim != 1:
            return None
        keys, base = np.ascontiguousarray(who), self._base(decision)
        if isinstance(what, _INTEGERS):
            return kernels.uniforms(keys, base, int(what) * GOLDEN & _MASK, None, count)
        identity = np.ascontiguousarray(what, dtype=np.int64)
        return kernels.uniforms(keys, base, 0, identity, count) if identity.shape == keys.shape else None

    def scalar(self, decision: str, who: int, what: int = 0) -> float:
        """Return the number that ``uniform`` gives for one person, without numpy's fixed cost."""
        word = _mix_one(int(who) + self._base(decision))
        word = _mix_one(word + ((int(what) * GOLDEN) & _MASK))
        return ((word >> 11) + 0.5) * UNIT


LOG2_HIGH, LOG2_LOW = 0.6931471803691238, 1.9082149292705877e-10
ATANH = tuple(1.0 / (2 * k + 1) for k in range(11))
_ATANH_ARRAYS = tuple(np.array(coefficient) for coefficient in ATANH[-2::-1])
ROOT_OF_HALF = 0.7071067811865476
_ROOT_OF_HALF, _ONE = np.array(ROOT_OF_HALF), np.array(1.0)


def log(x: ArrayLike) -> Floats:
    """Return the natural logarithm, the same to the last bit on every processor (relative error about 5e-16).

    The mantissa is brought to [sqrt(1/2), sqrt(2)] and the series of the inverse hyperbolic tangent is
    summed.
    """
    x = np.asarray(x, dtype=np.float64)
    if compiled.LOADED is not None and x.ndim and x.flags.c_contiguous:
        found = compiled.LOADED.logarithms(x)
        if found is not None:
            return found
    mantissa, exponent = np.frexp(x)
    low = mantissa < _ROOT_OF_HALF
    mantissa = mantissa + mantissa * low
    power = np.subtract(exponent, low, dtype=np.float64)
    ratio = (mantissa - _ONE) / (mantissa + _ONE)
    square = ratio * ratio
    series = np.full_like(square, ATANH[-1])
    for coefficient in _ATANH_ARRAYS:
        series *= square
        series += coefficient
    result: Floats = power * LOG2_HIGH + (power * LOG2_LOW + 2.0 * ratio * series)
    return result


def exp(x: ArrayLike) -> Floats:
    """Return the exponential function, the same to the last bit on every processor (relative error about 1e-15)."""
    x = np.asarray(x, dtype=np.float64)
    power = np.rint(x / LOG2_HIGH)
    rest = (x - power * LOG2_HIGH) - power * LOG2_LOW
    series = np.ones_like(rest)
    for degree in range(14, 0, -1):
        series = 1.0 + series * rest / degree
    result: Floats = np.ldexp(series, power.astype(np.int64))
    return result


def exponential(u: ArrayLike) -> Floats:
    """Return unit-mean exponential variates from uniforms."""
    return -log(u)


_A = (3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
      4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3)
_B = (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
      3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3)
_C = (1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
      1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2,
      7.74545014278341407640e-4)
_D = (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
      1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
      1.05075007164441684324e-9)
_E = (6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
      2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5,
      2.01033439929228813265e-7)
_F = (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
      7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
      2.04426310338993978564e-15)

def _arrays(*polynomials: tuple[float, ...]) -> list[list[Floats]]:
    """Coefficients of polynomials, the highest degree first, as arrays without dimensions (see ``_word``)."""
    return [[np.array(coefficient) for coefficient in one[::-1]] for one in polynomials]


_CENTRE, _MIDDLE, _FAR = _arrays(_A, _B), _arrays(_C, _D), _arrays(_E, _F)


def _polynomial(coefficients: list[Floats], x: Floats) -> Floats:
    total = x * coefficients[0]
    for coefficient in coefficients[1:-1]:
        total += coefficient
        total *= x
    total += coefficients[-1]
    return total


def _quotient(polynomials: list[list[Floats]], x: Floats) -> tuple[Floats, Floats]:
    numerator, denominator = polynomials
    return _polynomial(numerator, x), _polynomial(denominator, x)


def normal(u: ArrayLike) -> Floats:
    """Return standard normal variates from uniforms (AS 241, Wichura 1988; accurate to about 1e-15)."""
    given = np.asarray(u, dtype=np.float64)
    flat = given.ravel()
    centred = flat - 0.5
    top, bottom = _quotient(_CENTRE, 0.180625 - centred * centred)
    result: Floats = centred * top / bottom
    outer = (np.abs(centred) > 0.425).nonzero()[0]
    if len(outer):
        result[outer] = np.copysign(_normal_tail(flat[outer]), centred[outer])
    return result.reshape(given.shape)


def _normal_tail(u: Floats) -> Floats:
    """Return how far from 0 variates are that 15 % of the uniforms at the two ends give."""
    root = np.sqrt(-log(np.minimum(u, 1.0 - u)))
    top, bottom = _quotient(_MIDDLE, root - 1.6)
    away: Floats = top / bottom
    far = (root > 5.0).nonzero()[0]
    if len(far):
        top, bottom = _quotient(_FAR, root[far] - 5.0)
        away[far] = top / bottom
    return away


def quantile(levels: ArrayLike, values: ArrayLike, u: ArrayLike) -> Floats:
    """Return the inverse of a distribution function given as a table, interpolated linearly.

    Args:
        levels: increasing probabilities, first 0 and last 1.
        values: values at these levels.
        u: uniforms, any shape.
    """
    levels, values = np.asarray(levels, dtype=np.float64), np.asarray(values, dtype=np.float64)
    u = np.asarray(u, dtype=np.float64)
    upper = 1 + np.searchsorted(levels[1:-1], u, side="right")
    left, right = levels[upper - 1], levels[upper]
    low, high = values[upper - 1], values[upper]
    result: Floats = low + (high - low) * ((u - left) / (right - left))
    return result


def choose(cumulative: ArrayLike, u: ArrayLike) -> NDArray[np.int64]:
    """Return the index drawn from cumulative weights whose last entry is the total."""
    cumulative = np.asarray(cumulative, dtype=np.float64)
    index = np.searchsorted(cumulative, np.asarray(u) * cumulative[-1], side="right")
    chosen: NDArray[np.int64] = np.minimum(index, len(cumulative) - 1)
    return chosen
