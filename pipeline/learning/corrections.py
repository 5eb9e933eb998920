"""What people corrected, as labelled crops to learn from."""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline import fields
from pipeline.decoding import ctc
from pipeline.engines import Engine, EngineLine
from pipeline.errors import DocumentError, PipelineError, bug_place
from pipeline.fields import Nature
from pipeline.language import tr
from pipeline.learning.samples import Sample, clean_label
from pipeline.process import filled_forms
from pipeline.reading.page import Context, FormPage
from pipeline.records import Correction, Gray

_LEAST_LOG_PROB = -3.5
"""A character, on average: what is less likely than this is not what stands on the paper."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Lines to learn from, and how many corrections taught nothing, by the reason."""

    samples: tuple[Sample, ...]
    skipped: Counter[str]


def gather(corrections: Iterable[Correction], ctx: Context) -> Gathered:
    """Read the corrected documents again, and cut out the lines of the corrected fields.

    The engine judges how a value was spelled. Raises PipelineError only where no
    document could be read.
    """
    samples: list[Sample] = []
    skipped: Counter[str] = Counter()
    by_document: dict[str, list[Correction]] = {}
    for correction in corrections:
        if fields.nature(correction.type) is Nature.MARK:
            skipped[tr("a check box teaches nothing")] += 1
        else:
            by_document.setdefault(correction.source.sha256, []).append(correction)
    for same in by_document.values():
        source = same[0].source
        try:
            if hashlib.sha256(source.path.read_bytes()).hexdigest() != source.sha256:
                raise FileNotFoundError
            wanted = {correction.number for correction in same}
            groups = {
                number: form
                for number, form in enumerate(filled_forms(source, ctx), start=1)
                if number in wanted
            }
        except (OSError, DocumentError):
            skipped[tr("its document is gone or cannot be read")] += len(same)
            continue
        except PipelineError:
            raise
        except Exception as err:  # a bug costs one document
            skipped[tr("a bug, please report it ({place})", place=bug_place(err))] += len(same)
            continue
        for correction in same:
            images = _lines_of(groups.get(correction.number, ()), correction)
            texts = _label(images, correction, ctx.engine) if images else None
            if not images:
                skipped[tr("no writing was found in its field")] += 1
            elif texts is None:
                skipped[tr("what stands on the paper is hardly the value")] += 1
            else:
                pairs = zip(images, texts, strict=True)
                name = f"{source.document}:{correction.field}"
                samples += [
                    Sample(im, text, "corrected", correction.type, name) for im, text in pairs
                ]
    return Gathered(tuple(samples), skipped)


def _lines_of(group: Sequence[FormPage], correction: Correction) -> list[Gray]:
    return [
        line.as_read
        for page in group
        if page.aligned.page.number == correction.page
        for line in page.lines
        if line.field == correction.field
    ]


def _label(images: Sequence[Gray], correction: Correction, engine: Engine) -> list[str] | None:
    """What most likely stands on each line of the field; None where it is hardly likely."""
    seen = engine.read_lines(images)
    if any(line.log_probs is None for line in seen):
        return None
    spelled = fields.load(correction.type).spellings(correction.value)
    texts = (clean_label(t, seen[0].alphabet) for t in spelled)
    best: tuple[float, list[str]] = (_LEAST_LOG_PROB, [])
    for text in dict.fromkeys(filter(None, texts)):
        log_prob, parts = shared_out(text.split(), seen)
        best = max(best, (log_prob / len(text), parts))
    return best[1] or None


def shared_out(words: Sequence[str], lines: Sequence[EngineLine]) -> tuple[float, list[str]]:
    """The likeliest way to write words on lines, at least one on each, and its log-probability.

    Line by line, the best way to have come to each word is kept (Viterbi, 1967), for there are
    more ways than anybody could try. No line has room for more letters than an engine looked at.
    """
    reached: dict[int, tuple[float, list[str]]] = {0: (0.0, [])}
    for left, line in zip(range(len(lines) - 1, -1, -1), lines, strict=True):
        if line.log_probs is None:
            return -math.inf, []
        ends = range(1, len(words) - left + 1) if left else (len(words),)
        spans = [(a, b) for a in reached for b in ends if a < b]
        room = len(line.log_probs)
        parts = {s: text for s in spans if len(text := " ".join(words[s[0] : s[1]])) <= room}
        logs = ctc.score(line.log_probs, line.alphabet, [*parts.values()])
        further: dict[int, tuple[float, list[str]]] = {}
        for ((a, b), part), log_prob in zip(parts.items(), logs, strict=True):
            before, texts = reached[a]
            way = (before + float(log_prob), [*texts, part])
            further[b] = max(further.get(b, way), way)
        reached = further
    return reached.get(len(words), (-math.inf, []))
