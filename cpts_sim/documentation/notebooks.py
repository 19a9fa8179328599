"""The tutorial notebooks run again, in their place: ``python -m cpts_sim.documentation.notebooks``.

Needs the extra ``[notebook]``; takes some minutes.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "notebooks"
CELL_S = 1200


def run(path: Path) -> float:
    """Run a notebook and write what its cells say, without anything that differs from one time to the next.

    Args:
        path: the notebook.

    Returns:
        seconds it took.
    """
    import nbformat
    from nbclient import NotebookClient

    start = time.monotonic()
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=CELL_S, resources={"metadata": {"path": str(path.parent)}}, record_timing=False
    ).execute()
    nbformat.write(_plain(notebook), path)
    return time.monotonic() - start


def _plain(notebook: Any) -> Any:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata = {"kernelspec": kernel}
    for rank, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{rank}"
        cell["metadata"] = {}
        if "outputs" in cell:  # warnings of libraries belong to the machine
            cell["outputs"] = [output for output in cell["outputs"] if output.get("name") != "stderr"]
    return notebook


def main() -> None:
    """Run them all."""
    for path in sorted(FOLDER.glob("*.ipynb")):
        print(f"{path.name}: {run(path):.0f} s", flush=True)


if __name__ == "__main__":
    main()
