"""Many forms of invented associations: drawn, with their ``form.toml``, some of them near-alike.

Every kind of layout comes again and again with other words; every fifth form is another edition of
the one before it, with another date and other tariffs and nothing else.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from pipeline.forms.schema import Form, load_form
from pipeline.text import fold

_PT_PER_MM = 72 / 25.4
_PLACES = (
    "Rennes", "Vannes", "Quimper", "Laval", "Angers", "Cholet", "Saumur", "Nantes", "Redon",
    "Dinan", "Fougères", "Lorient", "Brest", "Morlaix", "Auray", "Pontivy", "Guingamp", "Lannion",
)  # fmt: skip
_CLUBS = (
    "Club de judo", "Chorale", "Amicale laïque", "Foyer rural", "Cercle nautique", "Harmonie",
    "Comité des fêtes", "Atelier théâtre", "Union cycliste", "Maison des jeunes", "Société de tir",
    "Jardins familiaux", "Cinéclub", "Tennis club", "Ludothèque", "Secours mutuel", "Randonneurs",
)  # fmt: skip
_OCCASIONS = (
    "Stage d'été", "Assemblée générale", "Journée portes ouvertes", "Repas annuel", "Tournoi",
    "Séjour à la neige", "Vide-grenier", "Sortie en mer", "Marche gourmande", "Colloque régional",
    "Saison sportive", "Atelier du samedi", "Fête de la musique", "Concours de boules", "Loto",
)  # fmt: skip
_ASKED = (
    ("Nom et prénom", "person"), ("Association ou service", "organisation"), ("Courriel", "email"),
    ("Téléphone", "phone"), ("Téléphone portable", "phone"), ("Date de naissance", "birth_date"),
    ("Code postal", "postal_code"), ("Nombre d'adultes", "count"), ("Nombre d'enfants", "count"),
    ("Nombre de repas", "count"), ("Montant du règlement", "amount"), ("Âge", "age"),
    ("Adresse électronique du responsable", "email"), ("Représentant légal", "person"),
    ("Personne à prévenir", "person"), ("Numéro d'urgence", "phone"), ("Date d'arrivée", "date"),
    ("Organisme payeur", "organisation"), ("Acompte versé", "amount"), ("Places en car", "count"),
)  # fmt: skip
_WORDS = (
    "inscription", "adhérent", "règlement", "intérieur", "participation", "chèque", "ordre",
    "association", "séance", "matin", "après-midi", "enfants", "parents", "autorisation", "image",
    "assurance", "responsabilité", "civile", "certificat", "médical", "bureau", "permanence",
    "mairie", "salle", "municipale", "avant", "retour", "dossier", "complet", "remboursement",
    "absence", "justifiée", "cotisation", "annuelle", "licence", "fédération", "transport",
    "prévu", "covoiturage", "repas", "froid", "chaud", "végétarien", "boisson", "comprise",
    "hébergement", "dortoir", "duvet", "matériel", "fourni", "tenue", "chaussures",
    "obligatoires", "encadrement", "bénévoles", "animateurs", "diplômés", "horaires", "précisés",
    "courrier", "signature", "précédée", "mention", "lu", "approuvé", "copie", "conserver",
    "document", "original", "joindre", "enveloppe",
)  # fmt: skip

_Spot = tuple[float, float, float, float]


class _Paper:
    """A form while it is drawn, in mm from the page's top left: its print, and its zones."""

    def __init__(self, path: Path, size_pt: tuple[float, float]) -> None:
        self.width, self.height = (v / _PT_PER_MM for v in size_pt)
        self._canvas = Canvas(str(path), size_pt, invariant=True)
        self.page = 1
        self.zones: list[tuple[str, str, int, _Spot, str]] = []

    def text(self, x: float, y: float, words: str, size: float = 10, font: str = "") -> float:
        """Where it ends."""
        font = font or "Helvetica"
        self._canvas.setFont(font, size)
        self._canvas.drawString(x * _PT_PER_MM, (self.height - y) * _PT_PER_MM, words)
        return x + self._canvas.stringWidth(words, font, size) / _PT_PER_MM

    def line(self, x: float, y: float, to_x: float, to_y: float, *, dotted: bool = False) -> None:
        self._canvas.setDash([0.8, 2.4] if dotted else [])
        self._canvas.setLineWidth(0.8)
        ends = (x, self.height - y, to_x, self.height - to_y)
        self._canvas.line(*(v * _PT_PER_MM for v in ends))

    def band(self, x: float, y: float, w: float, h: float, grey: float) -> None:
        self._canvas.setFillGray(grey)
        corner = (x, self.height - y - h, w, h)
        self._canvas.rect(*(v * _PT_PER_MM for v in corner), stroke=0, fill=1)
        self._canvas.setFillGray(0)

    def frame(self, x: float, y: float, w: float, h: float) -> None:
        for x0, y0, x1, y1 in ((x, y, x + w, y), (x, y + h, x + w, y + h)):
            self.line(x0, y0, x1, y1)
        for at in (x, x + w):
            self.line(at, y, at, y + h)

    def zone(self, label: str, kind: str, spot: _Spot) -> None:
        name = f"{fold(label).replace(' ', '_').replace(chr(39), '_')}_{len(self.zones)}"
        self.zones.append((name, kind, self.page, spot, label))

    def tick(self, label: str, x: float, y: float) -> None:
        self.frame(x, y - 3.4, 3.6, 3.6)
        self.text(x + 5.5, y, label)
        self.zone(label, "checkbox", (x, y - 3.4, 3.6, 3.6))

    def turn_over(self) -> None:
        self._canvas.showPage()
        self.page += 1

    def save(self) -> None:
        self._canvas.save()


class _Words:
    """What an association says on its form; ``edition`` changes date and tariffs alone."""

    def __init__(self, seed: int, edition: int) -> None:
        self.rng = np.random.default_rng([seed, 18])
        self._edition = np.random.default_rng([seed, edition, 19])
        self.club = f"{self.pick(_CLUBS)} de {self.pick(_PLACES)}"
        self.occasion = self.pick(_OCCASIONS)

    def pick(self, options: Sequence[str]) -> str:
        return options[int(self.rng.integers(len(options)))]

    def asked(self, count: int) -> list[tuple[str, str]]:
        return [_ASKED[i] for i in self.rng.choice(len(_ASKED), count, replace=False)]

    def sentence(self) -> str:
        words = " ".join(self.rng.choice(_WORDS, int(self.rng.integers(8, 14))))
        return words.capitalize() + "."

    def date(self) -> str:
        day, month = self._edition.integers(1, [28, 12])
        return f"{day:02d}/{month:02d}/20{self._edition.integers(18, 29)}"

    def euros(self) -> str:
        return f"{self._edition.integers(5, 90)},{self._edition.integers(10, 99)} €"


def _head(paper: _Paper, words: _Words, y: float = 18) -> float:
    paper.text(18, y, words.club, 15, "Helvetica-Bold")
    paper.text(18, y + 8, f"Fiche d'inscription : {words.occasion} du {words.date()}", 11)
    return y + 18


def _paragraph(paper: _Paper, words: _Words, y: float, lines: int, size: float = 8.5) -> float:
    for _ in range(lines):
        paper.text(18, y, words.sentence(), size)
        y += 0.5 * size
    return y + 4


def _dotted(paper: _Paper, words: _Words, y: float, count: int, right: float = 0) -> float:
    for label, kind in words.asked(count):
        end = paper.text(18, y, f"{label} :") + 2
        to = (right or paper.width - 18) - float(words.rng.integers(0, 30))
        paper.line(end, y + 0.3, to, y + 0.3, dotted=True)
        paper.zone(label, kind, (end, y - 7, to - end, 9))
        y += 10.5
    return y + 2


def _letter(paper: _Paper, words: _Words) -> None:
    y = _paragraph(paper, words, _head(paper, words), int(words.rng.integers(3, 8)))
    y = _dotted(paper, words, y, int(words.rng.integers(6, 10)))
    paper.text(18, y, f"Tarif : {words.euros()} par adulte, {words.euros()} par enfant", 10)
    paper.tick("Chèque joint", 18, y + 9)
    paper.tick("Virement", 80, y + 9)
    _paragraph(paper, words, y + 20, int(words.rng.integers(2, 7)))


def _table(paper: _Paper, words: _Words) -> None:
    y = _paragraph(paper, words, _head(paper, words), int(words.rng.integers(1, 5)))
    paper.band(18, y, 174, 8, 0.85)
    wide = (70.0, 44.0, 60.0)
    heads = ("Nom et prénom", "Date de naissance", "Téléphone")
    rows = int(words.rng.integers(4, 9))
    x = 18.0
    for head, w in zip(heads, wide, strict=True):
        paper.text(x + 2, y + 5.5, head, 9, "Helvetica-Bold")
        paper.frame(x, y, w, 8 + 10 * rows)
        x += w
    for row in range(rows):
        top = y + 8 + 10 * row
        paper.line(18, top, 192, top)
        paper.zone(f"Personne {row + 1}", "person", (19, top + 0.5, 68, 9))
        paper.zone(f"Née {row + 1}", "birth_date", (89, top + 0.5, 42, 9))
    y = _dotted(paper, words, y + 18 + 10 * rows, int(words.rng.integers(2, 5)))
    paper.text(18, y, f"Participation : {words.euros()}, soit en deux fois {words.euros()}", 10)
    _paragraph(paper, words, y + 8, int(words.rng.integers(2, 6)))


def _bands(paper: _Paper, words: _Words) -> None:
    paper.band(0, 0, paper.width, 22, 0.35)
    y = _head(paper, words, 32)
    for title in ("LE PARTICIPANT", "LE RESPONSABLE LÉGAL", "RÈGLEMENT")[
        : 2 + words.rng.integers(2)
    ]:
        paper.band(18, y, 174, 7, 0.2 + 0.5 * float(words.rng.random()))
        paper.text(20, y + 11.5, title, 9, "Times-Bold")
        y = _dotted(paper, words, y + 20, int(words.rng.integers(2, 5)))
    paper.text(18, y, f"À verser avant le {words.date()} : {words.euros()}", 10, "Times-Roman")
    _paragraph(paper, words, y + 8, int(words.rng.integers(3, 8)))


def _boxes(paper: _Paper, words: _Words) -> None:
    y = _paragraph(paper, words, _head(paper, words), int(words.rng.integers(2, 6)), 9)
    for label, kind in words.asked(int(words.rng.integers(5, 8))):
        paper.text(18, y, label, 9, "Times-Roman")
        w = float(words.rng.integers(70, 170))
        paper.frame(18, y + 2, w, 10)
        paper.zone(label, kind, (19, y + 2.5, w - 2, 9))
        y += 18
    paper.text(18, y, f"Ci-joint un chèque de {words.euros()} ou de {words.euros()}", 10)
    paper.tick("J'accepte le règlement", 18, y + 8)


def _wide(paper: _Paper, words: _Words) -> None:
    y = _head(paper, words)
    middle = paper.width / 2
    _dotted(paper, words, y, int(words.rng.integers(6, 11)), right=middle - 4)
    paper.line(middle, y - 6, middle, paper.height - 15)
    for _ in range(int(words.rng.integers(9, 20))):
        paper.text(middle + 6, y, " ".join(words.sentence().split()[:9]), 8.5, "Times-Roman")
        y += 6
    paper.text(middle + 6, y + 4, f"{words.date()} : {words.euros()}", 14, "Helvetica-Bold")


def _two_pages(paper: _Paper, words: _Words) -> None:
    y = _head(paper, words)
    _paragraph(paper, words, y, int(words.rng.integers(20, 34)), 9.5)
    paper.turn_over()
    _letter(paper, words)


_KINDS: tuple[Callable[[_Paper, _Words], None], ...] = (
    _letter, _table, _bands, _boxes, _wide, _two_pages
)  # fmt: skip


def draw_form(folder: Path, number: int, *, seed: int = 0) -> Form:
    """The ``number``th form of a world of forms, in a folder of its own."""
    editions = number % 5 == 4
    like = number - 1 if editions else number
    kind = _KINDS[like % len(_KINDS)]
    own = folder / f"form-{number:02d}"
    own.mkdir(parents=True)
    size = landscape(A4) if kind is _wide else A4
    paper = _Paper(own / "blank.pdf", size)
    words = _Words(1000 * seed + like, 1 if editions else 0)
    kind(paper, words)
    paper.save()
    lines = [f'id = "{own.name}"', f'title = "{words.club}, {words.occasion}"']
    for name, type_, page, spot, label in paper.zones:
        box = "[" + ", ".join(f"{v:.1f}" for v in spot) + "]"
        where = f"boxes_mm = {{ oui = {box} }}" if type_ == "checkbox" else f"lines_mm = [{box}]"
        lines += ["", "[[zones]]", f'field = "{name}"', f'label = "{label}"', f'type = "{type_}"']
        lines += [f"page = {page}", where]
    (own / "form.toml").write_text("\n".join(lines) + "\n", "utf-8")
    return load_form(own)
