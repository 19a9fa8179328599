"""Every sentence and label shown to people, in French and in English.

Sentences live in ``<room>.yaml`` beside this file; the first part of a key names its file::

    say("evidence.unknown", "fr", id="care.no_shw")

Numbers are written by :func:`number`, :func:`percent`, :func:`signed` and :func:`duration`, or inside a
sentence by ``{x:n1}`` (one decimal), ``{x:p0}`` (percent), ``{x:s1}`` (signed) and ``{x:t}`` (minutes).
"""

from cpts_sim.words.catalogue import has, label, languages, rooms, say, sentences
from cpts_sim.words.closest import did_you_mean
from cpts_sim.words.language import LANGUAGES, choose_language, current_language, speaking, use_language
from cpts_sim.words.numbers import date_words, duration, euros, interval, number, percent, signed
from cpts_sim.words.parameters import french, note_words, part_words, source_words, unit_words

__all__ = [
    "LANGUAGES",
    "choose_language",
    "current_language",
    "date_words",
    "did_you_mean",
    "duration",
    "euros",
    "french",
    "has",
    "interval",
    "label",
    "languages",
    "note_words",
    "number",
    "part_words",
    "percent",
    "rooms",
    "say",
    "sentences",
    "signed",
    "source_words",
    "speaking",
    "unit_words",
    "use_language",
]
