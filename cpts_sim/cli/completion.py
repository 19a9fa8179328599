"""``cpts-sim completion``: the script that completes commands and options in a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from cpts_sim.words import say

PROGRAM = "cpts-sim"


@click.command(help=say("cli.completion"))
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script."""
    maker = get_completion_class(shell)
    if maker is None:
        raise click.UsageError(shell)
    script = maker(ctx.find_root().command, {}, PROGRAM, "_CPTS_SIM_COMPLETE").source()
    click.echo(say("cli.completion_how", shell=shell) + "\n" + script)
