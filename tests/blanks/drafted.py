"""What a draft is worth: places found, typed right and joined right, tariffs, needless zones."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from associations.measure import Goal

from blanks.spots import Paired, Spot, covers
from pipeline.forms.schema import Form

FOUND, TYPED, NEEDLESS = 0.95, 0.90, 0.10
"""The goals of each form; all tariffs are to be right."""
_ALIKE = {"long_text": "text"}
"""Types that only differ in how many lines they are written over."""
Priced = dict[tuple[str, str], int]
"""What one costs, in cents: of an option of a field, or (option empty) of what a field counts."""


@dataclass(frozen=True, slots=True)
class Share:
    right: int
    of: int

    @property
    def share(self) -> float:
        return self.right / self.of if self.of else 1.0

    def __str__(self) -> str:
        return f"{self.right}/{self.of}"


@dataclass(frozen=True, slots=True)
class Scores:
    """How one draft did.

    ``found``: of the spots that were wanted. ``typed``: of the fields, those all of whose spots
    that were found have the type. ``joined``: of the places of several spots, those that are one
    place in the draft, too. ``combs``: of the combs that were found, those with as many cells.
    ``offices``: of the frames for the office, those that are not read. ``tariffs``: also those
    that the draft made up count as wrong. ``sums``: of the total and the amounts beside counts,
    those that the draft knows as such. ``needless``: of the drafted spots.
    """

    form: str
    found: Share
    typed: Share
    joined: Share
    combs: Share
    offices: Share
    tariffs: Share
    sums: Share
    needless: Share
    doubts: tuple[str, ...]
    """What is wrong, for whoever mends the drafting."""

    @property
    def holds(self) -> bool:
        return (
            self.found.share >= FOUND
            and self.typed.share >= TYPED
            and self.tariffs.share == 1
            and self.needless.share < NEEDLESS
        )


def score(form: Form, draft: Form, paired: Paired) -> Scores:
    doubts: list[str] = []
    found = Share(len(paired.found), len(paired.wanted))
    doubts += [f"not found: {_called(spot)}" for spot in paired.wanted if spot not in paired.found]
    doubts += [f"needless: {_called(spot)} {_where(spot)}" for spot in paired.needless]
    scores = {
        "typed": _typed(paired, doubts),
        "joined": _joined(paired, doubts),
        "combs": _combs(paired, doubts),
        "offices": _offices(form, draft, doubts),
        "tariffs": _tariffs(form, draft, paired, doubts),
        "sums": _sums(form, draft, paired, doubts),
    }
    needless = Share(len(paired.needless), len(paired.drafted))
    return Scores(form.id, found, needless=needless, doubts=tuple(doubts), **scores)


def _typed(paired: Paired, doubts: list[str]) -> Share:
    types: dict[str, str] = {}
    drafted: dict[str, set[str]] = {}
    for spot in paired.wanted:
        types[spot.field] = spot.type
        if spot in paired.found:
            drafted.setdefault(spot.field, set()).add(_kind(paired.found[spot].type))
    right = [field for field, kind in types.items() if drafted.get(field) == {_kind(kind)}]
    for field in (field for field in types if field not in right):
        said = ", ".join(sorted(drafted.get(field, {"nothing"})))
        doubts.append(f"typed {said}: {field}, a {types[field]}")
    return Share(len(right), len(types))


def _kind(type_: str) -> str:
    return _ALIKE.get(type_, type_)


def _joined(paired: Paired, doubts: list[str]) -> Share:
    places: dict[str, list[Spot]] = {}
    for spot in paired.wanted:
        places.setdefault(spot.name, []).append(spot)
    several = {name: spots for name, spots in places.items() if len(spots) > 1}
    owners: dict[str, set[str]] = {}
    for wanted, drafted in paired.found.items():
        owners.setdefault(drafted.name, set()).add(wanted.name)
    right = 0
    for name, spots in several.items():
        names = {paired.found[spot].name for spot in spots if spot in paired.found}
        if len(names) == 1 and all(owners[drafted] == {name} for drafted in names):
            right += 1
        else:
            doubts.append(f"not one place, or not alone: {name} is {sorted(names)}")
    return Share(right, len(several))


def _combs(paired: Paired, doubts: list[str]) -> Share:
    combs = {wanted: other for wanted, other in paired.found.items() if wanted.cells}
    wrong = [wanted for wanted, other in combs.items() if wanted.cells != other.cells]
    doubts += [f"a comb of {spot.cells}, not {combs[spot].cells}: {spot.name}" for spot in wrong]
    return Share(len(combs) - len(wrong), len(combs))


def _offices(form: Form, draft: Form, doubts: list[str]) -> Share:
    wanted = [(area.page, box) for area in form.areas for box in area.boxes]
    drafted = [(area.page, box) for area in draft.areas for box in area.boxes]
    missed = [
        (page, box)
        for page, box in wanted
        if not any(on == page and covers(other, box) for on, other in drafted)
    ]
    doubts += [f"read, for all that it is the office's: page {page}" for page, _ in missed]
    return Share(len(wanted) - len(missed), len(wanted))


def _tariffs(form: Form, draft: Form, paired: Paired, doubts: list[str]) -> Share:
    wanted, drafted = _priced(form), _priced(draft)
    stands: Priced = {}
    for spot, other in paired.found.items():
        cents = drafted.get((other.field, other.option))
        if cents is not None:
            stands[spot.field, spot.option] = cents
    wrong = [key for key, cents in wanted.items() if stands.get(key) != cents]
    made_up = [key for key, cents in stands.items() if cents and key not in wanted]
    strange = {(d.field, d.option) for d in paired.needless} & drafted.keys()
    for field, option in (*wrong, *made_up, *strange):
        doubts.append(f"tariff: {field} {option}".rstrip())
    return Share(len(wanted) - len(wrong), len(wanted) + len(made_up) + len(strange))


def _priced(form: Form) -> Priced:
    options = {
        (zone.field, option): cents
        for zone in form.zones
        for option, cents in zone.tariffs_cents.items()
    }
    return options | {(field, ""): cents for field, cents in form.tariffs_cents.items()}


def _sums(form: Form, draft: Form, paired: Paired, doubts: list[str]) -> Share:
    """Of the fields that the sum names, those that the draft's sum names likewise."""
    called = {spot.field: other.field for spot, other in paired.found.items()}
    wanted, drafted = _summed(form), _summed(draft)
    translated = [tuple(called.get(field, "") for field in fields) for fields in wanted]
    right = [fields for fields in translated if fields in drafted]
    for fields, said in zip(wanted, translated, strict=True):
        if said not in drafted:
            doubts.append(f"sum: {' of '.join(fields)}")
    return Share(len(right), max(len(wanted), len(drafted)))


def _summed(form: Form) -> list[tuple[str, ...]]:
    lines = form.sum.lines if form.sum else {}
    total = [(form.total,)] if form.total else []
    return [*total, *((field,) for field in form.adds), *((b, a) for a, b in lines.items())]


def _called(spot: Spot) -> str:
    return f"{spot.name} {spot.option}".strip()


def _where(spot: Spot) -> str:
    box = spot.box
    return f"(page {spot.page}, {box.x:.0f} {box.y:.0f} {box.w:.0f} x {box.h:.0f} mm)"


# --- what is printed --------------------------------------------------------------------------


def table(scores: Sequence[Scores], titles: dict[str, str]) -> Iterator[str]:
    """A line a form; ``titles`` say what is particular of each."""
    heads = ("found", "typed", "needless", "tariffs", "sums", "joined", "combs", "offices")
    yield f"{'':26}" + "".join(f"{head:>17}" for head in heads)
    for one in scores:
        shares = (getattr(one, head) for head in heads)
        cells = "".join(f"{f'{share.share:.3f} ({share})':>17}" for share in shares)
        yield f"{one.form:26}{cells}  {'' if one.holds else 'FAILS  '}({titles[one.form]})"


def goals(scores: Iterable[Scores]) -> list[Goal]:
    """What must hold of each form."""
    listed = []
    for one in scores:
        said = (
            f"{one.form}: found {one.found.share:.3f} (wanted {FOUND}), typed "
            f"{one.typed.share:.3f} (wanted {TYPED}), tariffs {one.tariffs} (wanted all), needless "
            f"{one.needless.share:.3f} (wanted below {NEEDLESS})"
        )
        listed.append(Goal(said, one.holds))
    return listed
