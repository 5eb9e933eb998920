"""Before and after, in one table: ``python -m pipeline.training.report BEFORE.onnx AFTER.onnx``.

On data never trained on: lines, names and numbers by other writers, and simulated fields by type,
in print, in fonts of hands that were kept out, and with real digits. Each as the recogniser reads
it, as the field type reads that by grammar, lexicon and letter model (with the interval that holds
its rate with 95 % confidence), and without the letter model. ``rare`` holds names a letter away
from usual ones, to see that these stay as written.
"""

import argparse
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from pipeline import fields
from pipeline.decoding import letters
from pipeline.engines import EngineLine
from pipeline.fields import Means
from pipeline.learning.evaluate_lines import Compare, Score, as_written, draw_worst, measure
from pipeline.learning.evaluate_lines import digits as digits_of
from pipeline.learning.evaluate_lines import letters as letters_of
from pipeline.learning.samples import Sample, load_samples
from pipeline.rates import Rate
from pipeline.records import Gray
from pipeline.training import data
from pipeline.training.data import Reader

_HEADING = (
    "| set | lines | CER % | WER % | exact % | 95 % | as a field | 95 % | without letters "
    "| ms a line |\n|---|---|---|---|---|---|---|---|---|---|"
)
_COMPARE: Mapping[str, Compare] = {"names": letters_of, "amounts": digits_of}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Replay:
    """An engine that has read its lines already."""

    lines: list[EngineLine]

    def read_lines(self, crops: Sequence[Gray]) -> list[EngineLine]:  # noqa: ARG002
        return self.lines


@dataclass(frozen=True, slots=True)
class Row:
    """One set: as the recogniser reads it, and, where it is of a field type, as the field does."""

    raw: Score
    field: Score | None = None
    without_letters: Score | None = None


def by_type(sets: Mapping[str, Sequence[Sample]]) -> dict[str, list[Sample]]:
    """The validation sets with fields by their type, simulated ones also by what wrote them."""
    parts: dict[str, list[Sample]] = {}
    for name, samples in sets.items():
        for sample in samples:
            key = f"{sample.kind}, {_pen(sample)}" if name == "forms" else name
            if name in data.FIELD_SETS:
                key = f"{name}, {sample.kind}"
            parts.setdefault(key, []).append(sample)
    return dict(sorted(parts.items(), key=lambda item: item[0]))


def _pen(sample: Sample) -> str:
    style, _, real = sample.source.partition("-")
    return "real ink" if real else style


def score(name: str, samples: Sequence[Sample], reader: Reader) -> Row:
    """All figures of one set; the amounts' labels know no decimal point, so they are no fields."""
    compare = _COMPARE.get(name, as_written)
    raw = measure(samples, reader, compare=compare)
    kind = samples[0].kind
    if fields.means(kind) is Means.OTHER or name == "amounts":
        return Row(raw)
    engine = Replay(reader.read_lines([sample.image for sample in samples]))
    field = measure(samples, engine, compare=compare, field=kind)
    with without_letter_model():
        without = measure(samples, engine, compare=compare, field=kind)
    return Row(raw, field, without)


@contextmanager
def without_letter_model() -> Iterator[None]:
    """The field types as they read where every word is spelled as well as any other."""
    even = mock.Mock(log_prior=mock.Mock(return_value=0.0))
    try:
        _forget_words()
        with mock.patch.object(letters, "load", return_value=even):
            yield
    finally:
        _forget_words()


def _forget_words() -> None:
    for name in fields.meaning(*Means):
        module = sys.modules[fields.load(name).read.__module__]
        for kept in vars(module).values():
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()


def table(rows: Mapping[str, Row]) -> Iterator[str]:
    """The scores as the lines of a table in Markdown."""
    yield _HEADING
    for name, row in rows.items():
        raw = row.raw
        figures = [f"{100 * share:.1f}" for share in (raw.cer, raw.wer)]
        figures += [*_exact(raw), *_exact(row.field), _exact(row.without_letters)[0]]
        yield f"| {name} | {raw.lines} | {' | '.join(figures)} | {raw.ms_a_line:.1f} |"


def _exact(score: Score | None) -> tuple[str, str]:
    """The share of lines without a fault, and its interval, in percent."""
    if score is None:
        return "", ""
    wrong = Rate(round((1 - score.exact) * score.lines), score.lines)
    return f"{100 * score.exact:.1f}", f"{100 * (1 - wrong.high):.1f}-{100 * (1 - wrong.low):.1f}"


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
        sets = by_type(data.load_validation(args.data, args.cache, reader.alphabet))
        rare = [s for p in sorted((args.cache / "rare").glob("*.npz")) for s in load_samples(p)]
        sets["rare"] = [sample for sample in rare if fields.means(sample.kind) is Means.PERSON]
        rows = {name: score(name, samples, reader) for name, samples in sets.items()}
        _log.info("%s\n%s\n", path, "\n".join(table(rows)))
        for name, row in rows.items() if args.sheets else ():
            draw_worst(
                row.field or row.raw, args.sheets / f"{path.stem}-{name.replace(', ', '-')}.png"
            )


if __name__ == "__main__":
    main()
