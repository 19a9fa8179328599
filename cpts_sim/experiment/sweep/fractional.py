"""Two-level fractional factorial designs, exact: chosen by search, checked by their defining words.

Each added column is the product of a set of base columns (Box & Hunter 1961). The generators are chosen by a
search from the longest words down, and the resolution is the length of the shortest word of the defining
relation, computed in full, so a design never claims more than it has.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray


def full(count: int) -> NDArray[np.int8]:
    """Return every combination of 0 and 1: 2**count rows, the last factor changing first."""
    rows = np.arange(2**count)[:, None]
    return ((rows >> np.arange(count - 1, -1, -1)) & 1).astype(np.int8)


def fractional(count: int, resolution: int) -> tuple[NDArray[np.int8], tuple[frozenset[int], ...]]:
    """Return the smallest regular fraction of a resolution, and its generators.

    Args:
        count: number of factors.
        resolution: 3, 4 or 5.

    Returns:
        Rows of 0 and 1, one column per factor; the words that generate the defining relation (sets of factors
        whose product is constant), empty when the fraction is the whole.
    """
    base = next(b for b in range(1, count + 1) if _generators(count, b, resolution) is not None)
    added = _generators(count, base, resolution) or ()
    signs = 1 - 2 * full(base).astype(np.int64)
    columns = [signs[:, i] for i in range(base)]
    columns += [signs[:, sorted(word)].prod(axis=1) for word in added]
    words = tuple(frozenset({*word, base + rank}) for rank, word in enumerate(added))
    return ((1 - np.stack(columns, axis=1)) // 2).astype(np.int8), words


def _generators(count: int, base: int, resolution: int) -> tuple[frozenset[int], ...] | None:
    """Return a word of base columns for each added factor, or None when there is no such design."""
    extra = count - base
    if extra == 0:
        return ()
    sizes = range(base, resolution - 2, -1)
    candidates = [frozenset(c) for size in sizes for c in combinations(range(base), size)]
    return _extend((), candidates, base, extra, resolution) if len(candidates) >= extra else None


def _extend(
    chosen: tuple[frozenset[int], ...], candidates: list[frozenset[int]], base: int, extra: int, resolution: int
) -> tuple[frozenset[int], ...] | None:
    if extra == 0:
        return chosen
    for rank, word in enumerate(candidates):
        tried = (*chosen, word)
        if _added_length(tried, base) >= resolution:
            found = _extend(tried, candidates[rank + 1 :], base, extra - 1, resolution)
            if found is not None:
                return found
    return None


def _added_length(words: tuple[frozenset[int], ...], base: int) -> int:
    """Return the shortest word of the relation that uses the last generator."""
    full_words = [frozenset({*word, base + rank}) for rank, word in enumerate(words)]
    last, others = full_words[-1], full_words[:-1]
    return min(len(_product((last, *some))) for some in _subsets(others))


def _subsets(words: list[frozenset[int]]) -> Iterator[tuple[frozenset[int], ...]]:
    for size in range(len(words) + 1):
        yield from combinations(words, size)


def _product(words: tuple[frozenset[int], ...]) -> frozenset[int]:
    out: frozenset[int] = frozenset()
    for word in words:
        out = out ^ word
    return out


def relation(words: tuple[frozenset[int], ...]) -> list[frozenset[int]]:
    """Return every word of the defining relation, the empty one left out."""
    return [_product(some) for some in _subsets(list(words)) if some]


def resolution_of(words: tuple[frozenset[int], ...]) -> int:
    """Return the length of the shortest word (0: nothing is confounded)."""
    return min((len(word) for word in relation(words)), default=0)


def aliases(words: tuple[frozenset[int], ...], effect: frozenset[int], longest: int = 2) -> list[frozenset[int]]:
    """Return the main effects and interactions up to ``longest`` factors confounded with an effect."""
    found = {effect ^ word for word in relation(words)}
    return sorted((word for word in found if 0 < len(word) <= longest), key=lambda w: (len(w), sorted(w)))
