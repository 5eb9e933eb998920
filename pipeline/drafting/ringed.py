"""Words to ring or to strike out: options that are printed in a row, and that no square stands for.

What is between them tells: strokes, « ou », or wide gaps where a question or « entourer » asks.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.drafting.linework import lines_of, overlap
from pipeline.drafting.records import Place, Print, Shape, Sheet
from pipeline.geometry import BoxMm, bounding_box
from pipeline.text import fold

_Option = list[Print]
_USUAL = re.compile(
    r"oui|non|m|mr|mme|mlle|melle|monsieur|madame|mademoiselle|homme|femme|garcon|fille|"
    r"masculin|feminin|h|f|adulte|enfant|(?:xx?|[234])?s|(?:x{1,4}|[2345]x?)?l"
)
"""What forms have ringed or struck out, folded."""
_LIKELY = re.compile(
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|matin|midi|apres-midi|soir|journee|"
    r"cheques?|especes|virement|carte|cb|debutante?|moyen(?:ne)?|confirmee?|intermediaire|g|"
    r"(?:j'|je )?(?:n'|ne )?(?:accepte|autorise|refuse|souhaite)(?: pas)?|presente?|absente?|"
    r"droitiere?|gauchere?|celibataire|mariee?|pacsee?|divorcee?|veuve?"
)
"""What else is, where a question stands before it."""
_SIZE = re.compile(r"(?:xx?|[234])?s|m|(?:x{1,4}|[2345]x?)?l")
_BETWEEN = frozenset("/-–—|•·")
_ASKED = re.compile(
    r"\b(?:entoure\w*|ray(?:er|ez)|biffe\w*|barre[rz]|cercle[rz]|souligne[rz])\b|\bmention inutile"
)
_OPTION_MM, _RING_GAP_MM, _HEAD_MM, _NEAR_LINE_MM = 4.0, 12.0, 16.0, 5.5
_INDENT_MM, _LARGER = (5.0, 25.0), 1.25
_ANSWER_MM = 20.0
"""Options begin so near their question at most."""
_LEAST_SIZES, _MOST_WORDS, _MOST_LETTERS = 3, 2, 14
_MOST_WORDS_ASKED, _MOST_LETTERS_ASKED = 3, 24
_PHRASE_GAP, _LABEL_GAP, _WORD_GAP = 1.4, 2.0, 0.8
"""Words of a phrase, of a label and of an option stand no further apart than so many sizes of their
print."""
_NARROW_GAP, _MORE = 0.6, 1.3
"""Where the narrowest gap is narrower, so are all between the words of an option."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The words of a line up to the next question's end. ``is_answer``: a question is before them.
    ``is_asked``: the line says that they are to be ringed; ``is_near``, one close to it does.
    ``is_told``: the head of the page does. ``is_title``: it is larger print, or stands above all
    places."""

    words: tuple[Print, ...]
    is_answer: bool
    is_asked: bool
    is_near: bool
    is_told: bool
    is_title: bool

    def has_room(self, option: Sequence[Print]) -> bool:
        """Whether an option is as short as they are."""
        if self.is_asked or (self.is_told and self.is_answer):
            return _is_short(option, _MOST_WORDS_ASKED, _MOST_LETTERS_ASKED)
        return _is_short(option, _MOST_WORDS, _MOST_LETTERS)


def ringed_words(sheet: Sheet, taken: Sequence[Place]) -> Iterator[Place]:
    """The words of alternatives that no check square stands beside, or below."""
    squares = [place.box_mm for place in taken if place.shape is Shape.BOX]
    heads = [box for square in squares if (box := _under_head(square, sheet.words))]
    lines = lines_of(sheet.words)
    below = list(_asked_below(lines))
    listed = {id(word) for run in below for option in run for word in option}
    rest = [line for line in lines if not any(id(word) in listed for word in line)]
    sizes = sorted(word.size_mm for word in sheet.words)
    largest = _LARGER * sizes[len(sizes) // 2] if sizes else 0.0
    top = min((place.box_mm.y for place in taken), default=0.0)
    runs = [(run, 1.0) for run in below]
    for part in _parts(rest, largest_mm=largest, top_mm=top):
        stroked = [(run, _if_stroked(run, part)) for run in _stroked(part)]
        runs += stroked or [(run, _if_spaced(run, part)) for run in _spaced(part)]
    for run, sure in runs:
        boxes = [bounding_box([word.box_mm for word in option]) for option in run]
        if not sure or any(_is_beside(square, box) for square in squares for box in boxes):
            continue
        if not any(overlap(head, box) > 0 for head in heads for box in boxes):
            yield from (Place(box, Shape.WORD, sure=sure) for box in boxes)


def _parts(
    lines: Sequence[Sequence[Print]], *, largest_mm: float, top_mm: float
) -> Iterator[_Part]:
    asking = [bounding_box([w.box_mm for w in line]) for line in lines if _says_ring(line)]
    is_told = any(box.bottom < top_mm for box in asking)
    for line in lines:
        box = bounding_box([word.box_mm for word in line])
        near = any(
            max(box.y - other.bottom, other.y - box.bottom) <= _NEAR_LINE_MM for other in asking
        )
        is_title = box.bottom < top_mm or line[0].size_mm > largest_mm
        question: Print | None = None
        for words in _up_to_questions(line):
            gap = words[0].box_mm.x - question.box_mm.right if question else _ANSWER_MM
            yield _Part(tuple(words), gap < _ANSWER_MM, _says_ring(line), near, is_told, is_title)
            question = words[-1]


def _asked_below(lines: Sequence[Sequence[Print]]) -> Iterator[list[_Option]]:
    """The options below a question that says what to ring, in one row or in several."""
    for line in lines:
        for question in _unanswered(line) if _says_ring(line) else ():
            options: list[_Option] = []
            bottom, left = question.bottom, question.x
            for other in lines:
                words = [w for w in other if w.box_mm.x >= left - _INDENT_MM[0]]
                is_next = bool(words) and 0 < words[0].box_mm.y - bottom <= _NEAR_LINE_MM
                if not is_next or words[0].box_mm.x > left + _INDENT_MM[1]:
                    continue
                row = list(_in_row(words))
                if not all(_is_short(o, _MOST_WORDS_ASKED, _MOST_LETTERS_ASKED) for o in row):
                    break
                options += row
                bottom, left = words[0].box_mm.bottom, words[0].box_mm.x
            if len(options) > 1:
                yield options


def _unanswered(line: Sequence[Print]) -> Iterator[BoxMm]:
    """The questions of a line behind which nothing stands."""
    words: list[Print] = []
    for word, after in zip(line, [*line[1:], None], strict=True):
        words.append(word)
        if after is None or after.box_mm.x - word.box_mm.right > _ANSWER_MM:
            if word.text.endswith(":") and _says_ring(words):
                yield bounding_box([each.box_mm for each in words])
            words = []


def _in_row(words: Sequence[Print]) -> Iterator[_Option]:
    """What strokes and gaps divide, up to a wide one."""
    run: list[Print] = []
    for word in words:
        gap = word.box_mm.x - run[-1].box_mm.right if run else 0.0
        if gap > _RING_GAP_MM:
            break
        if word.text in _BETWEEN or gap > _WORD_GAP * word.size_mm:
            if run:
                yield run
            run = []
        if word.text not in _BETWEEN:
            run.append(word)
    if run:
        yield run


def _up_to_questions(line: Sequence[Print]) -> Iterator[list[Print]]:
    words: list[Print] = []
    for word in _split_at_strokes(line):
        words.append(word)
        if word.text.endswith((":", "?")):
            yield words
            words = []
    if words:
        yield words


def _is_short(option: Sequence[Print], words: int, letters: int) -> bool:
    text = _text(option)
    is_short = 0 < len(option) <= words and len(text) <= letters
    return is_short and any(c.isalpha() for c in text) and not _ASKED.search(text)


def _says_ring(line: Sequence[Print]) -> bool:
    return bool(_ASKED.search(_text(line)))


def _text(words: Sequence[Print]) -> str:
    return fold(" ".join(word.text for word in words)).strip(".:?,;() ")


def _is_beside(square: BoxMm, option: BoxMm) -> bool:
    aside = max(option.x - square.right, square.x - option.right)
    return square.y < option.bottom and square.bottom > option.y and 0 <= aside <= _OPTION_MM


def _under_head(square: BoxMm, words: Sequence[Print]) -> BoxMm | None:
    """Where the head of a column of check squares may stand; None where a word is beside one."""
    if any(_is_beside(square, word.box_mm) for word in words):
        return None
    return BoxMm(square.x + square.w / 2, square.y - _HEAD_MM, 0.1, _HEAD_MM)


def _if_stroked(run: Sequence[_Option], part: _Part) -> float:
    """How surely options with strokes between them are to be ringed; 0 where they are not."""
    texts = [_text(option) for option in run]
    usual = sum(bool(_USUAL.fullmatch(text)) for text in texts)
    near = part.is_near and not part.is_title
    if usual == len(texts) or near or (usual and len(texts) > 2):
        return 1.0
    if not part.is_answer:
        return 0.0
    if all(_USUAL.fullmatch(text) or _LIKELY.fullmatch(text) for text in texts):
        return 0.9
    last = run[-1][-1]
    is_end = last.box_mm.right >= part.words[-1].box_mm.right - 1
    is_other = last.text.endswith((":", "?")) or part.is_title
    return 0.7 if (is_end or len(texts) > 2) and not is_other else 0.0


def _if_spaced(run: Sequence[_Option], part: _Part) -> float:
    """The same of options with gaps between them."""
    if part.is_asked:
        return 1.0
    if part.is_told and len(run) > 2:
        return 0.9
    texts = map(_text, run)
    is_known = all(_USUAL.fullmatch(text) or _LIKELY.fullmatch(text) for text in texts)
    return 0.9 if is_known else 0.0


def _stroked(part: _Part) -> Iterator[list[_Option]]:
    """Runs of short options with a stroke between each and the next."""
    pieces: list[list[Print]] = [[]]
    for word in part.words:
        if word.text in _BETWEEN:
            pieces.append([])
        else:
            pieces[-1].append(word)
    if len(pieces) < 2:
        return
    # The first begins with the label where none is before it, the last goes on after its option.
    if not (part.is_answer and part.has_room(pieces[0])):
        pieces[0] = _last_phrase(pieces[0])
    pieces[-1] = _first_phrase(pieces[-1], part)
    run: list[_Option] = []
    for piece in [*pieces, []]:
        is_option = part.has_room(piece)
        if is_option and (not run or piece[0].box_mm.x - run[-1][-1].box_mm.right <= _RING_GAP_MM):
            run.append(piece)
            continue
        if len(run) > 1:
            yield run
        run = [piece] if is_option else []


def _spaced(part: _Part) -> Iterator[list[_Option]]:
    """The options behind a question that only gaps divide; sizes stand as near as words, and need
    no question."""
    if not part.is_answer:
        yield from _sizes(part)
        return
    phrases: list[list[Print]] = []
    usual = min((b.box_mm.x - a.box_mm.right for a, b in pairwise(part.words)), default=0.0)
    for word in part.words:
        gap = word.box_mm.x - phrases[-1][-1].box_mm.right if phrases else 0.0
        within = max(_NARROW_GAP * word.size_mm, _MORE * usual)
        if phrases and gap <= min(_WORD_GAP * word.size_mm, within):
            phrases[-1].append(word)
        else:
            phrases.append([word])
    phrases = [phrase for phrase in phrases if not phrase[0].text.startswith("(")]
    if phrases and phrases[-1][-1].text.endswith((":", "?")):
        phrases.pop()
    options = [
        option
        for phrase in phrases
        for option in (
            [[word] for word in phrase] if all(_is_size(w) for w in phrase) else [phrase]
        )
    ]
    if len(options) > 1 and all(part.has_room(option) for option in options):
        yield options


def _sizes(part: _Part) -> Iterator[list[_Option]]:
    run: list[_Option] = []
    for word in part.words:
        goes_on = run and word.box_mm.x - run[-1][0].box_mm.right <= _RING_GAP_MM
        if not _is_size(word) or not goes_on:
            if len(run) >= _LEAST_SIZES:
                yield run
            run = []
        if _is_size(word):
            run.append([word])
    if len(run) >= _LEAST_SIZES:
        yield run


def _is_size(word: Print) -> bool:
    return bool(_SIZE.fullmatch(_text([word])))


def _split_at_strokes(line: Sequence[Print]) -> Iterator[Print]:
    """``Oui/Non`` as three words; « ou » between what is usually ringed is a stroke, too."""
    for before, word, after in zip([None, *line[:-1]], line, [*line[1:], None], strict=True):
        around = [_text([each]) for each in (before, after) if each]
        if fold(word.text) == "ou" and len(around) == 2 and all(map(_USUAL.fullmatch, around)):
            yield replace(word, text="/")
            continue
        pieces = re.findall(r"/|[^/]+", word.text)
        is_run = len(pieces) > 1 and all(p.isalpha() or p in "/.?:" for p in pieces)
        if not is_run:
            yield word
            continue
        step, at = word.box_mm.w / len(word.text), 0
        for piece in pieces:
            box = BoxMm(word.box_mm.x + at * step, word.box_mm.y, step * len(piece), word.box_mm.h)
            yield Print(piece, box, word.size_mm, word.bold, word.sure)
            at += len(piece)


def _last_phrase(piece: Sequence[Print]) -> list[Print]:
    for at in range(len(piece) - 1, -1, -1):
        if piece[at].text.endswith(")"):
            return list(piece[at + 1 :])
        gap = piece[at].box_mm.x - piece[at - 1].box_mm.right if at else 0.0
        if gap > _LABEL_GAP * piece[at].size_mm:
            return list(piece[at:])
    return list(piece[-1:])


def _first_phrase(piece: Sequence[Print], part: _Part) -> list[Print]:
    for at in range(1, len(piece)):
        gap = piece[at].box_mm.x - piece[at - 1].box_mm.right
        if gap > _PHRASE_GAP * piece[at].size_mm or piece[at].text.startswith("("):
            return list(piece[:at])
    return list(piece) if part.has_room(piece) else list(piece[:1])
