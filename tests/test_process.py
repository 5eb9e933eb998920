"""One document from end to end: what a sender may put in it, and what becomes of it."""

import gc
import io
import weakref
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from pipeline import process
from pipeline.config import Promise, Settings
from pipeline.errors import ConfigError, EngineError
from pipeline.forms.schema import Form, load_form
from pipeline.intake.ingest import Pages
from pipeline.judging import verdict
from pipeline.judging.background import Background
from pipeline.judging.error_class import ErrorClass
from pipeline.judging.reconcile import reconcile
from pipeline.judging.verdict import criteria
from pipeline.parts import Stretch
from pipeline.paths import FORMS
from pipeline.process import process_document, read_forms
from pipeline.reading import page as reading
from pipeline.reading.page import context
from pipeline.records import (
    Envelope,
    Gray,
    Origin,
    Outcome,
    Page,
    Quality,
    Registration,
    Source,
    Status,
)
from pipeline.simulate.digital import fill_pdf
from tests.pages import blanks, drawn, fiche, form, words


def _picture(image: Gray) -> Image.Image:
    return Image.fromarray(image).convert("L")


def _read(tmp_path: Path, *pages: Gray, settings: Settings | None = None) -> Outcome:
    path = tmp_path / "document.pdf"
    pictures = [_picture(image) for image in pages]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], resolution=200)
    return process_document(Source("document.pdf", path, ""), settings or Settings())


def _opened(*pages: Page) -> Pages:
    return Pages(len(pages), lambda number: pages[number - 1], lambda: None)


def _values(outcome: Outcome, number: int = 0) -> dict[str, str]:
    return {r.field: r.text for r in outcome.registrations[number].readings}


def _two_page_form(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "blank.pdf").write_bytes(form().blank_path.read_bytes())
    text = (FORMS / form().id / "form.toml").read_text("utf-8").replace(form().id, "two-pages")
    note = '[[zones]]\nfield = "note"\ntype = "organisation"\npage = 1\n'
    note += "lines_mm = [[20.0, 275.0, 170.0, 12.0]]\n\n[sum]"
    (folder / "form.toml").write_text(text.replace("[sum]", note), "utf-8")
    load_form(folder)


def test_a_typed_fiche_is_read(tmp_path: Path) -> None:
    leaf, filling = drawn("typed", 1)
    outcome = _read(tmp_path, leaf.image)
    values = _values(outcome)
    assert outcome.rejections == ()
    assert values["telephone"].replace(" ", "") == filling.fields["telephone"]
    assert values["personnes.1"] == filling.fields["personnes"][0]
    assert values["total"] == f"{filling.fields['total'] / 100:.2f}"
    for count in ("adherents", "non_adherents", "repas", "etudiants"):
        assert values[count] == str(filling.fields[count])
    assert values["paiement"] == filling.fields["paiement"]
    assert len(outcome.thumbnails) == 1
    assert Image.open(io.BytesIO(outcome.thumbnails[0])).width == 300


def test_a_flyer_before_the_fiche_is_skipped_without_fuss(tmp_path: Path) -> None:
    outcome = _read(tmp_path, blanks()[0].image, drawn("typed", 1)[0].image)
    assert outcome.rejections == ()
    assert [r.page for r in outcome.registrations] == [2]


def test_each_fiche_of_a_document_is_a_registration(tmp_path: Path) -> None:
    one, two = drawn("typed", 1), drawn("hand", 4)
    outcome = _read(tmp_path, one[0].image, two[0].image)
    assert [r.page for r in outcome.registrations] == [1, 2]
    for number, (_, filling) in enumerate((one, two)):
        assert _values(outcome, number)["total"] == f"{filling.fields['total'] / 100:.2f}"


def test_pages_are_told_one_by_one_and_let_go(tmp_path: Path) -> None:
    path = tmp_path / "pile.tif"
    one, two = (_picture(drawn(hand, n)[0].image) for hand, n in (("typed", 1), ("hand", 4)))
    one.save(path, save_all=True, append_images=[two], compression="tiff_lzw")
    steps = read_forms(Stretch(Source("pile.tif", path, "")), context(Settings()))
    opened, first = next(steps), next(steps)
    assert (opened.count, opened.page, opened.forms) == (2, 1, ())
    assert (first.page, first.since, len(first.forms)) == (2, 2, 1)
    image = weakref.ref(first.forms[0][0].clean.image)
    del first
    assert next(steps).page == 3
    gc.collect()
    assert image() is None
    (alone,) = filter(
        None, (s.forms for s in read_forms(Stretch(Source("", path, ""), 2), context(Settings())))
    )
    assert [page.aligned.page.number for page in alone[0]] == [2]


def test_a_blank_fiche_is_recognised_as_blank(tmp_path: Path) -> None:
    outcome = _read(tmp_path, fiche().image)
    assert outcome.registrations == ()
    assert [(r.kind, r.page) for r in outcome.rejections] == [("blank", 1)]


def test_a_strange_page_is_rejected_and_the_fiche_beside_it_is_read(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).integers(0, 255, (2000, 1400)).astype(np.uint8)
    outcome = _read(tmp_path, noise, drawn("typed", 1)[0].image)
    assert [(r.kind, r.page) for r in outcome.rejections] == [("no-form", 1)]
    assert [r.page for r in outcome.registrations] == [2]


def _with_notes(monkeypatch: pytest.MonkeyPatch, *pages: Page) -> None:
    monkeypatch.setattr(process, "open_pages", lambda *_: _opened(*pages))


def test_a_note_on_the_flyer_is_shown_with_the_fiche(monkeypatch: pytest.MonkeyPatch) -> None:
    flyer = Page(1, blanks()[0].image, 203.2, notes=("Claire ne vient plus",))
    filled = Page(2, np.array(_picture(drawn("typed", 1)[0].image)), 200.0)
    _with_notes(monkeypatch, flyer, filled)
    (registration,) = process_document(Source("d.pdf", Path(), ""), Settings()).registrations
    assert registration.status is Status.REVIEW
    assert any("page 1 : « Claire ne vient plus »" in words(f) for f in registration.findings)


def test_a_note_in_a_document_without_a_fiche_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    _with_notes(monkeypatch, Page(1, blanks()[0].image, 203.2, notes=("Voir mon courriel",)))
    (rejection,) = process_document(Source("d.pdf", Path(), ""), Settings()).rejections
    assert (rejection.kind, rejection.page) == ("note", 1)
    assert "Voir mon courriel" in rejection.message


def test_a_page_that_only_another_program_shows_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = Page(1, np.full((2339, 1653), 255, np.uint8), 200.0, advice="Ouvrir ailleurs.")
    _with_notes(monkeypatch, empty)
    (rejection,) = process_document(Source("d.pdf", Path(), ""), Settings()).rejections
    assert rejection.message == "Ouvrir ailleurs."


def test_the_white_back_of_a_sheet_is_no_rejection(tmp_path: Path) -> None:
    white = np.full((2339, 1653), 250, np.uint8)
    outcome = _read(tmp_path, drawn("typed", 1)[0].image, white)
    assert outcome.rejections == ()
    assert outcome.pages == 2


def test_a_few_words_on_the_back_are_told_with_their_page(tmp_path: Path) -> None:
    back = np.full((2339, 1653), 244, np.uint8)
    cv2.putText(back, "Luc ne mange pas", (300, 700), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 130, 2)
    outcome = _read(tmp_path, drawn("typed", 1)[0].image, back)
    (rejection,) = outcome.rejections
    assert rejection.page == 2
    assert "verso" in rejection.message
    assert [r.page for r in outcome.registrations] == [1]


def test_a_fiche_in_negative_is_read_like_any(tmp_path: Path) -> None:
    leaf, filling = drawn("typed", 1)
    outcome = _read(tmp_path, 255 - np.array(_picture(leaf.image)))
    assert outcome.rejections == ()
    assert _values(outcome)["total"] == f"{filling.fields['total'] / 100:.2f}"


def test_a_dark_page_that_is_no_negative_is_not_called_empty(tmp_path: Path) -> None:
    outcome = _read(tmp_path, np.full((1400, 1000), 12, np.uint8))
    (rejection,) = outcome.rejections
    assert (rejection.kind, rejection.page) == ("no-form", 1)
    assert "vide" not in rejection.message


@pytest.mark.parametrize("seen", ["the fiche", "nothing"])
def test_what_is_left_of_a_damaged_page_is_never_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: str
) -> None:
    white = np.full((2339, 1653), 250, np.uint8)
    image = _picture(drawn("typed", 1)[0].image if seen == "the fiche" else white)
    damaged = Page(1, np.asarray(image), 200.0, whole=False)
    monkeypatch.setattr(process, "open_pages", lambda *_: _opened(damaged))
    outcome = process_document(Source("scan.pdf", tmp_path, ""), Settings())
    if seen == "nothing":
        assert [(r.kind, r.page) for r in outcome.rejections] == [("damaged", 1)]
        return
    (registration,) = outcome.registrations
    assert "page_is_whole" in {f.rule for f in registration.findings}
    assert not [r.field for r in registration.readings if r.status is Status.ACCEPTED]


def test_a_document_without_any_fiche_says_so(tmp_path: Path) -> None:
    outcome = _read(tmp_path, blanks()[0].image)
    assert [r.kind for r in outcome.rejections] == ["no-form"]


def test_text_that_the_file_holds_beats_ocr(tmp_path: Path) -> None:
    _, filling = drawn("typed", 6)
    path = tmp_path / "screen.pdf"
    fill_pdf(form(), filling, path)
    outcome = process_document(Source("screen.pdf", path, ""), Settings())
    (registration,) = outcome.registrations
    assert outcome.rejections == ()
    by_field = {r.field: r for r in registration.readings}
    for name in ("organisation", "email"):
        assert by_field[name].origin is Origin.TEXT_LAYER
        assert by_field[name].text == filling.fields[name]
    named = [r.text for r in registration.repeated("personnes")]
    assert named == filling.fields["personnes"]


def test_a_remark_outside_the_zones_sends_the_fiche_to_review(tmp_path: Path) -> None:
    leaf, _ = drawn("typed", 1)
    image = np.array(_picture(leaf.image))
    matrix = leaf.mm_to_px
    x, y, w = matrix @ (130, 215, 1)
    at = (round(x / w), round(y / w))
    cv2.putText(image, "arrivera vers dix heures", at, cv2.FONT_HERSHEY_SIMPLEX, 1.1, 30, 2)
    (registration,) = _read(tmp_path, image).registrations
    assert "no_stray_ink" in {f.rule for f in registration.findings}
    assert registration.status is Status.REVIEW


def test_a_bug_costs_one_document_and_tells_no_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object) -> object:
        raise ValueError("Zélie MARCHAND")

    for room, step in ((reading, "read_lines"), (verdict, "reconcile")):
        with monkeypatch.context() as patched:
            patched.setattr(room, step, stumble)
            outcome = _read(tmp_path, drawn("typed", 1)[0].image)
        (rejection,) = outcome.rejections
        assert (rejection.kind, outcome.registrations) == ("bug", ())
        assert "ValueError" in rejection.message
        assert "MARCHAND" not in rejection.message


def test_the_mail_the_members_and_what_is_left_out_reach_the_joint_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: list[Background] = []

    def listen(registration: Registration, form: Form, background: Background) -> Registration:
        known.append(background)
        return reconcile(registration, form, background)

    monkeypatch.setattr(verdict, "reconcile", listen)
    fill_pdf(form(), drawn("typed", 6)[1], tmp_path / "screen.pdf")
    (tmp_path / "m.csv").write_text("nom;prenom\nPETIT;Luc\n")
    mail = Envelope("Luc <luc@exemple.fr>", "", None)
    settings = Settings(members=tmp_path / "m.csv", without=("names",))
    process_document(Source("screen.pdf", tmp_path / "screen.pdf", "", mail), settings)
    (background,) = known
    assert background.envelope == mail
    assert background.members is not None
    assert background.members.lists("Luc PETIT")
    assert background.without == ("names",)


def test_second_looks_and_second_readers_are_left_out_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    for stage in ("second_looks", "second_opinions"):
        monkeypatch.setattr(
            reading, stage, lambda rs, *_, stage=stage: (asked.append(stage), rs)[1]
        )
    _read(tmp_path, fiche().image, settings=Settings(without=("second",)))
    assert asked == []
    _read(tmp_path, fiche().image)
    assert asked == ["second_looks", "second_opinions"]


def test_a_missing_engine_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> object:
        raise EngineError("no weights")

    monkeypatch.setattr(reading, "read_lines", missing)
    with pytest.raises(EngineError):
        _read(tmp_path, drawn("typed", 1)[0].image)


def test_an_unknown_form_or_engine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="mais-2018-02-02"):
        _read(tmp_path, fiche().image, settings=Settings(form="nope"))
    with pytest.raises(ConfigError, match="ppocr"):
        _read(tmp_path, fiche().image, settings=Settings(engine="nope"))


def test_tesseract_can_be_the_engine(tmp_path: Path) -> None:
    leaf, filling = drawn("typed", 1)
    outcome = _read(tmp_path, leaf.image, settings=Settings(engine="tesseract"))
    read = _values(outcome)["personnes.1"]
    assert read.replace(" ", "") == filling.fields["personnes"][0].replace(" ", "")


def test_pages_of_a_form_of_several_pages_make_one_registration(tmp_path: Path) -> None:
    """A form whose zones lie on both pages of the blank: its pages belong together in order."""
    folder = tmp_path / "forms" / "two-pages"
    _two_page_form(folder)
    settings = Settings(forms=(folder.parent,), form="two-pages")
    flyer, filled = blanks()[0].image.copy(), drawn("typed", 1)[0].image
    both = _read(tmp_path, flyer, filled, settings=settings)
    assert [r.page for r in both.registrations] == [1]
    alone = _read(tmp_path, filled, settings=settings)
    assert "every_page_is_there" in {f.rule for f in alone.registrations[0].findings}


def test_two_sheets_on_one_picture_are_two_registrations(tmp_path: Path) -> None:
    sheets = [np.array(_picture(drawn(*which)[0].image)) for which in (("typed", 1), ("hand", 4))]
    height = max(sheet.shape[0] for sheet in sheets)
    padded = [np.pad(s, ((0, height - s.shape[0]), (0, 40)), constant_values=235) for s in sheets]
    outcome = _read(tmp_path, np.hstack(padded))
    totals = {_values(outcome, number)["total"] for number in range(len(outcome.registrations))}
    assert totals == {
        f"{drawn(*which)[1].fields['total'] / 100:.2f}" for which in (("typed", 1), ("hand", 4))
    }


def test_a_faint_page_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    image = np.array(_picture(drawn("typed", 1)[0].image))
    faint = (255 - (255 - image.astype(float)) * 0.45).astype(np.uint8)
    outcome = _read(tmp_path, drawn("hand", 4)[0].image, faint)
    assert len(outcome.registrations) + len(outcome.rejections) == 2


def test_pages_without_a_fiche_share_one_limit_of_time(tmp_path: Path) -> None:
    """Dots at random: each page is searched for a form in vain."""
    leaf, _ = drawn("typed", 1)
    rng = np.random.default_rng(5)
    noise = (rng.random((1170, 827)) < 0.98).astype(np.uint8) * 255
    settings = Settings(time_limit_s=0.2)
    outcome = _read(tmp_path, *[noise] * 2, leaf.image, settings=settings)
    kinds = [one.kind for one in outcome.rejections]
    assert (outcome.registrations, len(kinds)) == ((), 3)
    assert kinds[0] == "no-form"
    assert kinds[-1] == "time-limit"
    assert "La page 3" in outcome.rejections[-1].message
    unhurried = _read(tmp_path, *[noise] * 2, leaf.image)
    assert len(unhurried.registrations) == 1


def test_an_unreadable_page_parts_what_lies_before_and_behind_it(tmp_path: Path) -> None:
    """Page 1 of one sender, something unreadable, page 2 of another: never one registration."""
    folder = tmp_path / "forms" / "two-pages"
    _two_page_form(folder)
    settings = Settings(forms=(folder.parent,), form="two-pages")
    noise = np.random.default_rng(2).integers(0, 255, (2000, 1400)).astype(np.uint8)
    flyer = blanks()[0].image.copy()
    cv2.putText(flyer, "Foyer", (400, 2280), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 20, 3)
    outcome = _read(tmp_path, flyer, noise, drawn("typed", 1)[0].image, settings=settings)
    assert [r.page for r in outcome.registrations] == [1, 3]
    assert all(r.status is Status.REVIEW for r in outcome.registrations)


def test_the_promised_error_rate_moves_what_is_accepted() -> None:
    strict, lenient = (
        criteria(Settings(promise=Promise(money=t, identity=t, spelling=t))).gate
        for t in (1e-6, 0.5)
    )
    assert {error for error, _ in lenient.thresholds} == set(ErrorClass)
    for key, threshold in lenient.thresholds.items():
        assert threshold < strict.thresholds.get(key, 1.0)


def test_a_registration_knows_how_its_paper_became_a_picture(tmp_path: Path) -> None:
    leaf, _ = drawn("typed", 1)
    (scanned,) = _read(tmp_path, leaf.image).registrations
    assert scanned.quality is Quality.GREY
    assert all(r.calibrated is not None for r in scanned.readings if r.candidates)
