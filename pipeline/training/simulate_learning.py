"""What learning from corrections gains and loses: ``... simulate_learning BASE.onnx``.

Hands nobody trained on correct some of their lines; measured is how their other lines are read, and
what is lost on everybody else's. Single writers, and groups of writers as a mailbox has them.
"""

import argparse
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from pipeline.forms.schema import load_forms
from pipeline.learned import Layer
from pipeline.learning import evaluate_lines
from pipeline.learning.features import Body
from pipeline.learning.last_layer import Line, Memory, read
from pipeline.learning.learn import LEAST_LINES, draw_lines, learn
from pipeline.learning.samples import Sample, read_table
from pipeline.paths import FORMS
from pipeline.training import data, memory

_SINGLE, _GROUPS = 6, ((12, (50, 100, 150)), (24, (200, 300)))
"""How many single writers; groups of so many, that correct so many lines."""
_GUARDED = ("lines", "names2", "numbers_ch", "unipen_fields", "amounts", "forms")
"""The sets on which nothing may be lost; of the first, the lines of other hands."""
_HEADING = (
    "| hands | corrected | share | CER of their other lines | exact | "
    + " | ".join(f"{name} CER | exact" for name in _GUARDED)
    + " |\n"
    + "|---" * (5 + 2 * len(_GUARDED))
    + "|"
)

_log = logging.getLogger(__name__)


def score(
    lines: Sequence[Line], layer: Layer, alphabet: str, kind: str = ""
) -> tuple[float, float]:
    """CER and exact, in percent."""
    compare = evaluate_lines.digits if kind == "amounts" else str
    pairs = [(compare(line.text), compare(read(line, layer, alphabet))) for line in lines]
    edits = [Levenshtein.distance(*pair) for pair in pairs]
    characters = sum(len(truth) for truth, _ in pairs)
    return 100 * sum(edits) / max(1, characters), 100 * edits.count(0) / max(1, len(pairs))


def rows(
    body: Body,
    known: Sequence[Memory],
    sets: Mapping[str, Sequence[Sample]],
    writers: Mapping[str, str],
) -> Iterator[str]:
    """The table in Markdown, line by line."""
    of_writer: defaultdict[str, list[Sample]] = defaultdict(list)
    for sample in sets["lines"]:
        of_writer[writers[sample.name]].append(sample)
    busiest = sorted(of_writer, key=lambda writer: (-len(of_writer[writer]), writer))
    old = {name: body.lines(samples) for name, samples in sets.items()}
    drawn = body.lines(draw_lines(load_forms(FORMS), body.alphabet))
    held = dict(zip((s.name for s in sets["lines"]), old["lines"], strict=True))
    # Whom they are, how many lines they correct, and how many of theirs measure nothing.
    cases: list[tuple[tuple[str, ...], int, int]]
    cases = [((writer,), LEAST_LINES, LEAST_LINES) for writer in busiest[:_SINGLE]]
    cases += [(tuple(busiest[:hands]), n, max(ns)) for hands, ns in _GROUPS for n in ns]
    yield _HEADING
    for hands, number, spared in cases:
        theirs = [s for writer in hands for s in of_writer[writer]]
        order = np.random.default_rng(0).permutation(len(theirs))
        learned = learn([theirs[i] for i in order[:number]], drawn, body, known)
        others = [held[theirs[i].name] for i in order[spared:]]
        rest = [held[s.name] for s in sets["lines"] if writers[s.name] not in hands]
        measured = {"theirs": others, **old, "lines": rest}
        before, after = (
            {name: score(lines, layer, body.alphabet, name) for name, lines in measured.items()}
            for layer in (body.layer, learned.layer)
        )
        figures = [f"{before['theirs'][i]:.1f} -> {after['theirs'][i]:.1f}" for i in (0, 1)]
        figures += [f"{after[name][i] - before[name][i]:+.2f}" for name in old for i in (0, 1)]
        yield f"| {len(hands)} | {number} | {learned.share:.1f} | " + " | ".join(figures) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", type=Path)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "fiches")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    body = Body.open(args.base.read_bytes())
    known = memory.recall(body, args.data, args.cache)
    unseen = data.load_validation(args.data, args.cache, body.alphabet)
    sets = {name: unseen[name] for name in _GUARDED}
    table = read_table(args.data / "lines" / "lines.tsv")
    for row in rows(body, known, sets, {row["file"]: row["writer"] for row in table}):
        _log.info("%s", row)


if __name__ == "__main__":
    main()
