"""Places that print alone makes: squares among the letters, words to ring, gaps after labels."""

import re
from collections.abc import Iterator, Sequence

from pipeline.drafting.linework import lines_of, overlap
from pipeline.drafting.records import Place, Print, Shape, Sheet
from pipeline.geometry import BoxMm, bounding_box
from pipeline.text import fold

_SQUARES = frozenset("□❑❒❏❐☐▢◻⬜○◯❍🞎🗆⎕")
_OPTION_MM = 4.0
_RINGED = re.compile(
    r"oui|non|m|mr|mme|mlle|melle|monsieur|madame|mademoiselle|homme|femme|garcon|fille|"
    r"masculin|feminin|h|f|adulte|enfant|xs|s|l|x{1,3}l"
)
"""What forms have ringed or struck out, folded."""
_BETWEEN = frozenset("/-–—|•·")
_RING_GAP_MM = 12.0
_ASKED = re.compile(r"\b(?:entoure\w*|ray(?:er|ez)|biffe\w*|barre[rz]|cercle[rz])\b")
_MOST_WORDS, _MOST_LETTERS = 2, 14
_GAP_MM, _LEAST_GAP_MM = 1.0, 12.0
_MARGIN_MM = 12.0
_LABEL_WORDS = 7
_PHRASE_GAP = 1.4
"""Words of a phrase stand no further apart than so many sizes of their print."""
_BELOW_MM, _AREA_MM = 4.0, 12.0
_HIGH = 2.1, 7.5
"""A gap is so many sizes of its label high, and so many mm at most."""


def printed_squares(sheet: Sheet) -> Iterator[Place]:
    """Check squares that are letters of a font, or an ``o`` before an option."""
    for line in lines_of(sheet.words):
        for word, after in zip(line, [*line[1:], None], strict=True):
            box = word.box_mm
            is_o = word.text in {"o", "O", "0"} and after is not None
            near = after is not None and 0 < after.box_mm.x - box.right <= _OPTION_MM
            if is_o and near and after is not None and after.text[:1].isalpha():
                yield Place(box, Shape.BOX, sure=0.7)
            elif word.text[:1] in _SQUARES or word.text[-1:] in _SQUARES:
                yield from _squares_in(word)
            elif word.text in {"()", "[]"}:
                yield Place(box, Shape.BOX, sure=0.8)


def _squares_in(word: Print) -> Iterator[Place]:
    """Each square of a word, which an option may stick to."""
    step = word.box_mm.w / len(word.text)
    for at, letter in enumerate(word.text):
        if letter in _SQUARES:
            wide = word.box_mm.w if len(word.text) == 1 else max(step, 0.7 * word.size_mm)
            yield Place(
                BoxMm(word.box_mm.x + at * step, word.box_mm.y, wide, word.box_mm.h), Shape.BOX
            )


def ringed_words(sheet: Sheet, boxes: Sequence[BoxMm]) -> Iterator[Place]:
    """The words of alternatives that no check square stands beside."""
    for line in lines_of(sheet.words):
        for run in _alternatives(line):
            listed = [bounding_box([word.box_mm for word in option]) for option in run]
            if any(_near(box, option) for box in boxes for option in listed):
                continue
            texts = [fold(" ".join(w.text for w in o)).strip(".:?, ") for o in run]
            usual = sum(bool(_RINGED.fullmatch(text)) for text in texts)
            asked = _ASKED.search(fold(" ".join(word.text for word in line)))
            if usual == len(texts) or asked or (usual and len(texts) > 2):
                yield from (Place(_tight(option), Shape.WORD) for option in run)
            elif _is_question(run, line):
                yield from (Place(_tight(option), Shape.WORD, sure=0.7) for option in run)


def _tight(option: Sequence[Print]) -> BoxMm:
    return bounding_box([word.box_mm for word in option])


def _near(box: BoxMm, option: BoxMm) -> bool:
    level = box.y < option.bottom and box.bottom > option.y
    return level and (
        0 <= option.x - box.right <= _OPTION_MM or 0 <= box.x - option.right <= _OPTION_MM
    )


def _alternatives(line: Sequence[Print]) -> Iterator[list[list[Print]]]:
    """Runs of short options with a stroke between each and the next."""
    parts: list[list[Print]] = [[]]
    for word in _split_at_strokes(line):
        if word.text in _BETWEEN:
            parts.append([])
        else:
            parts[-1].append(word)
    if len(parts) < 2:
        return
    # The first part begins with the label, the last goes on after its option.
    parts[0] = _last_phrase(parts[0])
    parts[-1] = _first_phrase(parts[-1])
    run: list[list[Print]] = []
    for part in [*parts, []]:
        if part and len(part) <= _MOST_WORDS and _is_short(part) and _follows(run, part):
            run.append(part)
            continue
        if len(run) > 1:
            yield run
        run = [part] if part and len(part) <= _MOST_WORDS and _is_short(part) else []


def _split_at_strokes(line: Sequence[Print]) -> Iterator[Print]:
    """``Oui/Non`` as three words."""
    for word in line:
        pieces = re.findall(r"/|[^/]+", word.text)
        if (
            "/" not in word.text
            or word.text == "/"
            or not all(p.isalpha() or p in "/.?:" for p in pieces)
        ):
            yield word
            continue
        step, at = word.box_mm.w / len(word.text), 0
        for piece in pieces:
            box = BoxMm(word.box_mm.x + at * step, word.box_mm.y, step * len(piece), word.box_mm.h)
            yield Print(piece, box, word.size_mm, word.bold, word.sure)
            at += len(piece)


def _last_phrase(part: Sequence[Print]) -> list[Print]:
    for at in range(len(part) - 1, -1, -1):
        if part[at].text.endswith((":", "?", ")")) or (
            at and part[at].box_mm.x - part[at - 1].box_mm.right > 2 * part[at].size_mm
        ):
            return list(part[at + (part[at].text[-1] in ":?)") :])
    return list(part[-1:])


def _first_phrase(part: Sequence[Print]) -> list[Print]:
    for at in range(1, len(part)):
        if part[at].box_mm.x - part[at - 1].box_mm.right > _PHRASE_GAP * part[at].size_mm:
            return list(part[:at])
        if part[at].text.startswith("("):
            return list(part[:at])
    return list(part) if len(part) <= _MOST_WORDS else list(part[:1])


def _is_short(part: Sequence[Print]) -> bool:
    text = " ".join(word.text for word in part)
    return len(text) <= _MOST_LETTERS and any(letter.isalpha() for letter in text)


def _follows(run: Sequence[Sequence[Print]], part: Sequence[Print]) -> bool:
    return not run or part[0].box_mm.x - run[-1][-1].box_mm.right <= _RING_GAP_MM


def _is_question(run: Sequence[Sequence[Print]], line: Sequence[Print]) -> bool:
    """Whether a label with a colon stands right before the options, and nothing behind them."""
    at = line.index(run[0][0]) if run[0][0] in line else 0
    is_end = run[-1][-1].box_mm.right >= line[-1].box_mm.right - 1
    return at > 0 and line[at - 1].text.endswith((":", "?")) and (is_end or len(run) > 2)


def gaps(sheet: Sheet, taken: Sequence[BoxMm]) -> Iterator[Place]:
    """The room after labels, on a form that has no lines to write on.

    A label ends with a colon, or is a short phrase with room behind it, which is less sure.
    """
    words = sheet.words
    if not words:
        return
    usual = sorted(word.size_mm for word in words)[len(words) // 2]
    lines = lines_of(words)
    for line in lines:
        for phrase in phrases_of(line):
            asks = phrase[-1].text.endswith(":")
            is_label = len(phrase) <= _LABEL_WORDS and phrase[0].size_mm <= 1.2 * usual
            if not is_label or not (asks or _could_ask(phrase)):
                continue
            label = bounding_box([word.box_mm for word in phrase])
            is_served = any(overlap(p, label) > 0 or _right_below(p, label) for p in taken)
            if is_served or _is_framed(label, sheet):
                continue
            box = _gap_after(label, phrase[-1].size_mm, sheet)
            if box.w >= _LEAST_GAP_MM and not any(_lies_in(place, box) for place in taken):
                yield Place(box, Shape.LINE, sure=0.8 if asks else 0.4)


def _right_below(place: BoxMm, label: BoxMm) -> bool:
    """Whether what a label asks for is written under it."""
    shared = min(place.right, label.right) - max(place.x, label.x)
    return shared > 0 and place.h >= _AREA_MM and -1.5 <= place.y - label.bottom <= _BELOW_MM


def _could_ask(phrase: Sequence[Print]) -> bool:
    text = " ".join(word.text for word in phrase)
    plain = len(phrase) <= 3 and not phrase[0].bold
    return plain and text.isupper() and sum(c.isalpha() for c in text) > 1


def _gap_after(label: BoxMm, size_mm: float, sheet: Sheet) -> BoxMm:
    """The room behind a label, up to the next print on its level, or the margin."""
    high = min(_HIGH[1], _HIGH[0] * size_mm)
    left, top = label.right + _GAP_MM, label.bottom - high
    behind = (
        word.box_mm.x
        for word in sheet.words
        if word.box_mm.x >= label.right - 0.1
        and min(word.box_mm.bottom, label.bottom) - max(word.box_mm.y, top) > 0.5
    )
    right = min(behind, default=sheet.width_mm - _MARGIN_MM + _GAP_MM) - _GAP_MM
    return BoxMm(left, top, max(0.0, right - left), high)


def _lies_in(place: BoxMm, gap: BoxMm) -> bool:
    """Whether a place stands in a gap, so that the label has it."""
    level = place.y < gap.bottom - 1 and place.bottom > gap.y + 1
    return level and place.right > gap.x and place.x < gap.right


def _is_framed(label: BoxMm, sheet: Sheet) -> bool:
    """Whether a low frame or a shade is around it: that has its own places, or is a title."""
    x, y = label.x + label.w / 2, label.y + label.h / 2
    low = [box for box in (*sheet.frames, *sheet.tints) if box.h <= _AREA_MM]
    return any(box.contains(x, y) for box in low)


def phrases_of(line: Sequence[Print]) -> list[list[Print]]:
    """The words of a line by what stands together; a colon ends a phrase."""
    phrases: list[list[Print]] = []
    for word in line:
        if phrases:
            last = phrases[-1][-1]
            near = word.box_mm.x - last.box_mm.right <= _PHRASE_GAP * word.size_mm
            if near and (not last.text.endswith(":") or word.text == ":"):
                phrases[-1].append(word)
                continue
        phrases.append([word])
    return phrases
