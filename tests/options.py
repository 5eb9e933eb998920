"""A form of options for tests: boxes and cells of 4 to 60 mm, words to ring or to strike out, a
place to sign and one for a photo."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from pipeline.forms.schema import Form, load_form

MM = 72 / 25.4
HIGH = 297.0
Rectangle = tuple[float, float, float, float]

CELLS: dict[str, Rectangle] = {
    "petite": (20.0, 70.0, 4.0, 4.0),
    "moyenne": (60.0, 69.0, 6.0, 6.0),
    "grande": (100.0, 66.0, 10.0, 10.0),
    "enorme": (150.0, 62.0, 14.0, 16.0),
}
ROWS: dict[str, Rectangle] = {
    "lundi": (20.0, 92.0, 56.0, 7.0),
    "mardi": (76.0, 92.0, 56.0, 7.0),
    "jeudi": (132.0, 92.0, 60.0, 7.0),
    "vendredi": (20.0, 99.0, 56.0, 7.0),
    "samedi": (76.0, 99.0, 56.0, 7.0),
    "dimanche": (132.0, 99.0, 60.0, 7.0),
}
WORDS: dict[str, Rectangle] = {"oui": (90.0, 118.0, 7.0, 4.5), "non": (104.0, 118.0, 8.0, 4.5)}
MEALS: dict[str, Rectangle] = {
    "matin": (60.0, 132.0, 12.0, 4.5),
    "midi": (82.0, 132.0, 9.0, 4.5),
    "soir": (101.0, 132.0, 8.5, 4.5),
}
BRINGS: dict[str, Rectangle] = {"oui": (90.0, 146.0, 4.0, 4.0), "non": (120.0, 146.0, 4.0, 4.0)}
SIGNED: Rectangle = (120.0, 205.0, 60.0, 25.0)
PHOTO: Rectangle = (20.0, 190.0, 35.0, 45.0)
NAME: Rectangle = (45.0, 42.0, 120.0, 9.0)
PLACE: Rectangle = (45.0, 240.0, 65.0, 9.0)
"""A line beside and below the signature's place."""


def _box(canvas: Canvas, box: Rectangle) -> None:
    x, y, wide, high = box
    canvas.rect(x * MM, (HIGH - y - high) * MM, wide * MM, high * MM)


def _say(canvas: Canvas, x: float, y: float, text: str, size: float = 11) -> None:
    canvas.setFont("Helvetica", size)
    canvas.drawString(x * MM, (HIGH - y) * MM, text)


def _dots(canvas: Canvas, line: Rectangle) -> None:
    x, y, wide, high = line
    _say(canvas, x, y + 0.72 * high, "." * int(wide / 1.08))


def draw_blank(path: Path) -> None:
    canvas = Canvas(str(path), pagesize=A4, invariant=True)
    canvas.setLineWidth(0.7)
    _say(canvas, 20, 22, "Club des Sentiers du Val Doré", 18)
    _say(canvas, 20, 32, "Inscription à la saison, à rendre signée avant la rentrée", 12)
    _say(canvas, 20, 48, "Nom et prénom :", 10)
    _dots(canvas, NAME)
    _say(canvas, 20, 60, "Votre formule (une seule case) :")
    for option, box in CELLS.items():
        _box(canvas, box)
        _say(canvas, box[0] + box[2] + 3, box[1] + box[3] / 2 + 1.5, option.capitalize())
    _say(canvas, 20, 88, "Jours où vous venez, à cocher dans le tableau :")
    for option, box in ROWS.items():
        _box(canvas, box)
        _say(canvas, box[0] + 1, box[1] + 4.5, option, 7)
    _say(canvas, 20, 121.5, "Droit à l'image (entourer) :")
    _say(canvas, 20, 135.5, "Repas (entourer) :")
    for option, box in (WORDS | MEALS).items():
        _say(canvas, box[0] + 0.5, box[1] + 3.5, option)
    _say(canvas, 98.6, 121.5, "/")
    _say(canvas, 20, 149.5, "Je viens avec mon vélo :")
    for option, box in BRINGS.items():
        _box(canvas, box)
        _say(canvas, box[0] + 6, box[1] + 3.5, option.capitalize())
    _say(
        canvas, 20, 165, "Le club décline toute responsabilité en cas de vol d'un vélo laissé sans"
    )
    _say(
        canvas,
        20,
        170,
        "surveillance. Les sorties ont lieu par tous les temps, sauf en cas d'orage.",
    )
    _say(canvas, 24, 212, "Photo d'identité", 9)
    _box(canvas, PHOTO)
    _say(canvas, 120, 202, "Signature de l'adhérent ou du représentant légal :", 9)
    _box(canvas, SIGNED)
    _say(canvas, 20, 246, "Fait à :", 10)
    _dots(canvas, PLACE)
    _say(
        canvas,
        20,
        270,
        "Bulletin à rendre au local, 3 rue des Tanneurs, le mercredi de 17 h à 19 h",
    )
    _say(canvas, 20, 275, "Les inscriptions sont prises dans l'ordre d'arrivée, sans réservation.")
    canvas.showPage()
    canvas.save()


def _places(boxes: dict[str, Rectangle]) -> str:
    return "{ " + ", ".join(f"{name} = {list(box)}" for name, box in boxes.items()) + " }"


def _zone(field: str, kind: str, where: str) -> str:
    return f'[[zones]]\nfield = "{field}"\ntype = "{kind}"\nlabel = "{field}"\n{where}\n'


def form_toml(name: str = "options") -> str:
    head = f'id = "{name}"\ntitle = "Saison du club"\n'
    zones = [
        _zone("nom", "organisation", f"lines_mm = [{list(NAME)}]"),
        _zone("formule", "choice", f"boxes_mm = {_places(CELLS)}"),
        _zone("jours", "ticks", f"boxes_mm = {_places(ROWS)}"),
        _zone("image", "yes_no", f"words_mm = {_places(WORDS)}"),
        _zone("repas", "ticks", f"words_mm = {_places(MEALS)}"),
        _zone("velo", "yes_no", f"boxes_mm = {_places(BRINGS)}"),
        _zone("photo", "photo", f"boxes_mm = {_places({'oui': PHOTO})}"),
        _zone("signature", "signature", f"boxes_mm = {_places({'oui': SIGNED})}"),
        _zone("lieu", "organisation", f"lines_mm = [{list(PLACE)}]"),
    ]
    return head + "\n".join(zones)


def write_form(folder: Path) -> Path:
    """The form's folder in a folder of forms."""
    own = folder / "options"
    own.mkdir(parents=True)
    (own / "form.toml").write_text(form_toml(), "utf-8")
    draw_blank(own / "blank.pdf")
    return own


@cache
def options_form() -> Form:
    return load_form(write_form(Path(mkdtemp(prefix="options-"))))
