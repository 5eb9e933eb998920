"""A form with combs, drawn for the tests, and its pages filled in by invented people."""

from collections.abc import Callable
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from pipeline.config import Settings
from pipeline.geometry import BoxMm
from pipeline.process import process_document
from pipeline.records import Outcome, Registration, Source

MM = 72 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM
FORM = "bulletin"
Drawing = Callable[[Canvas], None]
LINES = {
    "nom": ("person", "Nom", 40, [(60, 125, 25)]),
    "service": ("organisation", "Association", 52, [(60, 120, 0)]),
    "code": ("postal_code", "Code", 64, [(60, 25, 5)]),
    "naissance": ("birth_date", "Naissance", 76, [(60, 10, 2), (73, 10, 2), (86, 20, 4)]),
    "telephone": ("phone", "Tel", 88, [(60, 50, 10)]),
    "membre": ("person", "Membre", 100, [(40, 50, 0)]),
    "tuteur": ("person", "Tuteur", 100, [(112, 50, 0)]),
    "gauche": ("organisation", "Deux", 112, [(40, 50, 0)]),
    "droite": ("organisation", "", 112, [(90, 50, 0)]),
}
"""By field: its type, label and top, and of each line its left, width and cells; 0: no comb."""
LABELS = {"tuteur": 96}
_BELOW = (
    "Les données recueillies servent à la gestion des adhésions, et à rien d'autre.",
    "Vous pouvez demander leur rectification au secrétariat, 4 rue du Lavoir, 35000 Rennes.",
    "Cotisation annuelle : 25 euros. Chèque à l'ordre des Amis du Ruisseau.",
    "Le présent bulletin est à renvoyer avant le 15 septembre, avec le règlement.",
    "Signature de l'adhérent, précédée de la mention Lu et approuvé :",
)
_HIGH = 8


def text_at(x_mm: float, y_mm: float, text: str, *, size: float = 11) -> Drawing:
    """The text with its base line so far below the paper's top."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", size)
        canvas.drawString(x_mm * MM, HEIGHT - y_mm * MM, text)

    return draw


def line(field: str, n: int = 0) -> BoxMm:
    _, _, y, groups = LINES[field]
    x, width, _ = groups[n]
    return BoxMm(x, y, width, _HIGH)


def spelled(field: str, text: str, *, n: int = 0, pitch_mm: float = 5, at_mm: float = 1) -> Drawing:
    """Each letter by itself, so far from the left of its cell; a blank leaves one empty."""
    box = line(field, n)

    def draw(canvas: Canvas) -> None:
        for i, char in enumerate(text):
            if not char.isspace():
                text_at(box.x + i * pitch_mm + at_mm, box.y + 5.8, char)(canvas)

    return draw


def print_form(canvas: Canvas) -> None:
    text_at(20, 20, "Bulletin d'adhésion, Les Amis du Ruisseau", size=18)(canvas)
    text_at(20, 29, "À remplir en lettres capitales, une lettre par case. Merci !")(canvas)
    for field, (_, label, y, groups) in LINES.items():
        text_at(LABELS.get(field, 18), y + 5.8, label)(canvas)
        for x, width, cells in groups:
            canvas.setLineWidth(0.5)
            canvas.line(x * MM, HEIGHT - (y + 8) * MM, (x + width) * MM, HEIGHT - (y + 8) * MM)
            for i in range(cells + 1 if cells else 0):
                at = (x + i * width / cells) * MM
                canvas.line(at, HEIGHT - (y + 8) * MM, at, HEIGHT - (y + 4.5) * MM)
    for i, text in enumerate(_BELOW):
        text_at(20, 150 + 14 * i, text)(canvas)
    text_at(20, 270, "Association Les Amis du Ruisseau, 4 rue du Lavoir, 35000 Rennes", size=14)(
        canvas
    )


def make_form(root: Path, *, combed: bool = True) -> Settings:
    """Write the form into a folder of forms; ``combed``: its combs are told."""
    folder = root / FORM
    folder.mkdir(parents=True)
    _save(folder / "blank.pdf", print_form)
    toml = [f'id = "{FORM}"\ntitle = "Bulletin"\n']
    for field, (kind, label, y, groups) in LINES.items():
        lines = ", ".join(f"[{x}, {y}, {width}, {_HIGH}]" for x, width, _ in groups)
        toml.append(f'[[zones]]\nfield = "{field}"\ntype = "{kind}"\nlabel = "{label}"')
        toml.append(f"lines_mm = [{lines}]")
        if combed and groups[0][2]:
            toml.append(f"comb = {[cells for _, _, cells in groups]}")
    (folder / "form.toml").write_text("\n".join(toml), "utf-8")
    return Settings(forms=(root,), form=FORM)


def read(path: Path, settings: Settings, *drawings: Drawing, rotate: int = 0) -> Registration:
    """The form with drawings over it, read; the page is shown so many degrees turned."""
    _save(path, print_form, *drawings, rotate=rotate)
    return only(process_document(Source(path.name, path, ""), settings))


def only(outcome: Outcome) -> Registration:
    assert outcome.rejections == ()
    (registration,) = outcome.registrations
    return registration


def _save(path: Path, *drawings: Drawing, rotate: int = 0) -> None:
    # reportlab gives a page that is shown sideways the size it has as shown.
    canvas = Canvas(str(path), pagesize=(HEIGHT, WIDTH) if rotate % 180 else (WIDTH, HEIGHT))
    canvas.setPageRotation(rotate)
    for draw in drawings:
        draw(canvas)
    canvas.showPage()
    canvas.save()
