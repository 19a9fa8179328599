"""The group of all commands, its language and what it does with errors."""

from __future__ import annotations

import os
import select
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click

from cpts_sim import __version__
from cpts_sim.cli._click_words import speak_click
from cpts_sim.cli._options import ASKED
from cpts_sim.errors import CptsSimError, UsageError
from cpts_sim.files import FULL, reason, write_fault
from cpts_sim.words import LANGUAGES, choose_language, label, say, use_language
from cpts_sim.words.language import language_of_tag

PROGRAM = "cpts-sim"
INTERRUPTED = 130
INTERNAL, INVALID = 1, 3


class Commands(click.Group):
    """Commands by the name of their file, imported only when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in alphabetical order."""
        files = Path(__file__).parent.glob("[!_]*.py")
        return sorted(file.stem.replace("_", "-") for file in files)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"cpts_sim.cli.{cmd_name.replace('-', '_')}").command
        return _with_language(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their one-line help, without importing them."""
        names = self.list_commands(ctx)
        rows = [(name, label(f"cli.{name.replace('-', '_')}", default="")) for name in names]
        with formatter.section(click.core._("Commands")):  # type: ignore[attr-defined]
            formatter.write_dl(rows)


def _with_language(command: click.Command) -> click.Command:
    """Let a command (and those below it) take ``--lang`` too; :func:`main` has already acted on it."""
    if not any(parameter.name == "lang" for parameter in command.params):
        command.params.append(_language_option())
    if isinstance(command, click.Group):
        for below in command.commands.values():
            _with_language(below)
    return command


def _language_option() -> click.Option:
    return click.Option(
        ["--lang"],
        type=click.Choice(LANGUAGES),
        help=say("cli.option_lang"),
        expose_value=False,
        is_eager=True,
        callback=_speak,
    )


def _speak(context: click.Context, option: click.Parameter, value: str | None) -> None:
    """Speak the language asked for, and remember that it was: a document is then written in it too."""
    if value:
        use_language(value)
        context.meta[ASKED] = value


def build() -> Commands:
    """Return the group of commands in the current language."""
    group = Commands(name=PROGRAM, help=say("cli.help"), epilog=say("cli.epilog"), no_args_is_help=True)
    group.params.append(_language_option())
    help_text = say("cli.option_version")
    return click.version_option(__version__, "--version", prog_name=PROGRAM, help=help_text)(group)


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run a command line and leave the process with its exit code.

    0 done · 1 internal error · 2 wrong usage · 3 invalid input · 130 interrupted.
    """
    arguments = list(sys.argv[1:] if args is None else args)
    use_language(choose_language(asked_language(arguments)))
    speak_click()
    sys.exit(exit_code(lambda: _run(arguments)))


def _run(arguments: Sequence[str]) -> Any:
    """Run a command.

    Raises:
        UsageError: the environment asks for a language that is not spoken here.
    """
    wanted = os.environ.get("CPTS_SIM_LANG", "")
    if wanted.strip() and language_of_tag(wanted) is None and asked_language(arguments) is None:
        raise UsageError(say("cli.variable_lang", value=wanted, known=", ".join(LANGUAGES)))
    return build().main(list(arguments), prog_name=PROGRAM, standalone_mode=False)


def asked_language(arguments: Sequence[str]) -> str | None:
    """Return the value of ``--lang`` wherever it stands: the help is written before options are read."""
    for rank, argument in enumerate(arguments):
        if argument == "--":
            return None
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
        if argument == "--lang" and rank + 1 < len(arguments):
            return arguments[rank + 1]
    return None


def exit_code(action: Callable[[], Any]) -> int:
    """Run an action and turn whatever ends it into an exit code, with one sentence on stderr."""
    try:
        result = action()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as stop:
        return int(stop.exit_code)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except CptsSimError as error:
        _complain(str(error))
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        _complain(say("cli.interrupted"))
        return INTERRUPTED
    except BrokenPipeError as error:
        if not _unread():
            return _internal(error)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.errno in FULL:
            _complain(str(write_fault(error, Path(error.filename or "-"))))
            return INVALID
        _complain(say("cli.file_fault", path=error.filename or "-", fault=reason(error)))
        return INVALID
    except Exception as error:  # the last resort
        return _internal(error)


def _unread() -> bool:
    """Whether nobody reads stdout any more (``cpts-sim … | head``): a broken pipe may be a worker's, too."""
    try:
        sys.stdout.flush()
        pipe = select.poll()
        pipe.register(sys.stdout.fileno(), 0)
        return any(event & select.POLLERR for _, event in pipe.poll(0))  # what could not be written is kept nowhere
    except BrokenPipeError:
        return True
    except (OSError, AttributeError):  # no file behind it, or no such question on this system
        return False


def _internal(error: Exception) -> int:
    """Say a fault of ours without a page of Python."""
    if os.environ.get("CPTS_SIM_DEBUG"):
        traceback.print_exc()
    _complain(say("cli.internal", error=f"{type(error).__name__}: {error}"))
    return INTERNAL


def _complain(text: str) -> None:
    click.echo(say("cli.error", text=text), err=True)
