"""The extra ``fast``: compiled loops give what numpy and Python give, to the last bit."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_books import Wave, plain_loop, random_books, random_wave

from cpts_sim.engine import compiled, draws, settlement
from cpts_sim.engine.agenda import Books
from cpts_sim.engine.draws import Draws
from cpts_sim.engine.settlement import Freed, settle
from cpts_sim.model import Model
from cpts_sim.scenario import parse

INT64 = st.integers(-(2**63), 2**63 - 1)


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Nothing loaded, and nothing left behind."""
    monkeypatch.delenv(compiled.VARIABLE, raising=False)
    monkeypatch.setattr(compiled, "LOADED", None)
    compiled._loaded.cache_clear()
    yield monkeypatch
    compiled._loaded.cache_clear()


@pytest.fixture(scope="module")
def kernels() -> compiled.Kernels:
    """The compiled functions: where the extra is installed they must be there."""
    pytest.importorskip("numba")
    pytest.importorskip("cffi")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(compiled.VARIABLE, raising=False)
        patch.setattr(compiled, "LOADED", None)
        compiled._loaded.cache_clear()
        found = compiled.load()
        compiled._loaded.cache_clear()
    assert found is not None
    return found


def both(kernels: compiled.Kernels, ask: Any) -> tuple[Any, Any]:
    """What a question gives without and with the compiled functions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "load", lambda: None)
        patch.setattr(compiled, "LOADED", None)
        plain = ask()
        patch.setattr(compiled, "load", lambda: kernels)
        patch.setattr(compiled, "LOADED", kernels)
        return plain, ask()


def with_few_keys(rng: np.random.Generator, wave: Wave) -> Wave:
    """Minutes and keys among so few that many are the same."""
    key = rng.integers(0, 3, len(wave.minute)).astype(np.uint64)
    minute = wave.minute.min(initial=0.0) + rng.integers(0, 3, len(wave.minute)) * 64.0
    return wave._replace(key=key, minute=minute)


def random_freed(rng: np.random.Generator, books: Books) -> Freed:
    row, column = np.nonzero((books.free == 0) & (rng.random(books.free.shape) < 0.5))
    return Freed(books.first_day * 1440.0 + rng.integers(0, 50, len(row)) * 16.0, row, column)


@settings(max_examples=400)
@given(
    st.tuples(st.integers(1, 6), st.integers(1, 5), st.integers(1, 7)),
    st.integers(0, 40), st.integers(1, 4), st.integers(1, 4), st.booleans(), st.booleans(), st.integers(0, 2**32),
)  # fmt: skip
def test_a_wave_is_settled_as_in_python_and_as_by_the_plain_loop(
    kernels: compiled.Kernels, size: tuple[int, int, int], count: int, contacts: int, choices: int,
    ties: bool, freeing: bool, seed: int,
) -> None:  # fmt: skip
    rng = np.random.default_rng(seed)
    books = random_books(rng, *size, first_day=int(rng.integers(-20, 20)))
    wave = random_wave(rng, books, count, contacts, choices)
    if ties:
        wave = with_few_keys(rng, wave)
    freed = random_freed(rng, books) if freeing else None
    before = books.free.copy()

    def ask() -> list[list[int]]:
        books.forget()
        return [column.tolist() for column in settle(books, *wave, freed)]

    plain, fast = both(kernels, ask)
    assert fast == plain
    assert (books.free == before).all(), "the columns are the caller's to write"
    if not ties:  # the plain loop plays a further contact after a first one of the same minute and key
        assert tuple(fast) == plain_loop(books, wave, freed)


def test_thousands_of_waves_with_further_contacts_and_freed_slots(kernels: compiled.Kernels) -> None:
    again = taken_again = 0
    for seed in range(3000):
        rng = np.random.default_rng(seed)
        books = random_books(rng, int(rng.integers(1, 5)), int(rng.integers(1, 4)), int(rng.integers(1, 6)))
        wave = random_wave(rng, books, int(rng.integers(1, 40)), int(rng.integers(1, 5)), 2)
        wave = with_few_keys(rng, wave) if seed % 2 else wave
        freed = random_freed(rng, books)

        def ask(books: Books = books, wave: Wave = wave, freed: Freed = freed) -> list[list[int]]:
            books.forget()
            return [column.tolist() for column in settle(books, *wave, freed)]

        plain, fast = both(kernels, ask)
        assert fast == plain, f"seed {seed}"
        contact, choice, column = map(np.array, fast)
        again += int((contact > 0).sum())
        served = np.flatnonzero(choice >= 0)
        rows = wave.row[served, contact[served], choice[served]]
        taken_again += int((books.free[rows, column[served]] == 0).sum())
    assert again > 10_000, "further contacts"
    assert taken_again > 2_000, "slots that only a cancellation has freed"


def test_columns_of_any_type_and_order_in_memory_will_do(kernels: compiled.Kernels) -> None:
    rng = np.random.default_rng(3)
    books = random_books(rng, 4, 3, 6)
    wave = random_wave(rng, books, 60, 3, 3)
    narrow = wave._replace(
        kinds=wave.kinds.astype(np.int64), lowest=wave.lowest.astype(np.int32), highest=wave.highest.astype(np.int16),
        again_at=np.asfortranarray(wave.again_at), minute=np.repeat(wave.minute, 2)[::2],
    )  # fmt: skip
    plain, fast = both(kernels, lambda: [x.tolist() for x in (books.forget(), *settle(books, *narrow))[1:]])
    assert fast == plain == [x.tolist() for x in settlement.settle(books, *wave)]


def test_slots_that_a_compiled_wave_takes_are_taken_from_packed_books(kernels: compiled.Kernels) -> None:
    """A wave settled by the columns, then one by the packed books."""
    rng = np.random.default_rng(8)
    for _ in range(50):
        books = random_books(rng, 3, 3, 6)
        first, second = (random_wave(rng, books, 20, 2, 2) for _ in range(2))
        books.open.pack()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(compiled, "load", lambda: kernels)
            contact, choice, column = settle(books, *first)
        served = np.flatnonzero(choice >= 0)
        books.take(first.row[served, contact[served], choice[served]], column[served], served, 0.0, settled=True)
        assert [x.tolist() for x in settle(books, *second)] == list(plain_loop(books, second))


@settings(max_examples=300)
@given(INT64, st.integers(0, 40), st.integers(1, 5), INT64, st.integers(0, 2**32))
def test_numbers_drawn_are_the_same(
    kernels: compiled.Kernels, seed: int, people: int, count: int, what: int, chance: int
) -> None:
    rng, draw = np.random.default_rng(chance), Draws(seed)
    who = rng.integers(0, 2**64, people, dtype=np.uint64)
    each = rng.integers(-(2**63), 2**63 - 1, people)
    for identity in (what, np.int64(what), each, each.astype(np.int32), each[::-1], each.view(np.uint64)):
        for keys in (who, who[::-1]):
            plain, fast = both(kernels, lambda k=keys, i=identity: draw.block("any", count, k, i))
            assert fast.tobytes() == plain.tobytes()
            assert fast.shape == plain.shape == (count, people)
            plain, fast = both(kernels, lambda k=keys, i=identity: draw.uniform("any", k, i))
            assert fast.tobytes() == plain.tobytes()
            assert fast.shape == plain.shape == (people,)


def test_keys_of_other_shapes_are_drawn_by_numpy(kernels: compiled.Kernels) -> None:
    draw = Draws(4)
    table = np.arange(6, dtype=np.uint64).reshape(2, 3)
    rows = draw.bases(["a", "b", "c"])
    for ask in (
        lambda: draw.uniform("any", table, 2),
        lambda: draw.uniform(rows, table[0], 2),
        lambda: draw.uniform("any", table[0], np.arange(12).reshape(4, 3)),
        lambda: draw.uniform("any", table[0][:1], [4]),
    ):  # fmt: skip
        plain, fast = both(kernels, ask)
        assert fast.tobytes() == plain.tobytes()
        assert fast.shape == plain.shape


@settings(max_examples=300)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, min_value=0.0, allow_subnormal=True), max_size=30))
def test_logarithms_are_the_same(kernels: compiled.Kernels, given_: list[float]) -> None:
    with np.errstate(all="ignore"):
        plain, fast = both(kernels, lambda: draws.log(np.array(given_)))
    assert fast.tobytes() == plain.tobytes()


def test_logarithms_are_the_same_around_every_bound(kernels: compiled.Kernels) -> None:
    root = draws.ROOT_OF_HALF
    scales = (2.0**-1021, 2.0**-60, 0.5, 1.0, 2.0, 2.0**900)
    bounds = np.array([scale * edge for scale in scales for edge in (root, 1.0)])
    near = np.concatenate([bounds, np.nextafter(bounds, 0.0), np.nextafter(bounds, np.inf)])
    odd = [np.array([0.0, 1.0]), np.array([5e-324]), np.array([np.inf, 2.0]), np.array([np.nan]), np.array([-1.0])]
    for x in (near, near.reshape(4, 9), near.reshape(4, 9).T, np.random.default_rng(1).random(5000), 0.3, *odd):
        with np.errstate(all="ignore"):
            plain, fast = both(kernels, lambda x=x: draws.log(x))
        assert np.shape(fast) == np.shape(plain)
        assert np.asarray(fast).tobytes() == np.asarray(plain).tobytes()


def test_no_multiplication_and_addition_are_merged(kernels: compiled.Kernels) -> None:
    from cpts_sim.engine import kernels as source

    code = compiled.machine().emit_assembly(source.module())
    assert "wave" in code
    for merged in ("fmadd", "fmsub", "fnmadd", "fmla", "fmls"):
        assert merged not in code, f"{merged}: the last bit would depend on the processor"


def digest_of_a_life() -> str:
    """All that happens in 60 days of a small territory."""
    seen = blake2b()

    def see(chunk: Any, tables: Any) -> None:
        for kind in sorted(chunk):
            for name in sorted(chunk[kind]):
                seen.update(np.ascontiguousarray(chunk[kind][name]).tobytes())

    source = {"territory": {"archetype": "mixed_small_town", "population": 3000}, "years": 1}
    model = Model(parse(source), 5, observers=[see])
    model.run(60)
    model.finish()
    model.close()
    return seen.hexdigest()


def test_a_life_is_the_same(kernels: compiled.Kernels) -> None:
    plain, fast = both(kernels, digest_of_a_life)
    assert plain == fast


def test_nothing_is_compiled_where_it_is_turned_off(fresh: pytest.MonkeyPatch) -> None:
    fresh.setenv(compiled.VARIABLE, "0")
    fresh.setattr(compiled, "_code", lambda versions: pytest.fail("looked for machine code"))
    assert compiled.load() is None


def test_without_the_extra_nothing_is_loaded_nor_said(
    fresh: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    def absent(name: str) -> str:
        raise PackageNotFoundError(name)

    fresh.setattr(compiled, "version", absent)
    assert compiled.load() is None
    assert not recwarn.list


def test_what_cannot_be_compiled_is_said_and_done_without(fresh: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("numba")
    failed = subprocess.CompletedProcess([], 1, "", "something\nLLVM has no such machine")
    fresh.setattr(compiled, "folders", lambda: [tmp_path])
    fresh.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.warns(UserWarning, match="LLVM has no such machine.*goes on without"):
        assert compiled.load() is None
    assert not list(tmp_path.iterdir()), "nothing half-written"


def test_machine_code_is_kept_in_the_first_folder_that_may_be_written(
    fresh: pytest.MonkeyPatch, tmp_path: Path, kernels: compiled.Kernels
) -> None:
    readable, mine = tmp_path / "installed", tmp_path / "mine"
    (tmp_path / "installed").write_text("a file where a folder should be")
    fresh.setattr(compiled, "folders", lambda: [readable, mine])
    first = compiled.load()
    assert first is not None
    assert [file.suffix for file in mine.iterdir()] == [".o"]
    compiled._loaded.cache_clear()
    fresh.setattr(subprocess, "run", lambda *_, **__: pytest.fail("compiled twice"))
    assert compiled.load() is not None


@pytest.mark.parametrize(
    "damage",
    [lambda code: b"", lambda code: code[:-1], lambda code: code[: len(code) // 2], lambda code: bytes(len(code)),
     lambda code: code[:-900] + bytes(900)],
)  # fmt: skip
def test_a_damaged_file_is_made_anew(
    fresh: pytest.MonkeyPatch, tmp_path: Path, kernels: compiled.Kernels, damage: Any
) -> None:
    fresh.setattr(compiled, "folders", lambda: [tmp_path / "cache"])
    file = tmp_path / "cache" / "kernels-1.o"
    fresh.setattr(compiled, "_name", lambda versions: file.name)
    whole = compiled._sealed(b"machine code " * 100)
    fresh.setattr(compiled, "_compiled", lambda file: b"made anew")
    file.parent.mkdir(mode=0o700)
    file.write_bytes(whole)
    assert compiled._code([]) == whole[16:]
    file.write_bytes(damage(whole))
    assert compiled._code([]) == b"made anew"


def test_what_others_may_have_written_is_not_run(tmp_path: Path) -> None:
    if not hasattr(os, "getuid"):
        pytest.skip("no users here")
    tmp_path.chmod(0o700)
    file = tmp_path / "kernels-1.o"
    file.write_bytes(compiled._sealed(b"code"))
    file.chmod(0o600)
    assert compiled._kept(file) == b"code"
    file.chmod(0o666)
    assert compiled._kept(file) is None
    file.chmod(0o600)
    tmp_path.chmod(0o777)
    assert compiled._kept(file) is None


def test_what_lies_in_the_working_folder_is_not_compiled(
    fresh: pytest.MonkeyPatch, tmp_path: Path, kernels: compiled.Kernels
) -> None:
    (tmp_path / "cpts_sim").mkdir()
    for name in ("numbers.py", "cpts_sim/__init__.py"):
        (tmp_path / name).write_text("raise SystemExit('the wrong one')")
    fresh.chdir(tmp_path)
    fresh.setattr(compiled, "folders", lambda: [tmp_path / "cache"])
    assert compiled.load() is not None


def test_other_sources_are_not_compiled_for_this_program(
    fresh: pytest.MonkeyPatch, tmp_path: Path, kernels: compiled.Kernels
) -> None:
    fresh.setattr(compiled, "folders", lambda: [tmp_path])
    fresh.setattr(compiled, "sources", lambda: "those of an older version")
    with pytest.warns(UserWarning, match="another version of the program lies in"):
        assert compiled.load() is None


def test_without_a_home_there_is_one_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nobody)
    assert [folder.name for folder in compiled.folders()] == ["__pycache__"]


def test_keys_that_are_no_array_are_drawn_by_numpy(kernels: compiled.Kernels) -> None:
    plain, fast = both(kernels, lambda: (Draws(1).uniform("a", [1, 2, 3]).tolist(), float(Draws(1).uniform("a", 4))))
    assert plain == fast


def test_code_for_another_processor_is_another_file(fresh: pytest.MonkeyPatch) -> None:
    llvm = pytest.importorskip("llvmlite.binding")
    here = compiled._name(["1"])
    assert here == compiled._name(["1"]) != compiled._name(["2"])
    fresh.setattr(llvm, "get_host_cpu_name", lambda: "another")
    assert compiled._name(["1"]) != here


def test_tests_are_run_without_it_unless_asked() -> None:
    assert os.environ[compiled.VARIABLE]
