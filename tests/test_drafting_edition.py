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

from pipeline.drafting import blocks, edits, prices, regroup
from pipeline.drafting.arithmetic import Fee, fee_of
from pipeline.drafting.changes import changes
from pipeline.drafting.doubts import doubts, settled
from pipeline.drafting.draft import draft_of
from pipeline.drafting.edition import next_edition
from pipeline.drafting.prices import Choice
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
    options: tuple[str, ...] = ()
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
    usual = (f"Loisir {layout.loisir} €", "Compétition 210,50 €")
    for n, option in enumerate(layout.options or usual):
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


def grid(path: Path, *, top: float = 60.0, rows: int = 3, pages: int = 1) -> Path:
    """A table of people, on the last of some pages."""
    with SmallBlank(path) as blank:
        for _ in range(pages - 1):
            blank.text(20, 30, "Le club vous invite à sa grande fête de printemps")
            blank.prose(50, lines=8)
            blank.canvas.showPage()
            blank.canvas.setLineWidth(0.6)
        blank.text(20, 30, "Bulletin d'inscription aux journées du club", size=13)
        blank.text(20, 40, "Une ligne pour chaque personne, en capitales s'il vous plaît")
        for n, head in enumerate(("Nom", "Prénom", "Âge")):
            blank.frame(20 + 50 * n, top, 50, 8)
            blank.text(22 + 50 * n, top + 5.5, head)
        for row in range(rows):
            blank.cells(20, top + 8 + 9 * row, 50, 9, 3)
        blank.text(20, top + 90, "Fait à Vitré, le jour de la fête du village")
        blank.prose(top + 100, lines=6)
    return path


@pytest.fixture
def table(tmp_path: Path) -> tuple[str, tuple[Sheet, ...]]:
    before = sheets(grid(tmp_path / "table.pdf"))
    return toml_of(draft_of(before, form_id="fete")), before


def rows_of(text: str) -> Any:
    (table,) = tomllib.loads(text)["tables"]
    return table["rows_mm"]


def test_a_table_follows_its_heads(table: tuple[str, tuple[Sheet, ...]], tmp_path: Path) -> None:
    text, before = table
    after = sheets(grid(tmp_path / "new.pdf", top=75))
    made = next_edition(text, before, after, form_id="x", edition_of="fete")
    shifts = [b[0] - a[0] for a, b in zip(rows_of(text), rows_of(made), strict=True)]
    assert shifts == pytest.approx([15.0] * 3, abs=0.3)
    assert not doubts(made)
    assert "tables" not in made.replace("[[tables", "")


@pytest.mark.parametrize(("top", "rows"), [(60.0, 5), (72.0, 4), (60.0, 2), (66.0, 2)])
def test_rows_of_a_table_come_and_go_with_those_of_the_print(
    table: tuple[str, tuple[Sheet, ...]], tmp_path: Path, top: float, rows: int
) -> None:
    text, before = table
    after = sheets(grid(tmp_path / "new.pdf", top=top, rows=rows))
    made = next_edition(text, before, after, form_id="x", edition_of="fete")
    wanted = [top + 8 + 9 * row for row in range(rows)]
    assert [row[0] for row in rows_of(made)] == pytest.approx(wanted, abs=0.3)
    assert f"en a {rows} sur ce vierge" in doubts(made)["tables.0"]
    assert any(f"{rows}\u00a0lignes au lieu de 3" in said for said in changes(text, made))


def test_a_row_that_the_form_left_out_stays_out(
    table: tuple[str, tuple[Sheet, ...]], tmp_path: Path
) -> None:
    text, before = table
    text = regroup.without_row(text, "tables.0")
    after = sheets(grid(tmp_path / "new.pdf", top=70))
    made = next_edition(text, before, after, form_id="x", edition_of="fete")
    assert len(rows_of(made)) == 2
    assert not doubts(made)


def facts(path: Path, *, place: str, iban: str, fee: str) -> Path:
    """A blank that says where its day is, to whom one pays, and what all pay."""
    with SmallBlank(path) as blank:
        blank.text(60, 18, "Stage d'échecs de Vitré", font="Helvetica-Bold", size=16)
        blank.text(60, 26, "Samedi 11 avril 2026 de 9 h à 17 h")
        blank.text(60, 32, f"Lieu : {place}")
        for n, row in enumerate(("Nom", "Prénom", "Nombre de repas", "Total à régler")):
            y = 50 + 11 * n
            blank.rule(blank.text(20, y, f"{row} :") + 2, y + 1, 110)
        blank.text(115, 72, "x 12,10 €")
        blank.text(20, 100, f"Adhésion obligatoire de la famille : {fee} €")
        blank.text(20, 110, f"IBAN {iban}")
        blank.prose(130, lines=8)
    return path


@pytest.mark.parametrize(
    ("fee", "box", "is_due"),
    [
        ("Adhésion obligatoire : 10 €", False, True),
        ("Frais de dossier 4,50 €", False, True),
        ("Adhésion obligatoire : 12,10 €", False, True),
        ("Adhésion : 10 €", True, False),
        ("Le badge perdu coûte 10 €", False, False),
    ],
)
def test_only_a_fee_without_a_place_of_its_own_seems_to_be_due_from_all(
    tmp_path: Path, fee: str, box: bool, is_due: bool
) -> None:
    with SmallBlank(tmp_path / "a.pdf") as blank:
        for n, row in enumerate(("Nom", "Prénom", "Nombre de repas", "Total à régler")):
            blank.rule(blank.text(20, 50 + 11 * n, f"{row} :") + 2, 51 + 11 * n, 110)
        blank.text(115, 72, "x 12,10 €")
        blank.text(30, 100, fee)
        for n in range(2 if box else 0):
            blank.frame(22, 96.5 + 8 * n, 4, 4)
        if box:
            blank.text(30, 108, "Licence : 25 €")
        blank.prose(130, lines=8)
    draft = draft_of(sheets(tmp_path / "a.pdf"), form_id="x")
    assert draft.sum
    assert any(fee_of(why) for why in draft.sum.why) is is_due


def test_place_account_and_what_all_pay_are_those_of_the_new_print(tmp_path: Path) -> None:
    ibans = ("FR76 3000 4000 0312 3456 7890 143", "FR76 3000 6000 0112 3456 7890 189")
    before = sheets(facts(tmp_path / "a.pdf", place="salle Du Guesclin", iban=ibans[0], fee="10"))
    after = sheets(facts(tmp_path / "b.pdf", place="salle Jean Moulin", iban=ibans[1], fee="12"))
    draft = draft_of(before, form_id="stage")
    assert draft.sum
    assert fee_of(draft.sum.why[0]) == Fee("Adhésion obligatoire de la famille", 1000, "")
    text = prices.with_fixed(settled(toml_of(draft), "sum"), [Choice("", "Adhésion", "10")])
    made = tomllib.loads(next_edition(text, before, after, form_id="x", edition_of="stage"))
    assert "Jean Moulin" in made["event"]["place"]
    assert made["organiser"]["iban"] == ibans[1].replace(" ", "")
    assert made["sum"]["fixed"] == {"adhesion": "12"}
    own = edits.head(text, {"event.place": "chez Zoé"})
    kept = tomllib.loads(next_edition(own, before, after, form_id="x", edition_of="stage"))
    assert kept["event"]["place"] == "chez Zoé"


def test_zones_of_a_page_that_is_gone_go_and_others_keep_their_page(
    table: tuple[str, tuple[Sheet, ...]], tmp_path: Path
) -> None:
    text, before = table
    after = sheets(grid(tmp_path / "new.pdf", pages=2))
    made = next_edition(text, before, after, form_id="x", edition_of="fete")
    assert [each["page"] for each in tomllib.loads(made)["tables"]] == [2]
    again = next_edition(made, after, before, form_id="y", edition_of="x")
    assert [each["page"] for each in tomllib.loads(again)["tables"]] == [1]
    zone = {"field": "mot", "type": "text", "page": 1, "lines_mm": [[20.0, 60.0, 50.0, 8.0]]}
    more = blocks.with_entry(made, "zones", zone)
    gone = next_edition(more, after, before, form_id="y", edition_of="x")
    assert "mot" not in [each["field"] for each in tomllib.loads(gone).get("zones", ())]
    assert any("mot" in said.lower() and "plus" in said for said in changes(more, gone))


def test_an_option_that_came_joins_those_of_its_zone() -> None:
    text, before = known()
    after = of(Layout(options=("Loisir 185 €", "Compétition 210,50 €", "École 90 €")))
    made = next_edition(text, before, after, form_id="x", edition_of="stage")
    formule = zone(made, "formule")
    assert list(formule["boxes_mm"]) == ["loisir", "competition", "ecole"]
    assert formule["tariffs"]["ecole"] == "90"
    assert "Nouveau sur ce vierge" in doubted(made)["formule"]
    assert "Formule, École : case ajoutée (90 €)." in told(made)
