"""The language of the terminal: that of the user, as LANGUAGE, LC_ALL, LC_MESSAGES or LANG say;
on Windows, which sets none of these, that of its menus. Pages are French (``on_a_page``).

What the program says stands in the code in English, where it is said; ``locale/`` holds its
French, and ``make locale`` brings that up to date. Nothing is translated before it is said.
"""

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from pipeline import system

_DOMAIN = "fiches"
_SAID_BY = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
_LOCALE = str(Path(__file__).parent / "locale")
gettext.bindtextdomain(_DOMAIN, _LOCALE)
_on_a_page: ContextVar[bool] = ContextVar("on_a_page", default=False)


def tr(message: str, /, **facts: object) -> str:
    """A message in the language of the user, with facts in the place of its ``{names}``."""
    return _translated(message).format(**facts)


def foreign(words: str) -> str:
    """What others say (the system, a library), as far as the catalogue knows their words."""
    return _translated(words) if words else ""


def _translated(words: str) -> str:
    if _on_a_page.get():
        return gettext.translation(_DOMAIN, _LOCALE, ["fr"]).gettext(words)
    return gettext.dgettext(_DOMAIN, words)


@contextmanager
def on_a_page() -> Iterator[None]:
    """What is said meanwhile, in this thread, is for a page: French, whatever the terminal's is."""
    before = _on_a_page.set(True)
    try:
        yield
    finally:
        _on_a_page.reset(before)


def why(err: OSError) -> str:
    """What the system says of a fault."""
    return foreign(err.strerror or str(err))


def speak() -> None:
    """Let argparse, too, speak by our catalogue: it says its own words as that of gettext.

    Children speak the same.
    """
    if not any(os.environ.get(name) for name in _SAID_BY) and (language := system.language()):
        os.environ["LANGUAGE"] = language
    gettext.textdomain(_DOMAIN)
