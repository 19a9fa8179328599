"""Stateless draws: laws of the numbers, scalar and vector alike, the same bytes on every processor."""

from __future__ import annotations

import math
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cpts_sim.engine.draws import Draws, choose, exponential, key_of, keys_of, log, normal, quantile

WORDS = st.integers(0, 2**64 - 1)


def ranks(count: int) -> np.ndarray:
    return keys_of("67482", np.arange(count))


def test_golden_values() -> None:
    """The numbers of a seed never change; if they must, EPOCH rises."""
    draws = Draws(2019)
    assert key_of("patience") == 0x12A4CF0B4665F4CF
    assert keys_of("67482", [0, 1, 2]).tolist() == [
        16921482919944617681,
        6503333701359799845,
        695691795653807387,
    ]
    assert draws.uniform("patience", keys_of("67482", [0, 1, 2]), 3).tolist() == [
        0.3113258967948814,
        0.6670169818987255,
        0.6537824925921287,
    ]
    assert draws.scalar("patience", 7, -1) == 0.6412216573053264


@given(WORDS, st.integers(-(2**63), 2**63 - 1), st.integers(-(2**40), 2**40), st.text(max_size=20))
def test_scalar_is_vector(who: int, what: int, seed: int, decision: str) -> None:
    draws, keys = Draws(seed), np.array([who], dtype=np.uint64)
    value = draws.scalar(decision, who, what)
    assert 0.0 < value < 1.0
    assert draws.uniform(decision, keys, what)[0] == value
    assert draws.uniform(decision, keys, np.array([what]))[0] == value
    assert draws.uniform(decision, keys, np.int64(what))[0] == value
    assert draws.block(decision, 2, keys, what)[0, 0] == value


def test_numbers_depend_on_the_question_only() -> None:
    """Not on who else is asked, nor on what was asked before."""
    draws, keys = Draws(1), ranks(1000)
    alone = Draws(1).uniform("a", keys[400:410], 7)
    draws.uniform("b", keys, 3)
    assert draws.uniform("a", keys, 7)[400:410].tolist() == alone.tolist()
    assert draws.uniform("a", keys[::-1], 7)[::-1].tolist() == draws.uniform("a", keys, 7).tolist()


def test_inputs_are_not_written() -> None:
    keys, what = ranks(10), np.arange(10)
    before = keys.copy(), what.copy()
    Draws(1).uniform("a", keys, what)
    Draws(1).block("a", 3, keys, what)
    assert (keys == before[0]).all()
    assert (what == before[1]).all()


def chi_square(u: np.ndarray, bins: int) -> float:
    counts = np.bincount((u * bins).astype(int), minlength=bins)
    return float(stats.chi2.sf(((counts - len(u) / bins) ** 2 / (len(u) / bins)).sum(), bins - 1))


STREAMS = {
    "people": lambda d: d.uniform("x", ranks(400_000)),
    "small integers as keys": lambda d: d.uniform("x", np.arange(400_000, dtype=np.uint64)),
    "ordinals of one person": lambda d: d.uniform(
        "x", np.full(400_000, 12345, np.uint64), np.arange(400_000)
    ),
    "days of many people": lambda d: d.uniform(
        "x", np.repeat(ranks(400), 1000), np.tile(np.arange(1000), 400)
    ),
    "blocks": lambda d: d.block("x", 8, ranks(50_000)).T.ravel(),
    "seeds": lambda d: np.array([Draws(seed).scalar("x", 1) for seed in range(100_000)]),
    "decisions": lambda d: np.array([d.scalar(f"decision {k}", 1) for k in range(100_000)]),
}


@pytest.mark.parametrize("stream", STREAMS)
def test_uniform_and_without_serial_dependence(stream: str) -> None:
    u = STREAMS[stream](Draws(7))
    assert (u > 0).all() and (u < 1).all()
    assert chi_square(u, 256) > 1e-4
    assert chi_square((u * 65536) % 1.0, 256) > 1e-4  # the lower bits too
    assert stats.kstest(u, "uniform").pvalue > 1e-4
    for lag in (1, 2, 7, 365):
        correlation = np.corrcoef(u[:-lag], u[lag:])[0, 1]
        assert abs(correlation) < 4.5 / math.sqrt(len(u)), f"lag {lag}"
    pairs = (u[:-1] * 32).astype(int) * 32 + (u[1:] * 32).astype(int)
    assert chi_square((pairs + 0.5) / 1024, 1024) > 1e-4
    assert len(np.unique(u)) == len(u)


def test_decisions_seeds_and_block_lines_are_independent() -> None:
    keys = ranks(200_000)
    columns = [Draws(1).uniform("a", keys), Draws(1).uniform("b", keys), Draws(2).uniform("a", keys)]
    columns += [Draws(1).uniform("a", keys, 1), *Draws(1).block("a", 4, keys)[1:]]
    off_diagonal = np.corrcoef(columns)[np.triu_indices(len(columns), 1)]
    assert np.abs(off_diagonal).max() < 4.5 / math.sqrt(len(keys))


@pytest.mark.parametrize("where", ["who", "what"])
def test_avalanche(where: str) -> None:
    """Each bit of the question turned over turns each bit of the answer with probability one half."""
    draws, base, count = Draws(3), ranks(2000), 2000
    plain = (draws.uniform("x", base, 5) * 2.0**53).astype(np.uint64)
    for bit in range(0, 63, 3):
        if where == "who":
            other = draws.uniform("x", base ^ np.uint64(1 << bit), 5)
        else:
            other = draws.uniform("x", base, 5 ^ (1 << bit))
        changed = plain ^ (other * 2.0**53).astype(np.uint64)
        share = np.array([((changed >> np.uint64(k)) & np.uint64(1)).mean() for k in range(1, 53)])
        assert np.abs(share - 0.5).max() < 5.0 * 0.5 / math.sqrt(count), f"bit {bit}"


def test_keys_of_families_do_not_meet() -> None:
    keys = np.concatenate([keys_of(f"{code:05d}", np.arange(2000)) for code in range(200)])
    assert len(np.unique(keys)) == len(keys)
    assert int(keys_of("67482", 5)) == int(keys_of("67482", np.arange(10))[5])


def test_logarithm() -> None:
    u = np.concatenate(
        [ranks(200_000) / 2.0**64, [2.0**-54, 0.5, 1.0, 1.0 - 2.0**-53, 1.0 + 2.0**-52, 10.0, 1e300]]
    )
    exact = np.array([math.log(x) for x in u])
    assert np.abs(log(u) - exact).max() <= 8e-15
    large = np.abs(exact) > 1e-3
    assert np.abs(log(u)[large] / exact[large] - 1.0).max() < 1e-15
    assert log(1.0) == 0.0
    assert (np.diff(log(np.linspace(0.01, 2.0, 100_001))) > 0).all()


def test_exponential_and_normal_laws() -> None:
    u = Draws(4).uniform("x", ranks(200_000))
    assert stats.kstest(exponential(u), "expon").pvalue > 1e-3
    levels = np.concatenate([u, [1e-300, 1e-16, 0.5, 1 - 1e-16]])
    np.testing.assert_allclose(normal(levels), stats.norm.ppf(levels), rtol=2e-13, atol=2e-15)


def test_quantile_inverts_a_table() -> None:
    levels, values = [0.0, 0.2, 0.2, 1.0], [0.0, 10.0, 30.0, 50.0]
    assert quantile(levels, values, [0.0, 0.1, 0.6, 1.0]).tolist() == [0.0, 5.0, 40.0, 50.0]
    u = Draws(4).uniform("x", ranks(1000))
    np.testing.assert_allclose(quantile(levels, values, u), np.interp(u, levels, values), rtol=0, atol=1e-12)


def test_choose_follows_the_weights() -> None:
    weights = np.array([3.0, 0.0, 1.0, 6.0])
    index = choose(np.cumsum(weights), Draws(4).uniform("x", ranks(100_000)))
    counts = np.bincount(index, minlength=4)
    assert counts[1] == 0
    assert stats.chisquare(counts[weights > 0], weights[weights > 0] * 10_000).pvalue > 1e-3
    assert choose(np.cumsum(weights), np.nextafter(1.0, 0.0)) == 3


FINGERPRINT = """
import hashlib, numpy as np
from cpts_sim.engine.draws import Draws, exponential, keys_of, log, normal, quantile
keys = keys_of("67482", np.arange(20011))
draws = Draws(11)
u = draws.uniform("x", keys, np.arange(20011))
parts = [u, draws.block("y", 5, keys), log(u * 40), exponential(u), normal(u)]
parts.append(quantile([0, 0.3, 1], [0, 1, 9.7], u))
print(hashlib.blake2b(b"".join(np.ascontiguousarray(p).tobytes() for p in parts)).hexdigest())
"""


def fingerprint(disabled: str) -> str:
    env = {**os.environ, "NPY_DISABLE_CPU_FEATURES": disabled, "PYTHONPATH": os.pathsep.join(sys.path)}
    out = subprocess.run(
        [sys.executable, "-c", FINGERPRINT], env=env, capture_output=True, text=True, check=True
    )
    return out.stdout.strip()


def test_same_bytes_without_the_processor_s_vector_units() -> None:
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    present = [feature for feature in __cpu_dispatch__ if __cpu_features__.get(feature)]
    if not present:
        pytest.skip("numpy dispatches nothing on this processor")
    assert fingerprint(" ".join(present)) == fingerprint("")
