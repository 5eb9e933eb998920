import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from builders import (
    ENVELOPE,
    GAP,
    camp_registration,
    doubtful,
    other_registration,
    reading,
    registration,
    unread,
)

from pipeline.exporters import report
from pipeline.judging.duplicates import NO_MORE
from pipeline.judging.shares import shares
from pipeline.pages import french_date
from pipeline.rates import Rate, Rates
from pipeline.records import Finding, Registration, Rejection, Severity, Status
from pipeline.snapshot import Event, Life, RegistrationRow, RejectedRow, Snapshot


class _Page(HTMLParser):
    """The text of a page, and whether its elements are well nested."""

    VOID = frozenset({"meta", "img", "br"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.tags: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data.split(" ")

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split(" ")).replace("\n", " ")


def row(form: Registration, n: int = 1, **changes: object) -> RegistrationRow:
    made = RegistrationRow(
        f"0123456789ab-{n}", f"scan-{n}.pdf", form, ENVELOPE, shares=shares(form, {})
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def page(*rows: RegistrationRow, rejected: tuple[RejectedRow, ...] = ()) -> _Page:
    return _Page(report.render(Snapshot(rows, rejected, len(rows) + len(rejected))))


def figure(shown: _Page, name: str) -> str:
    """The value written under a heading, and the remark beneath it."""
    html_text = re.sub(r"\s+", " ", shown.text.replace("\u202f", "_").replace("\xa0", "~"))
    found = re.search(rf"{name} (\S+)", html_text)
    assert found
    return found[1]


def plain(*rows: RegistrationRow) -> str:
    return " ".join(page(*rows).text.split())


def test_the_figures_add_up() -> None:
    shown = page(
        row(registration()),
        row(registration(adherents=1, non_adherents=1, repas=1, total=90000, due=8210), 2),
        row(registration(findings=(GAP,), total=9000), 3),
        row(registration(more=(unread("repas"),), total=None, due=None), 4),
        rejected=(RejectedRow("x.pdf", Rejection("damaged", "Fichier abîmé.")),),
    )
    names = ("Reçues", "Acceptées", "À relire", "Rejetées", "Personnes", "Repas")
    assert [figure(shown, name) for name in names] == ["5", "2", "2", "1", "8", "5"]
    assert figure(shown, "Total au tarif") == "250,50~€"
    assert figure(shown, "Total écrit") == "1_074,20~€"
    assert figure(shown, "Écart") == "823,70~€"
    assert "7\xa0adhérents, 1\xa0non‑adhérent, 0\xa0étudiant" in shown.text
    assert "1\xa0fiche sans total lisible" in shown.text
    assert "1\xa0fiche sans nombre lisible" in shown.text
    assert "x.pdf" in shown.text
    assert "Fichier abîmé." in shown.text


def test_what_came_of_each_event_is_added_up_apart_under_its_labels() -> None:
    rows = (row(registration()), row(other_registration(jeunes=1), 2), row(camp_registration(), 3))
    shown = page(*rows)
    figures, fiches = shown.text.split("Personnes, argent")[1].split("Toutes les fiches")
    _, mais, other, camp = re.split(r"\s(?:mais-2018-02-02|sortie|camp)\s", figures)
    counted = r"(Repas|Gouters|Nuits sous la tente|Total écrit)\s+([\d,]+)"
    assert [re.findall(counted, part) for part in (mais, other, camp)] == [
        [("Repas", "2"), ("Total écrit", "84,20")],
        [("Gouters", "2"), ("Total écrit", "25,00")],
        [("Repas", "4"), ("Nuits sous la tente", "2"), ("Total écrit", "60,00")],
    ]
    assert "2\xa0adhérents, 0\xa0non‑adhérent, 0\xa0étudiant" in mais
    assert "1\xa0jeune, 1\xa0invites" in other
    assert "adhérent" not in other + camp
    assert "Service, document" in fiches
    assert "Nom de famille, document" in fiches
    assert fiches.count("Luc PETIT") == 2


def test_why_fiches_wait_is_counted_for_each_event() -> None:
    other = replace(other_registration(), status=Status.REVIEW, findings=(GAP,))
    shown = plain(row(registration(findings=(GAP,))), row(other, 2))
    why = "1 Total écrit …, tarif attendu …"
    assert f"2 fiches à relire mais-2018-02-02 {why} sortie {why}" in shown


def test_the_fiches_of_one_event_stand_together_without_its_name() -> None:
    forms = (registration(), replace(registration(), form_id="autre"))
    rows = tuple(row(form, n) for n, form in enumerate(forms, start=1))
    occasions = dict.fromkeys(("mais-2018-02-02", "autre"), "Journée")
    shown = _Page(report.render(Snapshot(rows, occasions=occasions)))
    assert figure(shown, "Personnes") == "4"
    assert "Journée" not in shown.text


def test_what_flyers_of_two_events_contradict_is_told_for_each() -> None:
    events = tuple(Event(form, (), ((GAP, f"{form}.pdf"),)) for form in ("a", "b"))
    shown = _Page(report.render(Snapshot(events=events)))
    assert shown.text.count("Total écrit 90,00") == 2
    assert "a.pdf, b.pdf" not in shown.text


def test_reasons_are_grouped_and_counted_by_registration() -> None:
    other = replace(
        GAP, said="Total écrit 1\u202f136,30\xa0€, tarif attendu 84,20\xa0€ (écart 5 €)."
    )
    shown = page(
        row(registration(more=(doubtful("personnes.1"), doubtful("personnes.2")))),
        row(registration(more=(doubtful("personnes.3"),), findings=(GAP,)), 2),
        row(registration(findings=(other,), more=(doubtful("total", reason=other.said),)), 3),
    )
    grouped = re.sub(r"\s+", " ", shown.text).split("fiches à relire ")[1]
    assert grouped.startswith("2 Personne : lecture incertaine 2 Total écrit …, tarif attendu … ")


@pytest.mark.parametrize(
    ("reason", "shared"),
    [
        ("Lecture incertaine ; peut-être : Léa, Léo.", "Lecture incertaine"),
        ("Orthographe incertaine ; peut-être : Lea.", "Orthographe incertaine"),
        ("Lecture incertaine (85%) ; peut-être : Léa, Léo.", "Lecture incertaine"),
        ("Total écrit 1 136,30 €, tarif attendu −5 €.", "Total écrit …, tarif attendu −…"),
        ("3 inscription(s) pour 2 personne(s).", "… inscription(s) pour … personne(s)"),
        ("Reçu aussi sous le nom « a.pdf ».", "Reçu aussi sous le nom …"),
        ("Illisible.", "Illisible"),
    ],
)
def test_a_reason_without_its_particulars(reason: str, shared: str) -> None:
    assert report.general(reason) == shared


def test_amounts_and_dates_are_french() -> None:
    html = report.render(Snapshot((row(registration(total=113630, due=113630)),)))
    assert "1\u202f136,30\xa0€" in html
    assert "12 janvier 2018" in html
    assert french_date(datetime(2018, 8, 1, tzinfo=UTC)) == "1er août 2018"


def test_the_period_spans_the_mails() -> None:
    late = replace(ENVELOPE, received_at=datetime(2018, 2, 2, 8, tzinfo=UTC))
    early = replace(ENVELOPE, received_at=datetime(2017, 12, 1, 8, tzinfo=UTC))
    rows = [row(registration()), row(registration(), 2, envelope=late)]
    assert "du 12 janvier au 2 février 2018." in page(*rows).text
    rows.append(row(registration(), 3, envelope=early))
    assert "du 1er décembre 2017 au 2 février 2018." in page(*rows).text
    assert "le 2 février 2018." in page(rows[1]).text
    assert "reçu." in page(row(registration(), envelope=None)).text.replace("\xa0", " ")


def test_what_was_read_cannot_become_markup() -> None:
    evil = "<script>alert('é')</script><img src=http://x>"
    doubt = doubtful("email", reason=evil)
    form = registration(
        findings=(replace(GAP, said=evil),),
        more=(reading("organisation", evil), reading("personnes.1", evil), doubt),
    )
    html = report.render(
        Snapshot((row(form, document=evil),), (RejectedRow(evil, Rejection("x", evil)),))
    )
    assert html.count("&lt;script&gt;") >= 7
    shown = _Page(html)
    assert "script" not in shown.tags
    assert "img" not in shown.tags
    assert "<script" not in html


def test_the_page_needs_nothing_else() -> None:
    html = report.render(Snapshot((row(registration(findings=(GAP,)), thumbnail=b"\xff\xd8"),)))
    assert not re.search(r"https?:|url\(|@import|<script|<link", html)
    assert "default-src 'none'" in html
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html


def test_pages_in_review_are_pictured_and_others_are_not() -> None:
    doubted = registration(findings=(GAP,))
    html = report.render(
        Snapshot(
            (
                row(doubted, 1, thumbnail=b"\xff\xd8one"),
                row(registration(), 2, thumbnail=b"\xff\xd8two"),
                row(doubted, 3),
            )
        )
    )
    assert html.count("<img") == 1
    assert 'src="data:image/jpeg;base64,/9hvbmU="' in html
    assert "1\xa0page montrée sur 2." in html


def test_at_most_sixty_pages_are_pictured() -> None:
    doubted = registration(findings=(GAP,))
    rows = tuple(row(doubted, n, thumbnail=b"\xff\xd8") for n in range(70))
    assert report.render(Snapshot(rows)).count("<img") == 60


def test_an_empty_store_gives_a_page() -> None:
    shown = page()
    assert figure(shown, "Reçues") == "0"
    assert "table" not in shown.tags


def test_what_reviews_measured_is_told_with_its_interval_and_only_then() -> None:
    rates = Rates(machine=Rate(1, 200), reviewer=Rate(0, 0))
    told = _Page(report.render(Snapshot((row(registration()),), rates=rates))).text
    plain = " ".join(told.split())
    assert "la machine 200 1 0,5 % 0,0 % à 2,8 %" in plain
    assert "le relecteur 0 0 – –" in plain
    assert "sondage" not in page(row(registration())).text


def test_the_report_says_who_has_what_and_of_how_many_that_is_open() -> None:
    settled, mixed = registration(), registration(adherents=1, non_adherents=1, repas=1)
    said = {"personnes.1": "non_adherents repas=1", "personnes.2": "adherents repas=0"}
    shown = plain(row(settled), row(mixed, 2))
    assert "Zoé MARTIN (adhérent, repas)" in shown
    assert "il reste à dire qui a quoi pour 2 personnes" in shown
    shown = plain(row(settled), row(mixed, 2, shares=shares(mixed, said)))
    assert "Zoé MARTIN (non-adhérent, repas)" in shown
    assert "Luc PETIT (adhérent)" in shown
    assert "qui a quoi" not in shown
    elsewhere = frozenset(("Zoé MARTIN",))
    shown = plain(row(settled), row(mixed, 2, counted_elsewhere=elsewhere))
    assert "qui a quoi pour 1 personne " in shown


def test_a_form_without_classes_leaves_no_tariff_to_say() -> None:
    two = camp_registration(more=(reading("repas", "1", 1),))
    two = replace(two, readings=tuple(r for r in two.readings if r.text != "4"))
    shown = plain(row(two, shares=shares(two, {})))
    assert "Repas, nuits sous la tente : il reste à dire qui a quoi pour 2 personnes" in shown
    assert "Tarif," not in shown


def test_what_no_form_asks_is_no_figure_and_lacks_nowhere() -> None:
    free = camp_registration()
    bare = replace(free.roles, others=(), total="", priced=False)
    one = replace(free, roles=bare, total_due_cents=None)
    shown = page(row(one))
    assert figure(shown, "Personnes") == "2"
    for words in ("Total au tarif", "Total écrit", "Écart", "lisible"):
        assert words not in shown.text.partition("Toutes les fiches")[0]
    nobody = plain(row(replace(one, roles=replace(bare, named=""))))
    assert re.search(r"Personnes \d", plain(row(one)))
    assert not re.search(r"Personnes \d", nobody)
    both = page(row(one), row(registration(), 2))
    assert figure(both, "Total au tarif") == "84,20~€"
    assert "sans nombres lisibles" not in both.text


def test_whoever_registers_is_the_first_person_where_no_service_is_asked() -> None:
    free = camp_registration()
    one = replace(free, roles=replace(free.roles, who=""), status=Status.REVIEW)
    shown = plain(row(one, thumbnail=b"jpeg"))
    assert "Sans nom lisible" not in shown
    assert "Inès ROUX scan" in shown


def test_a_fiche_that_came_twice_is_counted_once_and_that_is_told() -> None:
    one = registration(people=("Zoé MARTIN", "Luc PETIT"), total=8420, due=8420)
    other = registration(people=("Zoé MARTIN", "Ana Lima"), total=9000, due=8420)
    shown = page(row(one, counted=False), row(other, 2))
    assert figure(shown, "Personnes") == "2"
    assert figure(shown, "Total écrit") == "90,00~€"
    assert "parle des mêmes personnes qu'une plus récente" in shown.text
    assert "plus récente" not in page(row(one), row(other, 2)).text


def test_what_was_cancelled_or_replaced_is_told_and_counts_nowhere() -> None:
    one = registration(people=("Zoé MARTIN", "Luc PETIT"), total=8420, due=8420)
    facts = ("cancel", "ne viennent plus", "Zoé", "2018-02-03")
    why = Finding(NO_MORE, Severity.INFO, facts=facts)
    ended = row(replace(one, findings=(why,)), ended=Life.CANCELLED, counted=False)
    shown = page(ended, row(registration(people=("Ana Lima",), total=3000, due=3000), 2))
    assert (figure(shown, "Personnes"), figure(shown, "Total au tarif")) == ("1", "30,00~€")
    assert (figure(shown, "Acceptées"), figure(shown, "Annulées")) == ("1", "1")
    assert "Annulée (Zoé, le 3 février 2018) : ne viennent plus." in shown.text
