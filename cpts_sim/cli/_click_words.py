"""Click's own sentences in French.

Click passes its sentences through the standard library's ``gettext``; here the two functions behind it look
first into our table when French is spoken, so no compiled catalogue is needed.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable

from cpts_sim.words import current_language

FRENCH = {
    "Usage:": "Utilisation :",
    "Options": "Options",
    "Commands": "Commandes",
    "Positional arguments": "Arguments",
    "default: {default}": "défaut : {default}",
    "required": "obligatoire",
    "Show this message and exit.": "Affiche cette aide et quitte.",
    "Show the version and exit.": "Affiche la version et quitte.",
    "%(prog)s, version %(version)s": "%(prog)s, version %(version)s",
    "Error: {message}": "Erreur : {message}",
    "Try '{command} {option}' for help.": "Pour de l'aide : {command} {option}",
    "No such command {name!r}.": "Commande inconnue : {name!r}.",
    "No such option {name!r}.": "Option inconnue : {name!r}.",
    "Missing command.": "Il manque une commande.",
    "Missing argument": "Il manque l'argument",
    "Missing option": "Il manque l'option",
    "Missing parameter": "Il manque le paramètre",
    "Missing {param_type}": "Il manque : {param_type}",
    "Missing parameter: {param_name}": "Il manque le paramètre : {param_name}",
    "Choose from:\n\t{choices}": "Choix possibles :\n\t{choices}",
    "Invalid value: {message}": "Valeur refusée : {message}",
    "Invalid value for {param_hint}: {message}": "Valeur refusée pour {param_hint} : {message}",
    "{value!r} is not a valid {number_type}.": "{value!r} n'est pas un nombre attendu ({number_type}).",
    "{value} is not in the range {range}.": "{value} n'est pas dans l'intervalle {range}.",
    "{name} {filename!r} does not exist.": "{name} {filename!r} n'existe pas.",
    "{name} {filename!r} is a file.": "{name} {filename!r} est un fichier.",
    "{name} {filename!r} is a directory.": "{name} {filename!r} est un dossier.",
    "{name} {filename!r} is not readable.": "{name} {filename!r} n'est pas lisible.",
    "{name} {filename!r} is not writable.": "{name} {filename!r} n'est pas modifiable.",
    "file": "le fichier",
    "directory": "le dossier",
    "path": "le chemin",
    "Option {name!r} does not take a value.": "L'option {name!r} ne prend pas de valeur.",
    "Aborted!": "Abandon.",
}
FRENCH_PLURALS = {
    "{value!r} is not {choice}.": (
        "{value!r} n'est pas {choice}.",
        "{value!r} n'est pas l'un de {choices}.",
    ),
    "Got unexpected extra argument ({args})": ("Argument en trop : {args}", "Arguments en trop : {args}"),
    "Did you mean {possibility}?": (
        "Vouliez-vous dire {possibility} ?",
        "(Vouliez-vous dire l'une de : {possibilities} ?)",
    ),
    "Option {name!r} requires an argument.": (
        "L'option {name!r} demande une valeur.",
        "L'option {name!r} demande {nargs} valeurs.",
    ),
}

_original: Callable[[str, str], str] = gettext.dgettext
_original_plural: Callable[[str, str, str, int], str] = gettext.dngettext


def speak_click() -> None:
    """Make click speak the current language from now on."""
    gettext.dgettext = _one
    gettext.dngettext = _many


def _one(domain: str, message: str) -> str:
    if current_language() == "fr" and message in FRENCH:
        return FRENCH[message]
    return _original(domain, message)


def _many(domain: str, msgid1: str, msgid2: str, n: int) -> str:
    if current_language() == "fr" and msgid1 in FRENCH_PLURALS:
        return FRENCH_PLURALS[msgid1][0 if n < 2 else 1]
    return _original_plural(domain, msgid1, msgid2, n)
