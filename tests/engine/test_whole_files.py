"""Files are whole or absent, and what fails is one sentence in the reader's language."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest

from cpts_sim import files
from cpts_sim.errors import InputError
from cpts_sim.model import Model
from cpts_sim.scenario import parse
from cpts_sim.words import speaking

MORNING = {"at": "08:00", "slots": 20, "every": "15 min"}
PRACTICE = {
    "name": "one_practice",
    "years": 0.1,
    "warmup": "1 week",
    "calendar": "plain",
    "territory": {"practices": {"inhabitants": 500, "weekly": {"mon": [MORNING]}}},
    "care": {"needs": {"acute": {"rate": "1 per year"}}},
}  # fmt: skip


def model(days: int = 0) -> Model:
    out = Model(parse(PRACTICE), 1)
    out.run(days)
    return out


def failing(at: int, code: int):
    """Fail like the system after so many bytes."""

    def put(path: Path, data: bytes) -> None:
        path.write_bytes(data[:at])
        raise OSError(code, "No space left on device", str(path))

    return put


def test_a_checkpoint_interrupted_leaves_the_one_before(tmp_path, monkeypatch):
    file = tmp_path / "state.npz"
    model(3).checkpoint(file)
    before = file.read_bytes()
    monkeypatch.setattr(files, "put_on_disk", failing(200, errno.ENOSPC))
    with pytest.raises(InputError) as told:
        model(5).checkpoint(file)
    assert str(file) in str(told.value) and "\n" not in str(told.value)
    assert file.read_bytes() == before and list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("kept", [0, 10, 0.5, 0.99])
def test_a_checkpoint_cut_short_is_one_sentence_with_exit_code_3(tmp_path, kept):
    file = tmp_path / "state.npz"
    model(3).checkpoint(file)
    data = file.read_bytes()
    file.write_bytes(data[: kept if isinstance(kept, int) else int(kept * len(data))])
    with pytest.raises(InputError) as told:
        Model.resume(file, parse(PRACTICE))
    assert str(file) in str(told.value) and "\n" not in str(told.value) and told.value.exit_code == 3


def test_a_damaged_byte_a_foreign_archive_and_a_bare_array_are_no_checkpoints(tmp_path):
    file = tmp_path / "state.npz"
    model(3).checkpoint(file)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 255
    file.write_bytes(bytes(data))
    np.savez(tmp_path / "foreign.npz", epoch=np.array([1]), words=np.arange(3))
    np.save(tmp_path / "bare.npy", np.arange(3))
    for name in ("state.npz", "foreign.npz", "bare.npy", "absent.npz"):
        with pytest.raises(InputError, match=name):
            Model.resume(tmp_path / name, parse(PRACTICE))


def test_a_file_or_folder_half_written_never_takes_the_place_of_a_whole_one(tmp_path, monkeypatch):
    files.write_file(tmp_path / "a", b"one")
    files.write_folder(tmp_path / "b", {"x": b"one", "y/z": b"two"})
    monkeypatch.setattr(files, "put_on_disk", failing(1, errno.EFBIG))
    for write in (
        lambda: files.write_file(tmp_path / "a", b"other"),
        lambda: files.write_folder(tmp_path / "b", {"x": b"other"}),
    ):
        with pytest.raises(InputError):
            write()
    assert (tmp_path / "a").read_bytes() == b"one"
    assert {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*")} == {"a", "b", "b/x", "b/y", "b/y/z"}


@pytest.mark.parametrize(("lang", "words"), [("fr", "accès refusé"), ("en", "permission denied")])
def test_what_the_system_refuses_is_said_in_the_readers_language(tmp_path, lang, words):
    with speaking(lang):
        assert files.reason(PermissionError(errno.EACCES, "Permission denied")) == words
        assert words in str(files.write_fault(PermissionError(errno.EACCES, "Permission denied"), tmp_path))


@pytest.mark.parametrize("after", [1, 2])
def test_ctrl_c_between_two_renames_leaves_the_old_folder_or_the_new_one(tmp_path, monkeypatch, after):
    home, rename, done = tmp_path / "results", Path.rename, []
    files.write_folder(home, {"x": b"old"})

    def interrupted(place: Path, target: Path) -> Path:
        moved = rename(place, target)
        done.append(place)
        if len(done) == after:
            raise KeyboardInterrupt
        return moved

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.write_folder(home, {"x": b"new"})
    assert (home / "x").read_bytes() == {1: b"old", 2: b"new"}[after]
