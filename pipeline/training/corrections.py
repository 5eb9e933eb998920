"""What people corrected, as labelled crops to learn from."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from pipeline.decoding import ctc
from pipeline.engines import Engine
from pipeline.errors import DocumentError, PipelineError, bug_place
from pipeline.process import filled_forms
from pipeline.reading.page import Context, FormPage
from pipeline.records import Correction, FieldValue, Gray
from pipeline.simulate import contents
from pipeline.simulate.contents import Habits
from pipeline.training.data import Sample, clean_label

_NOTHING = ("0", "-", "/", "--", "néant", "Néant", "NEANT")
_WAYS = range(8)
"""The keys of the ways to write a phone number or an amount."""
_LEAST_LOG_PROB = -3.5
"""A character, on average: what is less likely than this is not what stands on the paper."""
_MOST_WORDS = 6


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
        if correction.type == "checkbox":
            skipped["a check box teaches nothing"] += 1
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
            skipped["its document is gone or cannot be read"] += len(same)
            continue
        except PipelineError:
            raise
        except Exception as err:  # a bug costs one document
            skipped[f"a bug, please report it ({bug_place(err)})"] += len(same)
            continue
        for correction in same:
            images = _lines_of(groups.get(correction.number, ()), correction)
            found = _label(images, correction, ctx.engine) if images else None
            if not images:
                skipped["no writing was found in its field"] += 1
            elif found is None:
                skipped["what stands on the paper is hardly the value"] += 1
            else:
                pairs = zip(images, found, strict=True)
                name = f"{source.document}:{correction.field}"
                samples += [
                    Sample(im, text, "corrected", correction.type, name) for im, text in pairs
                ]
    return Gathered(tuple(samples), skipped)


def _lines_of(group: Sequence[FormPage], correction: Correction) -> list[Gray]:
    return [
        line.image
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
    texts = (clean_label(t, seen[0].alphabet) for t in spellings(correction.type, correction.value))
    best: tuple[float, list[str]] = (_LEAST_LOG_PROB, [])
    for text in dict.fromkeys(filter(None, texts)):
        for parts in _shared_out(text, len(images)):
            logs = [
                float(ctc.score(line.log_probs, line.alphabet, [part])[0])
                for line, part in zip(seen, parts, strict=True)
                if line.log_probs is not None
            ]
            best = max(best, (sum(logs) / len(text), parts))
    return best[1] or None


def _shared_out(text: str, lines: int) -> Iterator[list[str]]:
    """Every way to write a text on so many lines, at least a word on each."""
    words = text.split()
    for cuts in combinations(range(1, len(words)), lines - 1):
        ends = (0, *cuts, len(words))
        yield [" ".join(words[a:b]) for a, b in pairwise(ends)]


def spellings(kind: str, value: FieldValue) -> list[str]:
    """How a value of that field type may stand on paper, the value itself first."""
    if value is None:
        return []
    if kind == "amount" and isinstance(value, int):
        ways = [contents.write_amount(value, Habits(0, 0, "", i)) for i in _WAYS]
        dashed = [f"{value // 100},-", f"{value // 100},--"] if value % 100 == 0 else []
        return [*ways, *dashed]
    if kind == "count":
        return [str(value), f"{value:02d}", f"{value} x"] if value else list(_NOTHING)
    text = str(value)
    if kind == "phone":
        digits = text.replace(" ", "")
        ways = [contents.write_phone(digits, Habits(0, i, "", 0)) for i in _WAYS]
        return [*ways, text] if len(digits) == 10 else [text]
    return [text, *(case for order in _orders(text, kind) for case in _cases(order))]


def _orders(text: str, kind: str) -> list[str]:
    """A name's words in any order that keeps its given names and its surnames together."""
    words = text.split()
    turns = len(words) if kind == "person" and len(words) <= _MOST_WORDS else 1
    return [" ".join(words[i:] + words[:i]) for i in range(turns)]


def _cases(text: str) -> Iterator[str]:
    words = text.split()
    plain = unicodedata.normalize("NFD", text)
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    yield from (text, text.lower(), text.title(), text.upper(), bare.upper())
    for i in range(1, min(len(words), _MOST_WORDS)):
        yield " ".join([*words[:i], *(w.upper() for w in words[i:])])
        yield " ".join([*(w.upper() for w in words[:i]), *words[i:]])
        yield " ".join([*(w.upper() for w in words[:i]), *(w.title() for w in words[i:])])
        yield " ".join([*(w.title() for w in words[:i]), *(w.upper() for w in words[i:])])
