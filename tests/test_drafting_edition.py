"""The next edition of a form: zones follow the print beside them, the rest is told or asked."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.drafting import edits
from pipeline.drafting.changes import changes
from pipeline.drafting.doubts import doubts
from pipeline.drafting.draft import draft_of
from pipeline.drafting.edition import next_edition
from pipeline.drafting.records import Sheet
from pipeline.drafting.sheets import sheets
from pipeline.drafting.write import toml_of
from pipeline.geometry import BoxMm
from pipeline.paths import SHIPPED_FORM
from tests.small_blanks import SmallBlank, differ_mm

ROWS = ("Nom", "Prénom", "Adresse", "E-mail", "Téléphone", "Nombre de repas", "Total à régler")


@dataclass(frozen=True)
class Layout:
    """A blank: moved and scaled, rows put in before some of its own, prices, words, a day."""

    dx: float = 0.0
    dy: float = 0.0
    scale: float = 1.0
    before: tuple[int, ...] = ()
    renamed: dict[str, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    meal: str = "12,10"
    loisir: str = "185"
    day: str = "samedi 11 avril 2026"

    def x(self, mm: float) -> float:
        return self.dx + self.scale * mm

    def y(self, row: float) -> float:
        """The base line of a row, from 0."""
        inserted = sum(9.0 for n in self.before if n <= row)
        return self.dy + self.scale * (42 + 11 * row + inserted)

    def box(self, box: BoxMm) -> BoxMm:
        """Where what stood there on the plain layout stands on this one."""
        row = (box.y + box.h / 2 - 42 + 3) / 11
        shift = sum(9.0 for n in self.before if n <= row + 0.5)
        s = self.scale
        return BoxMm(self.x(box.x), self.dy + s * (box.y + shift), box.w * s, box.h * s)


PLAIN = Layout()


def drawn(layout: Layout, path: Path) -> Path:
    s = layout.scale
    with SmallBlank(path) as blank:
        head = f"Bulletin d'inscription, stage du {layout.day}"
        blank.text(layout.x(20), layout.y(-1.8), head, font="Helvetica-Bold", size=13 * s)
        for n, row in enumerate(ROWS):
            if row in layout.gone:
                continue
            label = layout.renamed.get(row, row)
            y = layout.y(n)
            end = blank.text(layout.x(20), y, f"{label} :", size=10 * s)
            right = 80 if row.startswith(("Nombre", "Total")) else 150
            blank.rule(end + 2 * s, y + s, layout.x(right))
            if row.startswith("Nombre"):
                blank.text(layout.x(84), y, f"x {layout.meal} €", size=10 * s)
        for n in layout.before:
            y = layout.y(n) - 9 * s
            blank.rule(blank.text(layout.x(20), y, f"Ajout {'ABCDEFGH'[n]} :", size=10 * s) + 2 * s,
                       y + s, layout.x(150))  # fmt: skip
        _choice(blank, layout)
        for n in range(6):
            line = "Les inscriptions sont prises dans l'ordre de leur arrivée au club."
            blank.text(layout.x(20), layout.y(12 + n / 2), line, size=10 * s)
    return path


def _choice(blank: SmallBlank, layout: Layout) -> None:
    s = layout.scale
    blank.text(layout.x(20), layout.y(8), "Formule", font="Helvetica-Bold", size=11 * s)
    for n, option in enumerate((f"Loisir {layout.loisir} €", "Compétition 210,50 €")):
        y = layout.y(9 + n)
        blank.frame(layout.x(22), y - 3.5 * s, 4 * s, 4 * s)
        blank.text(layout.x(30), y, option, size=10 * s)


@cache
def _sheets(plain: bool) -> tuple[Sheet, ...]:
    return of(PLAIN)


def of(layout: Layout) -> tuple[Sheet, ...]:
    with TemporaryDirectory() as folder:
        return sheets(drawn(layout, Path(folder) / "blank.pdf"))


@cache
def known() -> tuple[str, tuple[Sheet, ...]]:
    """The form of the plain layout."""
    before = of(PLAIN)
    return toml_of(draft_of(before, form_id="stage")), before


def edition(layout: Layout, text: str = "") -> str:
    drafted, before = known()
    return next_edition(text or drafted, before, of(layout), form_id="stage-2", edition_of="stage")


def places(text: str) -> dict[str, list[BoxMm]]:
    zones: dict[str, Any] = tomllib.loads(text)
    return {z["field"]: [BoxMm(*box) for box in edits.boxes_of(z)] for z in zones["zones"]}


@settings(max_examples=12, deadline=None)
@given(
    dx=st.floats(-8, 12),
    dy=st.floats(-6, 15),
    scale=st.sampled_from([0.98, 1.0, 1.02]),
    before=st.sets(st.integers(0, 7), max_size=3).map(sorted).map(tuple),
    off=st.floats(-1.0, 1.0),
)
def test_zones_stand_at_their_labels_wherever_these_went(
    dx: float, dy: float, scale: float, before: tuple[int, ...], off: float
) -> None:
    layout = Layout(dx, dy, scale, before)
    text, _ = known()
    zones = places(text)
    assert len(zones) == 8
    for n, boxes in enumerate(zones.values()):  # as a hand drew them
        for at, box in enumerate(boxes):
            key = "lines_mm" if len(boxes) == 1 else "boxes_mm"
            entry = str(at) if key == "lines_mm" else ("loisir", "competition")[at]
            where = edits.Spot(f"zones.{n}", key, entry)
            text = edits.put(text, where, BoxMm(box.x + off / 2, box.y + off, box.w, box.h))
    made = places(edition(layout, text))
    for name, boxes in places(text).items():
        for box, new in zip(boxes, made[name], strict=True):
            assert differ_mm(layout.box(box), new) <= 0.5, (name, layout.box(box), new)
    assert len(made) == 8 + len(before)


def zone(text: str, name: str) -> dict[str, Any]:
    zones: list[dict[str, Any]] = tomllib.loads(text)["zones"]
    return next(zone for zone in zones if zone["field"] == name)


def told(text: str) -> list[str]:
    """What changed, with plain spaces."""
    return [said.replace("\N{NO-BREAK SPACE}", " ") for said in changes(known()[0], text)]


def doubted(text: str) -> dict[str, str]:
    """Why zones are to be looked at, by their fields."""
    zones = tomllib.loads(text)["zones"]
    said = doubts(text)
    return {
        zones[int(at.split(".")[1])]["field"]: why.replace("\N{NO-BREAK SPACE}", " ")
        for at, why in said.items()
        if "zones" in at
    }


def test_the_same_blank_gives_the_same_form_under_its_new_name() -> None:
    text, _ = known()
    named = text.replace('id = "stage"', 'id = "stage-2"\nedition_of = "stage"')
    assert edition(PLAIN) == named


def test_the_shipped_form_follows_its_own_blank_to_the_hair() -> None:
    text = (SHIPPED_FORM / "form.toml").read_text("utf-8")
    blank = sheets(SHIPPED_FORM / "blank.pdf")
    made = next_edition(text, blank, blank, form_id="mais-2", edition_of="mais-2018-02-02")
    named = text.replace("\nid = ", '\nid = "mais-2"\nedition_of = ').split("\n")
    assert [line for line in made.split("\n") if line not in named] == []
    assert not doubts(made)


def test_a_label_that_is_another_or_gone_is_doubtful_and_told() -> None:
    layout = Layout(renamed={"Téléphone": "Portable du père"}, gone=("E-mail",))
    text = edition(layout)
    assert "s'appelle maintenant « Portable du père »" in doubted(text)["telephone"]
    assert "« E-mail » n'est plus imprimé" in doubted(text)["courriel"]
    assert set(doubted(text)) == {"telephone", "courriel"}
    assert zone(text, "telephone")["label"] == "Portable du père"
    assert told(text) == [
        "« Téléphone » s'appelle maintenant « Portable du père ».",
        "Déplacé de plus de 1 mm : Portable du père.",
    ]


def test_day_and_tariffs_are_those_of_the_new_print() -> None:
    text = edition(Layout(day="dimanche 11 avril 2027", meal="13", loisir="190"))
    data = tomllib.loads(text)
    assert data["title"] == "Bulletin d'inscription, stage du dimanche 11 avril 2027"
    assert f"{data['event']['date']}" == "2027-04-11"
    assert data["sum"]["tariffs"] == {"repas": "13"}
    assert zone(text, "formule")["tariffs"] == {"loisir": "190", "competition": "210,50"}
    assert not doubts(text)
    assert told(text) == [
        "Le jour est le 11 avril 2027, et non plus le 11 avril 2026.",
        "Le titre est « Bulletin d'inscription, stage du dimanche 11 avril 2027 ».",
        "Nombre de repas : 12,10 € → 13 €.",
        "Formule, Loisir : 185 € → 190 €.",
    ]


def test_a_tariff_that_the_old_print_did_not_say_is_left_and_doubted() -> None:
    text, _ = known()
    changed = text.replace('repas = "12,10"', 'repas = "11"')
    made = edition(Layout(meal="13"), changed)
    assert tomllib.loads(made)["sum"]["tariffs"] == {"repas": "11"}
    assert "le nouveau vierge 13,00 €" in doubted(made)["repas"]


def test_what_is_new_is_put_in_and_doubted() -> None:
    text = edition(Layout(before=(2,)))
    assert zone(text, "ajout_c")["type"] == "text"
    assert list(doubted(text)) == ["ajout_c"]
    assert "« Ajout C » est ajouté." in told(text)


def test_a_place_that_the_form_left_out_stays_out() -> None:
    text, _ = known()
    n = [zone["field"] for zone in tomllib.loads(text)["zones"]].index("adresse")
    made = edition(Layout(dy=7, before=(1,)), edits.delete(text, f"zones.{n}"))
    assert list(doubted(made)) == ["ajout_b"]


def test_comments_and_keys_stay() -> None:
    text, _ = known()
    kept = text.replace('field = "repas"', '# What they eat.\nfield = "repas"\nrole = "none"  # so')
    made = edition(Layout(dx=4, day="11 avril 2027"), kept)
    assert '# What they eat.\nfield = "repas"\nrole = "none"  # so' in made


def test_another_form_s_blank_is_refused(tmp_path: Path) -> None:
    text, before = known()
    with SmallBlank(tmp_path / "other.pdf") as blank:
        blank.text(20, 30, "Pétition pour le stade")
        blank.rule(20, 50, 150)
    other = sheets(tmp_path / "other.pdf")
    with pytest.raises(ValueError, match="en faire un nouveau modèle"):
        next_edition(text, before, other, form_id="x", edition_of="stage")
