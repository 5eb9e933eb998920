"""A family's fiche, as tests want it: a table of children, options with tariffs, a gift."""

from io import BytesIO
from pathlib import Path

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from pipeline.forms.schema import Form, load_form
from pipeline.records import Candidate, FieldReading, FieldValue, Registration

_ROWS_MM = [[92, 9], [101, 9], [110, 9], [119, 9]]
FORM_TOML = f"""
id = "famille"
title = "Fiche famille"

[[zones]]
field = "email"
label = "Courriel"
type = "email"
lines_mm = [[50, 56, 120, 9]]

[[zones]]
field = "assurance"
label = "Assurance"
type = "checkbox"
boxes_mm = {{ oui = [82, 150, 4, 4], non = [112, 150, 4, 4] }}
tariffs = {{ oui = "12,50", non = "0" }}

[[zones]]
field = "maillots"
label = "Maillots"
type = "count"
lines_mm = [[60, 168, 30, 9]]

[[zones]]
field = "prix_maillots"
label = "Montant des maillots"
type = "amount"
lines_mm = [[130, 168, 40, 9]]

[[zones]]
field = "don"
label = "Don"
type = "amount"
lines_mm = [[60, 188, 40, 9]]

[[zones]]
field = "total"
label = "Total"
type = "amount"
lines_mm = [[60, 208, 40, 9]]

[[tables]]
rows_mm = {_ROWS_MM}

[[tables.columns]]
field = "enfant_nom"
label = "Nom"
type = "surname"
x_mm = [20, 50]

[[tables.columns]]
field = "enfant_prenom"
label = "Prénom"
type = "given_name"
x_mm = [72, 40]

[[tables.columns]]
field = "age"
label = "Âge"
type = "age"
x_mm = [114, 22]

[[tables.columns]]
field = "formule"
label = "Formule"
type = "checkbox"
boxes_mm = {{ loisir = [142, 9], competition = [164, 9] }}
options = {{ loisir = "Loisir", competition = "Compétition" }}
tariffs = {{ loisir = "185", competition = "210,00" }}

[sum]
total = "total"
tariffs = {{ maillots = "25" }}
adds = ["don"]
lines = {{ maillots = "prix_maillots" }}

[people]
named = ["enfant_nom", "enfant_prenom"]
"""


def family_form(folder: Path, *changes: tuple[str, str]) -> Form:
    """The form, made in a folder, with some of its text replaced."""
    place = folder / "famille"
    place.mkdir(parents=True)
    text = FORM_TOML
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    (place / "form.toml").write_text(text, "utf-8")
    (place / "blank.pdf").write_bytes(_blank())
    return load_form(place)


def _blank() -> bytes:
    data = BytesIO()
    canvas = Canvas(data, pagesize=(210 * mm, 297 * mm), invariant=True)

    def write(x: float, y: float, words: str, size: int = 11) -> None:
        canvas.setFont("Helvetica", size)
        canvas.drawString(x * mm, (297 - y) * mm, words)

    write(20, 25, "FICHE FAMILLE - CLUB NAUTIQUE DU LAC", 20)
    write(20, 36, "Saison 2018-2019, inscription des enfants aux cours de voile", 13)
    write(20, 46, "À rendre au secrétariat avant le 15 septembre, avec le règlement.", 11)
    write(20, 63, "Courriel :")
    write(20, 80, "Les enfants que nous inscrivons (une ligne par enfant) :", 12)
    for x, words in ((21, "Nom"), (73, "Prénom"), (115, "Âge"), (141, "Loisir"), (162, "Compét.")):
        write(x, 90, words, 9)
    canvas.setLineWidth(0.6)
    for y in [92, *(y + h for y, h in _ROWS_MM)]:
        canvas.line(19 * mm, (297 - y) * mm, 176 * mm, (297 - y) * mm)
    for x in (19, 71, 113, 138, 157, 176):
        canvas.line(x * mm, (297 - 92) * mm, x * mm, (297 - 128) * mm)
    write(20, 140, "Loisir : 185 euros. Compétition : 210 euros pour la saison entière.", 10)
    write(20, 154, "Assurance du club (12,50 euros) :")
    for x, words in ((82, "oui"), (112, "non")):
        canvas.rect(x * mm, (297 - 154) * mm, 4 * mm, 4 * mm)
        write(x + 6, 154, words)
    write(20, 175, "Nombre de maillots :")
    write(98, 175, "à 25 euros, soit")
    write(20, 195, "Don au club :")
    write(20, 215, "Total à régler :")
    write(20, 240, "Nous avons lu le règlement intérieur du club et nous l'acceptons.", 12)
    write(20, 252, "Chèque à l'ordre du Club nautique du Lac, 4 quai des Pêcheurs.", 12)
    write(20, 275, "Les informations recueillies servent à la seule gestion du club.", 9)
    canvas.showPage()
    canvas.save()
    return data.getvalue()


def read(
    field: str, kind: str, value: FieldValue, p: float = 0.99, **others: float
) -> FieldReading:
    """A reading as the machine gives it; ``others`` are further values of a text."""
    text = "" if value is None else str(value)
    listed = [Candidate(value, text, p), *(Candidate(v, v, q) for v, q in others.items())]
    return FieldReading(field, kind, 1, None, text, tuple(listed))


def registered(form: Form, *readings: FieldReading) -> Registration:
    """A family that left empty what is not told, in no row of the table."""
    empty = [
        read("email", "email", ""),
        read("assurance", "checkbox", "non"),
        read("maillots", "count", 0),
        read("prix_maillots", "amount", None),
        read("don", "amount", None),
        read("total", "amount", None),
    ]
    given = {r.field for r in readings}
    whole = (*(r for r in empty if r.field not in given), *readings)
    return Registration(form.id, 1, whole, roles=form.roles)


def child(
    row: int, surname: str, given: str, formule: str, *, p: float = 0.99
) -> list[FieldReading]:
    """What stands in a row of the table."""
    return [
        read(f"enfant_nom.{row}", "surname", surname, p),
        read(f"enfant_prenom.{row}", "given_name", given, p),
        read(f"age.{row}", "age", 9),
        read(f"formule.{row}", "checkbox", formule, p),
    ]
