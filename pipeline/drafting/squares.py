"""What check squares and words to ring stand for, and the question they answer."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.drafting.beside import SURE, How, Labelled, Printed
from pipeline.drafting.options import IS_STATED, how_many
from pipeline.drafting.phrases import Phrase, is_level
from pipeline.drafting.records import Place, Print, Shape, Sheet
from pipeline.drafting.tariffs import prices, without_prices
from pipeline.geometry import BoxMm
from pipeline.text import fold

_ASKED_MM = 25.0
"""A question over squares begins so far left of them at most."""
_SAY_NOTHING = ("", "yes", "on", "off", "0", "1", "2", "3")
"""States of a PDF's buttons."""
_ASIDE_MM = 8.0
_BETWEEN = " – "
"""Between the columns of a row that is one option."""
_ANSWERED = re.compile(r"(?P<before>.*\w.*?)[\s:]+(?P<option>oui|non)\W*", re.IGNORECASE)
_ANSWERS = re.compile(r"(?P<option>oui|non)\b[\s,;/–-]+(?P<next>.*\w.*[:?])\s*", re.IGNORECASE)
"""A question and its answer, of a square behind both; an answer and the next question, of one
before."""
_QUESTION, _ANSWER_MM = 9, 5.0
"""« Oui : □ » is shorter than questions are; an answer stands so near its square."""
_CELL_WIDE, _LINES_MM = 25.0, 2.2
"""A cell is at most so many squares wide; lines of its head stand so near each other."""
_HEAD_MM = 60.0
"""So far over a square without a word beside it the head of its column stands at most."""


def labels_of_marks(print_: Printed) -> dict[int, Labelled]:
    """Check squares and words to ring with what they stand for; the first of some with their
    question."""
    marks = [place for place in print_.places if place.shape in (Shape.BOX, Shape.WORD)]
    known: dict[int, Labelled] = {}
    for row in _rows_of(marks):
        words = [place for place in row if place.shape is Shape.WORD]
        squares = [place for place in row if place.shape is Shape.BOX]
        known |= _of_squares(print_, squares)
        for place in words:
            before = print_.before(place)
            text = _word_text(print_.sheet, place)
            question = before.text if before and re.search(r"\w{3}", before.text) else ""
            if before and question:
                print_.used.add(before)
            known[id(place)] = Labelled(
                place, text, How.INSIDE, question=question, sure=0.9 if text else 0.4
            )
    for row in _rows_of(marks):
        is_asked = any(known[id(place)].question for place in row if id(place) in known)
        for n, place in enumerate(row):
            mark = known.get(id(place))
            # Each of two lists side by side stands below its own question.
            follows = n == 0 or (place.shape is Shape.BOX and bool(known[id(row[0])].question))
            if mark and not is_asked and follows:
                known[id(place)] = _asked_above(print_, mark)
    return known


def _asked_above(print_: Printed, mark: Labelled) -> Labelled:
    """The mark with the question that stands over it, where none is beside it."""
    first = next((p for p in print_.phrases if mark.row and p.text == mark.row), None)
    over = mark.place if first is None else Place(first.box_mm, Shape.BOX)
    above = None if mark.question else print_.above(over)
    if above is None or above in print_.used or not re.search(r"\w{3}", above.text):
        return mark
    if IS_STATED.match(fold(mark.label)) and not above.text.endswith(":"):
        return mark
    if prices(above.text) or above.box_mm.x < over.box_mm.x - _ASKED_MM:
        return mark
    print_.used.add(above)
    return replace(mark, question=above.text)


def _rows_of(places: Sequence[Place]) -> Iterator[list[Place]]:
    row: list[Place] = []
    for place in places:
        if row and not is_level(row[-1].box_mm.grown(0, -0.8), place.box_mm.grown(0, -0.8)):
            yield sorted(row, key=lambda each: each.box_mm.x)
            row = []
        row.append(place)
    if row:
        yield sorted(row, key=lambda each: each.box_mm.x)


def _word_text(sheet: Sheet, place: Place) -> str:
    """What is printed in a place: words, or, of « oui/non », a part of one."""
    level = (w for w in sheet.words if is_level(w.box_mm.grown(0, -0.5), place.box_mm))
    parts = (_part(word, place.box_mm) for word in sorted(level, key=lambda w: w.box_mm.x))
    return " ".join(filter(None, parts)).strip(" /:,()")


def _part(word: Print, box: BoxMm) -> str:
    """The letters of a word that stand in a box, as if all were as wide."""
    step = word.box_mm.w / len(word.text)
    middles = ((c, word.box_mm.x + (n + 0.5) * step) for n, c in enumerate(word.text))
    return "".join(c for c, x in middles if box.x <= x <= box.right)


def _of_squares(print_: Printed, row: Sequence[Place]) -> dict[int, Labelled]:
    if not row:
        return {}
    pairs = [(place, print_.before(place), print_.behind(place)) for place in row]
    if _stands_before(pairs):
        return _squares_behind(print_, pairs)
    place, before, behind = pairs[0]
    if len(pairs) == 1 and before and not behind:
        return _square_of_row(print_, place, before)
    known: dict[int, Labelled] = {}
    taken: Phrase | None = None
    asked = ""
    for place, before, behind in pairs:
        if behind is None:
            known[id(place)] = _square_under(print_, place, before if before != taken else None)
            continue
        text, head = _option(print_, behind), ""
        if not without_prices(text) and (head := _head_of_cell(print_, place)):
            text = f"{head} {text}"
        question = before if before is not taken and before not in print_.used else None
        if question:
            print_.used.add(question)
            asked = question.text
        next_ = _ANSWERS.fullmatch(text)
        taken = behind
        known[id(place)] = Labelled(
            place,
            next_["option"] if next_ else text,
            How.BEHIND,
            head=head,
            question=asked,
            sure=SURE["behind"] * behind.sure,
        )
        asked = next_["next"] if next_ else ""
    return known


_Pair = tuple[Place, Phrase | None, Phrase | None]


def _stands_before(pairs: Sequence[_Pair]) -> bool:
    """Whether what squares stand for is printed before them: « Oui □  Non □ »."""
    near = [
        p.box_mm.x - a.box_mm.right
        for p, a, b in pairs
        if a and p.box_mm.x - a.box_mm.right < 9 and not (b and _asks(p, a, b))
    ]
    far = [b.box_mm.x - p.box_mm.right for p, _, b in pairs if b]
    if len(near) < len(pairs):
        return False
    if len(far) < len(pairs):
        return True
    return max(near) < 0.5 * min(far)


def _asks(place: Place, before: Phrase, behind: Phrase) -> bool:
    """Whether what stands before a square asks, and what is close behind it is an answer."""
    is_question = before.text.endswith((":", "?")) and len(before.text) >= _QUESTION
    return is_question and behind.box_mm.x - place.box_mm.right <= _ANSWER_MM


def _squares_behind(print_: Printed, pairs: Sequence[_Pair]) -> dict[int, Labelled]:
    known = {}
    for n, (place, before, _) in enumerate(pairs):
        if before is None:
            continue
        print_.used.add(before)
        question, colon, option = before.text.rpartition(":")
        if answered := _ANSWERED.fullmatch(before.text):
            question, option = answered["before"], answered["option"]
        elif n or not colon or not option.strip():
            question, option = "", before.text
        if not n and not question and len(pairs) > 1:
            left = _left_of(print_, before)
            question = left.text if left else ""
        known[id(place)] = Labelled(
            place, option.strip(" :"), How.LEFT, question=question.strip(), sure=0.85
        )
    return known


def _square_of_row(print_: Printed, place: Place, before: Phrase) -> dict[int, Labelled]:
    """A square at the end of a row is for all of it: « Couple | 40 € | □ »."""
    level = [p for p in print_.phrases if is_level(p.box_mm, before.box_mm)]
    row = [p for p in level if p.box_mm.right <= before.box_mm.right]
    row = [p for p in row if p is before or not _parts(print_, p, place)]
    row.sort(key=lambda phrase: phrase.box_mm.x)
    print_.used.update(row)
    # Hours in one column and a price in the next are no thousands.
    text = _BETWEEN.join(phrase.text for phrase in row)
    head = _head_of_cell(print_, place)
    own = head if how_many(head) == "one" else ""  # « Mon choix »
    return {id(place): Labelled(place, text, How.ROW, head=own, row=row[0].text, sure=0.8)}


def _parts(print_: Printed, phrase: Phrase, place: Place) -> bool:
    return print_.is_parted(phrase.box_mm.right, place.box_mm.x, place)


def _left_of(print_: Printed, phrase: Phrase) -> Phrase | None:
    """The phrase before another one in its row."""
    stand_in = Place(phrase.box_mm, Shape.BOX)
    left = print_.before(stand_in)
    if left:
        print_.used.add(left)
    return left


def _square_under(print_: Printed, place: Place, before: Phrase | None) -> Labelled:
    """A square without a word beside it stands below what it is for; its row is the question."""
    box = place.box_mm
    middle = box.x + box.w / 2
    aside = {
        phrase: max(phrase.box_mm.x - middle, middle - phrase.box_mm.right, 0.0)
        for phrase in print_.phrases
        if 0 < box.y - phrase.box_mm.bottom + 1 <= _HEAD_MM
    }
    heads = [phrase for phrase, mm in aside.items() if mm <= _ASIDE_MM and phrase is not before]
    head = min(heads, key=lambda p: (-round(p.middle_mm / 3), aside[p]), default=None)
    if head:
        print_.used.add(head)
    if before:
        print_.used.add(before)
    row = before.text if before else ""
    own = place.option if place.option.lower() not in _SAY_NOTHING else place.name
    text = head.text if head else row or own
    return Labelled(
        place,
        text,
        How.HEAD if head else How.LEFT if row else How.NOTHING,
        question=row if head else "",
        row=row,
        sure=0.75 if head else 0.6 if text else 0.2,
    )


def _head_of_cell(print_: Printed, place: Place) -> str:
    """What is printed over the column of a table's cell in which a square stands with its price;
    empty where it stands in none."""
    box = place.box_mm
    cells = [f for f in print_.sheet.frames if _is_within(box, f) and f.w < _CELL_WIDE * box.w]
    cell = min(cells, key=lambda frame: frame.w * frame.h, default=None)
    if cell is None:
        return ""
    over = [
        phrase
        for phrase in print_.phrases
        if 0 < cell.y - phrase.box_mm.bottom + 1 <= _HEAD_MM
        and cell.x <= phrase.box_mm.x + phrase.box_mm.w / 2 <= cell.right
        and without_prices(phrase.text)
    ]
    head: list[Phrase] = []
    for phrase in sorted(over, key=lambda phrase: -phrase.middle_mm):
        if head and head[0].box_mm.y - phrase.box_mm.bottom > _LINES_MM:
            break
        head.insert(0, phrase)
    print_.used.update(head)
    return " ".join(phrase.text for phrase in head)


def _is_within(box: BoxMm, frame: BoxMm) -> bool:
    inside = frame.contains(box.x, box.y) and frame.contains(box.right, box.bottom)
    return inside and frame.w > 2 * box.w


def _option(print_: Printed, phrase: Phrase) -> str:
    """What stands behind a square, with the price that stands apart in its row."""
    print_.used.add(phrase)
    text = phrase.text
    if prices(text):
        return text
    nexts = [
        other
        for other in print_.phrases
        if is_level(other.box_mm, phrase.box_mm) and other.box_mm.x > phrase.box_mm.right
    ]
    other = min(nexts, key=lambda each: each.box_mm.x, default=None)
    if other is None or not prices(other.text) or len(other.text) > 24:
        return text
    stand_in = Place(phrase.box_mm, Shape.BOX)
    if print_.is_parted(phrase.box_mm.right, other.box_mm.x, stand_in):
        return text
    print_.used.add(other)
    return f"{text} {other.text}"
