"""Before and after, in one table: ``python -m pipeline.training.report BEFORE.onnx AFTER.onnx``.

On data never trained on: lines of other writers, a fifth of the names and of the amounts, and
simulated fields by type, in print, in fonts of hands, and with real digits.
"""

import argparse
import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.training import train
from pipeline.training.data import Reader, Sample
from pipeline.training.evaluate_lines import Score, draw_worst

_HEADING = "| set | lines | CER % | WER % | exact % | ms a line |\n|---|---|---|---|---|---|"

_log = logging.getLogger(__name__)


def by_type(sets: Mapping[str, Sequence[Sample]]) -> dict[str, list[Sample]]:
    """The validation sets with the simulated fields by type and by what wrote them."""
    parts: dict[str, list[Sample]] = {}
    for name, samples in sets.items():
        for sample in samples:
            key = f"{sample.kind}, {_pen(sample)}" if name == "forms" else name
            parts.setdefault(key, []).append(sample)
    return dict(sorted(parts.items(), key=lambda item: item[0]))


def _pen(sample: Sample) -> str:
    style, _, real = sample.source.partition("-")
    return "real ink" if real else style


def table(scores: Mapping[str, Score]) -> Iterator[str]:
    """The scores as the lines of a table in Markdown."""
    yield _HEADING
    for name, s in scores.items():
        figures = (100 * s.cer, 100 * s.wer, 100 * s.exact, s.ms_a_line)
        yield f"| {name} | {s.lines} | " + " | ".join(f"{figure:.1f}" for figure in figures) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "fiches")
    parser.add_argument("--sheets", type=Path, help="folder for pictures of the worst cases")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for path in args.weights:
        reader = Reader.open(path)
        sets = by_type(train.load_validation(args.data, args.cache, reader.alphabet))
        scores = train.validate(sets, reader)
        _log.info("%s\n%s\n", path, "\n".join(table(scores)))
        for name, score in scores.items() if args.sheets else ():
            draw_worst(score, args.sheets / f"{path.stem}-{name.replace(', ', '-')}.png")


if __name__ == "__main__":
    main()
