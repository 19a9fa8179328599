"""The house as the README draws it: floors, doors, forbidden functions, small files, documented names."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "cpts_sim"
FILES = sorted(PACKAGE.rglob("*.py"))

FLOORS = (
    {"errors"},
    {"words"},
    {"engine", "evidence", "files"},
    {"territory", "measures", "scenario"},
    {"care"},
    {"agents", "missions", "shocks", "theory"},
    {"build", "catalogue", "explain", "model"},
    {"experiment"},
    {"report", "app", "documentation"},
    {"cli"},
)
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
SHARED_FLOOR = {"build", "catalogue", "explain", "model"}
"""Files that together are the floor of one run; they may import each other."""

DECIDING = {"engine", "care", "agents", "missions", "shocks"}
"""Rooms whose numbers decide events: the same bytes on every machine."""

DOORS = {
    "simpy": {"engine/clock.py"},
    "mesa": {"agents/base.py"},
    "numba": {"engine/kernels.py"},
    "llvmlite": {"engine/compiled.py", "engine/kernels.py"},
    "cffi": {"engine/compiled.py"},
}

# fmt: off
FORBIDDEN_NUMPY = {
    "random", "log", "log2", "log10", "log1p", "exp", "exp2", "expm1", "power", "float_power",
    "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "dot", "matmul",
    "einsum", "vdot", "inner", "outer", "tensordot", "cbrt", "hypot", "logaddexp",
}
# fmt: on
FORBIDDEN_CALLS = {
    "hash",
    "time.time",
    "time.time_ns",
    "time.perf_counter",
    "time.monotonic",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "date.today",
    "math.log",
    "math.log1p",
    "math.log2",
    "math.log10",
    "math.exp",
    "math.expm1",
    "math.pow",
    "math.sin",
    "math.cos",
    "math.tan",
    "id",
}
CLOCKLESS_EXCEPTIONS = {"engine/draws.py": {"hash"}}


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def _room(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0].removesuffix(".py")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _for_typing(tree: ast.Module) -> set[ast.AST]:
    """Nodes under ``if TYPE_CHECKING``: they import nothing when the program runs."""
    blocks = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    )
    return {child for block in blocks for child in ast.walk(block)}


def _imports(path: Path, typing_too: bool = True) -> Iterator[str]:
    tree = _tree(path)
    skipped = set() if typing_too else _for_typing(tree)
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{_name(path)}: write absolute imports"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.parent != PACKAGE or path.stem != "__init__"], ids=_name
)
def test_a_room_imports_only_from_floors_below(path: Path) -> None:
    room = _room(path)
    assert room in LEVEL, f"{room} is on no floor: add it to FLOORS and to the README"
    for imported in _imports(path):
        parts = imported.split(".")
        if parts[0] != "cpts_sim" or len(parts) < 2 or parts[1] not in LEVEL or parts[1] == room:
            continue
        together = {parts[1], room} <= SHARED_FLOOR
        assert LEVEL[parts[1]] < LEVEL[room] or together, f"{_name(path)} ({room}) imports {imported}"


@pytest.mark.parametrize("library", DOORS)
def test_one_door_to_each_library(library: str) -> None:
    users = {_name(path) for path in FILES if any(name.split(".")[0] == library for name in _imports(path))}
    assert users <= DOORS[library], f"{library} is imported by {sorted(users - DOORS[library])}"


def test_figures_are_drawn_in_the_report_and_the_app_only() -> None:
    users = {
        _room(path) for path in FILES if any(name.split(".")[0] == "matplotlib" for name in _imports(path))
    }
    assert users <= {"report", "app"}
    users = {_room(path) for path in FILES if any(name.split(".")[0] == "pandas" for name in _imports(path))}
    assert users <= {"report", "app", "cli"}, "pandas only at the edges"


def _dotted(node: ast.expr) -> str:
    return ast.unparse(node) if isinstance(node, ast.Attribute | ast.Name) else ""


@pytest.mark.parametrize("path", [path for path in FILES if _room(path) in DECIDING], ids=_name)
def test_nothing_that_decides_an_event_depends_on_the_machine(path: Path) -> None:
    allowed = CLOCKLESS_EXCEPTIONS.get(_name(path), set())
    for node in ast.walk(_tree(path)):
        line = f"{_name(path)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Attribute):
            name = _dotted(node)
            head, _, last = name.rpartition(".")
            bad = head in ("np", "numpy") and last in FORBIDDEN_NUMPY
            assert not bad, f"{line}: {name} changes its last bit with the processor; use engine.draws"
        if isinstance(node, ast.Call):
            name = _dotted(node.func)
            bad = name in FORBIDDEN_CALLS - allowed or any(
                name.endswith("." + bad) for bad in FORBIDDEN_CALLS
            )
            assert not bad, f"{line}: {name} depends on the machine, the moment or the run"
        if isinstance(node, ast.BinOp):
            assert not isinstance(node.op, ast.MatMult), f"{line}: @ changes its last bit with the processor"
            if isinstance(node.op, ast.Pow):
                whole = isinstance(node.right, ast.Constant) and isinstance(node.right.value, int)
                constant = isinstance(node.left, ast.Constant) and not any(
                    isinstance(child, ast.Name | ast.Call) for child in ast.walk(node.right)
                )
                assert whole or constant, f"{line}: ** with a drawn exponent; use engine.draws.log or a table"
    imported = {name.split(".")[0] for name in _imports(path)}
    assert not imported & {"random", "secrets"}, f"{_name(path)}: draws come from engine.draws"


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_files_are_small_and_finished(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 450, f"{_name(path)} has {text.count(chr(10))} lines"
    for word in ("TODO", "FIXME", "XXX", "HACK"):
        assert word not in text, f"{_name(path)} is not finished: {word}"


def _is_overload(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("overload" in ast.unparse(item) for item in node.decorator_list)


def _public(body: list[ast.stmt], owner: str = "") -> Iterator[tuple[str, ast.AST]]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    for node in body:
        if isinstance(node, kinds) and not node.name.startswith("_"):
            if not (isinstance(node, ast.FunctionDef) and _is_overload(node)):
                yield f"{owner}{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body, f"{node.name}.")


@pytest.mark.parametrize("path", [path for path in FILES if path.stem != "__main__"], ids=_name)
def test_public_names_are_documented(path: Path) -> None:
    tree = _tree(path)
    assert ast.get_docstring(tree), f"{_name(path)} has no docstring"
    for name, node in _public(tree.body):
        documented = ast.get_docstring(node)  # type: ignore[arg-type]
        assert documented, f"{_name(path)}: {name} has no docstring"


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_functions_are_short_and_errors_are_named(path: Path) -> None:
    tree = _tree(path)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            lines = (node.end_lineno or 0) - body[0].lineno + 1
            assert lines <= 50, f"{_name(path)}:{node.lineno} {node.name} has {lines} lines"
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"{_name(path)}:{node.lineno}: name the exception"
        assert not isinstance(node, ast.Assert), (
            f"{_name(path)}:{getattr(node, 'lineno', 0)}: raise, do not assert"
        )


def _loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(' '.join(sorted(name.split('.')[0] for name in sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(run.stdout.split())


HEAVY = {"numpy", "scipy", "mesa", "simpy", "matplotlib", "pandas", "pyarrow", "pydantic", "babel", "rich"}


@pytest.mark.parametrize(
    "statement", ["import cpts_sim", "import cpts_sim.words", "import cpts_sim.cli", "import cpts_sim.errors"]
)
def test_importing_is_light(statement: str) -> None:
    assert not HEAVY & _loaded_by(statement)


def test_rooms_below_the_model_do_not_load_figures() -> None:
    loaded = _loaded_by("import cpts_sim.scenario, cpts_sim.territory, cpts_sim.care")
    assert not {"matplotlib", "pandas", "pyarrow", "mesa"} & loaded


def test_every_floor_is_drawn_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rooms = {_room(path) for path in FILES} - {"__init__"}
    missing = [room for room in sorted(rooms) if room not in text]
    assert not missing, f"the README's picture of the house lacks {missing}"
