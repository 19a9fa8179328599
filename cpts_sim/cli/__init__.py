"""The command line ``cpts-sim``: thin commands, one file each, found by the name of their file.

A command ``foo-bar`` is the object ``command`` of ``cpts_sim/cli/foo_bar.py``; its one-line help is the
sentence ``cli.foo_bar`` of the catalogue, so that listing commands imports none of them.
"""

from cpts_sim.cli._main import main

__all__ = ["main"]
