"""Six small layouts that nobody has described: a library card, a garden's plots, an outing, a gift,
a lotto evening, a clothes fair."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from associations.blank import Blank
from associations.people import TODAY, Invention
from associations.prices import euros
from associations.sheet import A4_MM, WHITE, Rgb, Sheet

_A5_MM, _A5_FLAT_MM = (148.0, 210.0), (210.0, 148.0)
_BOLD = "Helvetica-Bold"
_MARKS = ("choice", "ticks", "yes_no")


@dataclass(frozen=True, slots=True)
class Ask:
    """A question under its printed label. ``words``: what people may write, or what is printed
    behind each square; ``cents``: what one of a count costs."""

    label: str
    name: str
    kind: str
    words: tuple[str, ...] = ()
    cents: int = 0


Lay = Callable[[Sheet, Ask, int], None]
"""Draws one question, the n-th from 0."""


def _squares(sheet: Sheet, ask: Ask, x: float, y: float, step: float) -> None:
    """A square before each word, from ``x`` on."""
    options = [(word, word, x + n * step, y) for n, word in enumerate(ask.words)]
    sheet.ticks(ask.name, ask.kind, options, label=ask.label, side=3.6)


def _asked_on_line(
    sheet: Sheet, ask: Ask, n: int, *, left: float, right: float, top: float, step: float, rule: str
) -> None:
    """One below the other, to write behind their labels."""
    y = top + n * step
    if ask.kind in _MARKS:
        end = sheet.text(left, y, f"{ask.label} :", 10)
        _squares(sheet, ask, end + 4, y, 24)
        return
    price = f"x {euros(ask.cents)} €" if ask.cents else ""
    after = "€" if ask.kind == "amount" else price
    sheet.entry(left, y, right, f"{ask.label} :", ask.name, ask.kind, rule=rule, after=after)


def _asked_in_grid(
    sheet: Sheet, ask: Ask, n: int, *, left: float, top: float, wide: float, high: float,
    fill: Rgb | None, columns: int,
) -> None:  # fmt: skip
    """Boxes side by side, each under its label."""
    x, y = left + (n % columns) * wide, top + (n // columns) * high
    sheet.text(x, y, ask.label, 9)
    if ask.kind in _MARKS:
        _squares(sheet, ask, x, y + 6.5, 26)
        return
    box = (x, y + 1.5, wide - 6, 7.5)
    sheet.box(box, fill=fill, edge=None if fill else (0.3, 0.3, 0.3))
    sheet.lines(ask.name, ask.kind, [box], label=ask.label)


def _draw(
    sheet: Sheet, heads: Sequence[tuple[str, float]], asks: Sequence[Ask], lay: Lay, band: Rgb
) -> None:
    sheet.box((0, 0, sheet.size_mm[0], 26), fill=band, edge=None)
    colour = WHITE if sum(band) < 1.5 else (0.0, 0.0, 0.0)
    for n, (text, size) in enumerate(heads):
        sheet.text(12, 12 + 8 * n, text, size, font=_BOLD if n == 0 else "", colour=colour)
    for n, ask in enumerate(asks):
        lay(sheet, ask, n)
    if priced := {ask.name: euros(ask.cents) for ask in asks if ask.cents}:
        sheet.says(sum={"total": "total", "tariffs": priced})


def _invent(made: Invention, *, asks: Sequence[Ask]) -> dict[str, Any]:
    me = made.person()
    code, town = made.town()
    known: dict[str, Callable[[], Any]] = {
        "surname": lambda: me.surname,
        "given_name": lambda: me.given,
        "person": lambda: me.name,
        "birth_date": me.born.isoformat,
        "age": lambda: (TODAY - me.born).days // 365,
        "phone": made.phone,
        "email": lambda: made.email(me),
        "address": made.street,
        "postal_code": lambda: code,
        "town": lambda: town,
        "postal_town": lambda: f"{code} {town}",
        "iban": made.iban,
        "count": lambda: made.number(1, 6),
        "number": lambda: made.number(2, 60),
        "amount": lambda: made.one_of((10_00, 20_00, 35_00, 50_00, 120_00)),
        "date": lambda: made.day(TODAY, TODAY.replace(month=12)),
    }
    values: dict[str, Any] = {}
    for ask in asks:
        if ask.kind == "ticks":
            values[ask.name] = [word for word in ask.words if made.chance(0.5)]
        else:
            values[ask.name] = made.one_of(ask.words) if ask.words else known[ask.kind]()
    if "total" in values:
        values["total"] = sum(values[ask.name] * ask.cents for ask in asks if ask.cents)
    return values


def _small(
    form_id: str, heads: Sequence[tuple[str, float]], asks: Sequence[Ask], lay: Lay, band: Rgb,
    *, size_mm: tuple[float, float], font: str = "Helvetica",
) -> Blank:  # fmt: skip
    return Blank(form_id, heads[0][0], "small", partial(_draw, heads=heads, asks=asks, lay=lay,
                 band=band), partial(_invent, asks=asks), size_mm=size_mm, font=font)  # fmt: skip


_NAME = (Ask("Nom", "nom", "surname"), Ask("Prénom", "prenom", "given_name"))
_REACH = (Ask("Téléphone", "telephone", "phone"), Ask("Courriel", "courriel", "email"))

LIBRARY = _small(
    "carte-de-bibliotheque",
    (("Bibliothèque associative de Vaudremont", 13), ("Demande de carte de lecteur", 10)),
    (*_NAME, Ask("Né(e) le", "naissance", "birth_date"), Ask("Adresse", "adresse", "address"),
     Ask("Code postal", "code_postal", "postal_code"), Ask("Ville", "ville", "town"), *_REACH,
     Ask("Lecteur", "lecteur", "choice", ("adulte", "jeune", "famille")),
     Ask("Date", "fait_le", "date")),
    partial(_asked_on_line, left=14, right=134, top=44, step=13, rule="dots"),
    (0.9, 0.86, 0.75), size_mm=_A5_MM,
)  # fmt: skip
GARDEN = _small(
    "jardins-partages",
    (("JARDINS PARTAGÉS DU CANAL", 16), ("Demande d'une parcelle pour la saison 2026", 11)),
    (Ask("Nom et prénom", "demandeur", "person"), Ask("Adresse complète", "adresse", "address"),
     Ask("Code postal et commune", "commune", "postal_town"), *_REACH,
     Ask("Surface souhaitée (m²)", "surface", "number"),
     Ask("Avez-vous déjà jardiné ?", "deja", "yes_no", ("oui", "non")),
     Ask("Outils à prêter", "outils", "text", ("Bêche et râteau", "Brouette", "Aucun")),
     Ask("Personnes au foyer", "foyer", "number"), Ask("Fait le", "fait_le", "date")),
    partial(_asked_in_grid, left=14, top=46, wide=93, high=22, fill=None, columns=2),
    (0.16, 0.38, 0.18), size_mm=A4_MM,
)  # fmt: skip
OUTING = _small(
    "sortie-au-parc",
    (("Amicale laïque de Bessonne – sortie au parc animalier", 14),
     ("Dimanche 7 juin 2026, départ du car à 8 h, place de la Mairie", 10)),
    (*_NAME, _REACH[0], Ask("Adultes", "adultes", "count", cents=26_00),
     Ask("Enfants", "enfants", "count", cents=17_50),
     Ask("Total à régler", "total", "amount"),
     Ask("Règlement", "reglement", "choice", ("chèque", "espèces"))),
    partial(_asked_on_line, left=20, right=150, top=42, step=12.5, rule="line"),
    (0.86, 0.93, 0.97), size_mm=_A5_FLAT_MM,
)  # fmt: skip
GIFT = _small(
    "bulletin-de-don",
    (("La Passerelle solidaire", 18), ("Bulletin de soutien – un reçu vous sera adressé", 11)),
    (*_NAME, Ask("Adresse", "adresse", "address"), Ask("Code postal", "code_postal", "postal_code"),
     Ask("Ville", "ville", "town"), _REACH[1], Ask("Montant du don (€)", "don", "amount"),
     Ask("IBAN", "iban", "iban"), Ask("Date", "fait_le", "date")),
    partial(_asked_in_grid, left=16, top=44, wide=180, high=20, fill=(0.93, 0.91, 0.97), columns=1),
    (0.35, 0.15, 0.45), size_mm=A4_MM,
)  # fmt: skip
LOTTO = _small(
    "soiree-loto",
    (("GRAND LOTO DES SAPEURS-POMPIERS", 15), ("Samedi 21 novembre 2026, 20 h 30", 11)),
    (Ask("Nom", "nom", "surname"), Ask("Téléphone", "telephone", "phone"),
     Ask("Places", "places", "count", cents=5_00), Ask("Cartons", "cartons", "count", cents=3_00),
     Ask("Sandwichs", "sandwichs", "count", cents=4_20), Ask("Total", "total", "amount")),
    partial(_asked_on_line, left=16, right=120, top=46, step=16, rule="_"),
    (1.0, 1.0, 1.0), size_mm=_A5_MM, font="Courier",
)  # fmt: skip
FAIR = _small(
    "bourse-aux-vetements",
    (("Bourse aux vêtements de Trévallon", 16), ("Fiche de dépôt, à remettre avec vos articles",
                                                  11)),
    (Ask("Déposant", "deposant", "person"), _REACH[0], Ask("Ville", "ville", "town"), _REACH[1],
     Ask("Articles déposés", "articles", "number"), Ask("Valeur totale (€)", "valeur", "amount"),
     Ask("Je donne les invendus", "invendus", "yes_no", ("oui", "non")),
     Ask("Rayons", "rayons", "ticks", ("bébé", "enfant", "adulte")),
     Ask("Dépôt le", "depot", "date")),
    partial(_asked_in_grid, left=12, top=40, wide=92, high=18.5, fill=None, columns=2),
    (0.98, 0.85, 0.80), size_mm=_A5_FLAT_MM, font="Times-Roman",
)  # fmt: skip
SMALL = (LIBRARY, GARDEN, OUTING, GIFT, LOTTO, FAIR)
