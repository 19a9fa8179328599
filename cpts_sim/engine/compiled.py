"""The door to compiled loops: the extra ``fast``, which changes how long a run takes and nothing else.

Where the extra is installed, a process of its own compiles ``kernels`` once on a machine (some seconds) and leaves the
machine code in a file. A run loads this file with llvmlite alone, when it settles its first wave: that takes a tenth of
the time and a third of the memory of numba. ``CPTS_SIM_COMPILED=0`` turns it off.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import warnings
from functools import lru_cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import mkstemp
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

VARIABLE = "CPTS_SIM_COMPILED"
DECLARATIONS = {
    "uniforms": "uint64_t*, int64_t, uint64_t, uint64_t, uint64_t*, int64_t, int64_t, double*",
    "logarithms": "uint64_t*, int64_t, uint64_t*, double*",
    "wave": "int64_t, int64_t, int64_t*, double*, uint64_t*, double*, "
    "int64_t*, int64_t*, uint8_t*, int64_t*, int64_t*, uint8_t*, int64_t, int64_t, "
    "int64_t, double*, int64_t*, uint8_t*, int64_t*, int64_t*, int64_t*, int64_t*, int64_t*, uint8_t*",
}
"""Types of the arguments of each function of ``kernels``."""
LONGEST_S = 120
"""Seconds after which compiling is given up."""
_SOURCES = ("agenda.py", "clock.py", "compiled.py", "draws.py", "kernels.py")
"""Files of this folder on which the machine code depends."""
_SEAL = 16
"""Bytes before the machine code in its file, which tell whether it is whole."""


class Kernels:
    """The functions of ``kernels``, called with arrays: contiguous, and of the types declared.

    Args:
        code: machine code, as ``kernels`` writes it.
    """

    def __init__(self, code: bytes) -> None:
        import cffi
        import llvmlite.binding as llvm

        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine())
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        addresses = {name: self._engine.get_function_address(name) for name in DECLARATIONS}
        if not all(addresses.values()):
            raise RuntimeError("the machine code lacks " + ", ".join(name for name, at in addresses.items() if not at))
        ffi = cffi.FFI()
        self._new, self._array, self._null = ffi.new, ffi.from_buffer, ffi.NULL
        self._ends = ffi.new("int64_t *"), ffi.new("void **")  # what a function returns, which nobody reads
        self._uniforms, self._logarithms, self._wave = (
            ffi.cast(f"int32_t (*)(int64_t *, void **, {_any(arguments)})", addresses[name])
            for name, arguments in DECLARATIONS.items()
        )

    def uniforms(self, who: Array, base: int, shift: int, what: Array | None, count: int) -> Floats:
        """Return what ``Draws.block`` does: numbers in (0, 1), shape (count, n).

        Args:
            who: keys (uint64).
            base: what stands for the decision.
            shift: what stands for the identity of the thing decided, if it is the same for all.
            what: this identity for each person (int64), or None.
            count: numbers a person.
        """
        out = np.empty((count, len(who)))
        array = self._array
        each, identity = (0, self._null) if what is None else (1, array(what))
        self._uniforms(*self._ends, array(who), len(who), base, shift, identity, each, count, array(out))
        return out

    def logarithms(self, x: Floats) -> Floats | None:
        """Return natural logarithms, or None if not all numbers are normal and positive."""
        out = np.empty(x.shape)
        room, odd = self._array(out), self._new("int64_t *")
        self._logarithms(odd, self._ends[1], self._array(x), x.size, room, room)
        return None if odd[0] else out

    def wave(self, *arguments: Array | int) -> None:
        """Settle a wave; the arguments are those of the function."""
        array = self._array
        self._wave(*self._ends, *(array(x) if isinstance(x, np.ndarray) else x for x in arguments))


def _any(arguments: str) -> str:
    """Arguments in which any array may stand for an array."""
    return ", ".join("void *" if kind.endswith("*") else kind for kind in arguments.split(", "))


LOADED: Kernels | None = None
"""The functions, once a run has asked for them."""
_ONE_AT_A_TIME = Lock()


def load() -> Kernels | None:
    """Return the functions, compiled if they are not yet; None without the extra or where it is turned off."""
    with _ONE_AT_A_TIME:
        return _loaded()


@lru_cache(maxsize=1)
def _loaded() -> Kernels | None:
    global LOADED
    if os.environ.get(VARIABLE) == "0":
        return None
    try:
        versions = [version(name) for name in ("numba", "llvmlite", "cffi")]
    except PackageNotFoundError:
        return None
    try:
        LOADED = Kernels(_code(versions))
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        warnings.warn(f"extra fast: {error}; the run goes on without it ({VARIABLE}=0 says so at once).", stacklevel=3)
    return LOADED


def machine() -> Any:
    """Return LLVM's description of this machine."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    here = {"cpu": llvm.get_host_cpu_name(), "features": llvm.get_host_cpu_features().flatten()}
    return llvm.Target.from_default_triple().create_target_machine(**here, opt=3, jit=True)


def _code(versions: list[str]) -> bytes:
    """Return the machine code, from its file or compiled now."""
    name = _name(versions)
    for folder in folders():
        if (code := _kept(folder / name)) is not None:
            return code
    for folder in folders():
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return _compiled(folder / name)
        except OSError:  # it may not be written: the next one
            continue
    raise OSError("no folder to keep the machine code in; expected one of " + ", ".join(map(str, folders())))


def folders() -> list[Path]:
    """Return where machine code may be kept: beside the program, else in the user's cache."""
    beside = Path(__file__).resolve().parent / "__pycache__"
    try:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").resolve()
    except RuntimeError:  # nobody's home
        return [beside]
    return [beside, cache / "cpts_sim"]


def _kept(file: Path) -> bytes | None:
    """Return the machine code in a file; None if there is none, it is not whole, or others may have written it."""
    try:
        if file.parent.name != "__pycache__" and not (_ours(file) and _ours(file.parent)):
            return None
        kept = file.read_bytes()
    except OSError:
        return None
    seal, code = kept[:_SEAL], kept[_SEAL:]
    return code if code and seal == _sealed(code)[:_SEAL] else None


def _ours(path: Path) -> bool:
    """Whether a path is the user's and nobody else may write it (where the system knows of users)."""
    told = path.stat()
    return not hasattr(os, "getuid") or (told.st_uid == os.getuid() and not told.st_mode & 0o022)


def _sealed(code: bytes) -> bytes:
    """Return machine code after what tells that it is whole."""
    return blake2b(code, digest_size=_SEAL).digest() + code


def sources() -> str:
    """Return what stands for the sources on which machine code depends."""
    read = [Path(__file__).with_name(name).read_bytes() for name in _SOURCES]
    return blake2b(b"".join(read), digest_size=8).hexdigest()


def _name(versions: list[str]) -> str:
    """Return the name of the file for this program, these libraries and this processor."""
    import llvmlite.binding as llvm

    here = [platform.python_version(), sys.platform, platform.machine(), llvm.get_host_cpu_name()]
    told = "\n".join([sources(), *versions, *here, llvm.get_host_cpu_features().flatten()])
    return f"kernels-{blake2b(told.encode(), digest_size=8).hexdigest()}.o"


def _compiled(file: Path) -> bytes:
    """Compile in a process of its own, so that this one does not grow, and keep the machine code in a file.

    Raises:
        OSError: the folder cannot be written.
        RuntimeError: compiling failed, took too long or was done with other sources than these.
    """
    handle, name = mkstemp(prefix=file.stem, suffix=".part", dir=file.parent)
    os.close(handle)
    written = Path(name)
    command = [sys.executable, "-m", "cpts_sim.engine.kernels", str(written), sources()]
    home = Path(__file__).resolve().parents[2]  # from there -m finds this very package
    how: dict[str, Any] = {"cwd": home, "stdin": subprocess.DEVNULL, "capture_output": True, "text": True}
    try:
        done = subprocess.run(command, timeout=LONGEST_S, **how)
        if done.returncode:
            told = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
            raise RuntimeError(f"compiling ended with {done.returncode} ({told})")
        code = written.read_bytes()
        with written.open("wb") as out:
            out.write(_sealed(code))
            out.flush()
            os.fsync(out.fileno())
        written.replace(file)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"compiling took more than {LONGEST_S} s") from None
    finally:
        written.unlink(missing_ok=True)
    return code
