"""Learn from corrections: behind ``fiches learn``.

Only the last layer is trained, from the shipped weights and all corrections so far, so that nothing
drifts, no training package is needed and a line takes no longer to read. What is used is a share of
the way from the shipped layer to the learned one, after Wortsman et al., "Robust fine-tuning of
zero-shot models" (CVPR 2022): the largest that forgets nothing on drawn lines and reads corrections
better that were held out.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from pipeline.config import Settings
from pipeline.engines import ppocr
from pipeline.errors import ConfigError
from pipeline.forms.blank import blank_pages
from pipeline.forms.schema import Form, load_forms
from pipeline.language import tr
from pipeline.learned import Layer, save
from pipeline.learning import drawing, memory
from pipeline.learning.corrections import gather
from pipeline.learning.evaluate_lines import load_table
from pipeline.learning.features import Body
from pipeline.learning.last_layer import Line, Memory, between, drift, read, train
from pipeline.learning.samples import Sample, clean_label
from pipeline.paths import FORMS, RECOGNIZER
from pipeline.reading.page import context
from pipeline.records import Correction
from pipeline.simulate.contents import pick
from pipeline.store import Store

LEAST_LINES = 20
_HELD_OUT = 5
"""One corrected line in so many is not learned but tells whether learning helps."""
_SHARES = (1.0, 0.8, 0.6, 0.4, 0.2)
_MOST_LOST = 0.002
_MOST_DRIFT = 0.002
"""Nats a character, on each set of lines remembered: where it was measured (``simulate_learning``),
that cost the lines of others at most 0.06 points of CER."""
_PAGES, _FIRST_SEED = 150, 50_000
_REHEARSED = 3
"""One drawn line in so many is rehearsed beside the corrections; the others are the guard."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How lines are read: character error rate and share of lines without a fault, both 0..1."""

    cer: float
    exact: float


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned; ``share`` is 0, and ``layer`` the shipped one, where nothing is gained.

    The rates, before and after, are of the corrections held out, and of the drawn lines.
    """

    layer: Layer
    share: float
    held_out: tuple[Rates, Rates]
    drawn: tuple[Rates, Rates]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What came of learning, to tell: from how many lines, how many corrections taught nothing by
    the reason, the rates before and after (None: too few lines), and the file (None: unchanged).
    """

    lines: int
    skipped: Mapping[str, int]
    rates: Mapping[str, tuple[Rates, Rates]] | None = None
    written: Path | None = None


def learn_from(
    settings: Settings, folder: Path, *, store_url: str | None, table: Path | None = None
) -> Lesson:
    """Learn everything that was corrected so far, and the lines of a table, from the shipped
    weights; where it helps, write the next generation into the folder.

    Raises ConfigError for an engine that does not learn, InputError for a bad table, EngineError
    for damaged weights, StoreError, and OSError where the folder cannot be written.
    """
    if settings.engine != "ppocr":
        raise ConfigError(
            tr("engine = {name!r} does not learn: take 'ppocr'.", name=settings.engine)
        )
    weights = ppocr.read_weights()
    base = hashlib.sha256(weights).hexdigest()
    known = memory.load(RECOGNIZER / "memory.npz", base=base)
    body = Body.open(weights)
    given = load_table(table) if table else []
    labelled = [replace(s, text=clean_label(s.text, body.alphabet)) for s in given]
    corrections: list[Correction] = []
    if store_url is not None:
        with Store.open(store_url) as store:
            corrections = store.corrections()
    gathered = gather(corrections, context(settings.model_copy(update={"learned": None})))
    gathered.skipped[tr("the recogniser does not know its letters")] += sum(
        not sample.text for sample in labelled
    )
    samples = [*(s for s in labelled if s.text), *gathered.samples]
    if len(samples) < LEAST_LINES:
        return Lesson(len(samples), gathered.skipped)
    drawn = body.lines(draw_lines(load_forms(FORMS, *settings.forms), body.alphabet))
    learned = learn(samples, drawn, body, known)
    rates_by_set = {tr("corrections held out"): learned.held_out, tr("drawn forms"): learned.drawn}
    written = save(folder, learned.layer, base=base) if learned.share else None
    return Lesson(len(samples), gathered.skipped, rates_by_set, written)


def draw_lines(forms: Iterable[Form], alphabet: str, *, pages: int = _PAGES) -> list[Sample]:
    """Lines of filled pages of these forms, as the pipeline cuts them, the same each time.

    A line with a character that the alphabet does not know is left out.
    """
    blanks = [b for form in forms for b in blank_pages(form) if form.zones_of(b.number)]
    styles = list(drawing.STYLES)
    samples: list[Sample] = []
    for seed in range(_FIRST_SEED, _FIRST_SEED + pages):
        rng = np.random.default_rng(seed)
        style = str(rng.choice(styles, p=list(drawing.STYLES.values())))
        blank = pick(rng, blanks)
        samples += drawing.draw_crops(
            blank.form, blank, drawing.RealInk(), style=style, rng=rng, name=f"page-{seed}"
        )
    return [sample for sample in samples if set(sample.text) <= set(alphabet)]


def learn(
    corrected: Sequence[Sample], drawn: Sequence[Line], body: Body, known: Sequence[Memory]
) -> Learned:
    """Learn the corrected lines, as far as nothing is lost.

    The drawn lines, but for some that are rehearsed, guard what the forms need; ``known``, the
    body's own memories, guard the hands that nobody can draw.
    """
    ordered = sorted(corrected, key=lambda sample: hashlib.sha256(sample.image.tobytes()).digest())
    lines = body.lines(ordered)
    held_out = [line for i, line in enumerate(lines) if i % _HELD_OUT == 0]
    to_learn = [line for i, line in enumerate(lines) if i % _HELD_OUT]
    learned = train(to_learn, drawn[::_REHEARSED], body.layer, body.alphabet, known)
    drawn = [line for i, line in enumerate(drawn) if i % _REHEARSED]
    before = rates(held_out, body.layer, body.alphabet)
    drawn_before = rates(drawn, body.layer, body.alphabet)
    for share in _SHARES:
        layer = between(body.layer, learned, share)
        if max(drift(memory, body.layer, layer) for memory in known) > _MOST_DRIFT:
            continue
        after, drawn_after = (rates(some, layer, body.alphabet) for some in (held_out, drawn))
        lost = max(drawn_after.cer - drawn_before.cer, drawn_before.exact - drawn_after.exact)
        better = after.cer < before.cer and after.exact >= before.exact
        if better and lost <= _MOST_LOST:
            return Learned(layer, share, (before, after), (drawn_before, drawn_after))
    return Learned(body.layer, 0.0, (before, before), (drawn_before, drawn_before))


def rates(lines: Sequence[Line], layer: Layer, alphabet: str) -> Rates:
    """How these lines are read with this layer."""
    edits = [Levenshtein.distance(line.text, read(line, layer, alphabet)) for line in lines]
    characters = sum(len(line.text) for line in lines)
    return Rates(sum(edits) / max(1, characters), edits.count(0) / max(1, len(lines)))
