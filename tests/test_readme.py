"""The README names every verb and every flag."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.cli import build_parser

README = Path(__file__).parent.parent / "README.md"


def words(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Each verb as ``fiches verb``, each flag in its long form."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for verb, below in action.choices.items():
                yield f"fiches {verb}"
                yield from words(below)
        elif action.option_strings and not isinstance(action, argparse._HelpAction):
            yield action.option_strings[-1]


@pytest.mark.parametrize("word", sorted(set(words(build_parser()))))
def test_the_readme_names(word: str) -> None:
    assert re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", README.read_text("utf-8"))
