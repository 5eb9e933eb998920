"""One look a fiche in a real browser: all doubts at once, beside the picture, by keyboard alone."""

import re
from dataclasses import replace

import pytest
from desks import (
    GATE,
    PEOPLE,
    Inbox,
    assert_open_to_all,
    await_keys,
    fiche,
    press,
    reviewed,
    serving,
    somebody,
    weight,
)
from playwright.sync_api import Browser, Page, expect

from pipeline.decisions import Act, Decided
from pipeline.judging.judge import judge
from pipeline.judging.questions import Answers, Question
from pipeline.records import FieldReading, Finding, Registration, Severity, Status
from pipeline.store import Store
from pipeline.web.looks import _Looking
from tests.pages import form

expect.set_options(timeout=30_000)  # a busy machine stalls now and then
_TWO = {
    "email": ("a@exemple.fr", "b@exemple.fr"),
    "telephone": ("02 40 12 34 57", "02 40 12 34 56"),
}


def _open(chromium: Browser, address: str) -> Page:
    """The first look."""
    page = chromium.new_context(viewport={"width": 1366, "height": 768}).new_page()
    page.goto(address)
    page.keyboard.press("Enter")
    expect(page.locator("#work h1")).to_be_focused()
    return page


def _all_done(page: Page) -> None:
    expect(page.locator("#work h1")).to_contain_text("Plus rien à relire")
    page.context.close()


def _texts(inbox: Inbox, number: int = 0) -> dict[str, str]:
    with Store.open(inbox.url) as store:
        filed = sorted(store.filed(), key=lambda one: one.sources[0].document)[number]
    return {reading.field: reading.text for reading in filed.registration.readings}


def _decided(inbox: Inbox) -> list[Decided]:
    with Store.open(inbox.url) as store:
        return [decided for decided in store.decided() if not decided.undone]


def test_enter_confirms_all_that_is_shown_and_one_undo_takes_it_back(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche(doubtful=_TWO))
    inbox.add("b.png", fiche(people=somebody(1), doubtful=_TWO))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        for field in _TWO:
            expect(page.locator(f'[data-place="{field}"] img.cut')).to_be_visible()
        press(page, "Enter")
        expect(page.locator("#work")).to_contain_text("2 champs douteux, 1 fiche")
        assert sorted(reviewed(inbox.url)) == [Status.ACCEPTED, Status.REVIEW]
        press(page, "z")
        expect(page.locator("#work")).to_contain_text("4 champs douteux, 2 fiches")
        assert reviewed(inbox.url) == [Status.REVIEW] * 2
        press(page, "Enter")
        press(page, "Enter")
        _all_done(page)
    assert reviewed(inbox.url) == [Status.ACCEPTED] * 2
    assert {one.decision.act for one in _decided(inbox)} == {Act.CONFIRM}
    assert len({one.batch for one in _decided(inbox)}) == 2


def test_a_digit_goes_to_a_field_and_a_letter_takes_what_is_offered(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche(doubtful=_TWO))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        press(page, "b")
        expect(page.get_by_label("Téléphone", exact=True).last).to_have_value("02 40 12 34 56")
        press(page, "1")
        page.keyboard.type("c@exemple.fr")
        page.keyboard.press("Enter")
        _all_done(page)
    assert _texts(inbox)["email"] == "c@exemple.fr"
    assert _texts(inbox)["telephone"] == "02 40 12 34 56"


def test_the_mouse_picks_and_enter_still_confirms_all(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", fiche(total="50.00", doubtful={"email": _TWO["email"]}))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        page.get_by_role("button", name="b@exemple.fr").click()
        page.get_by_role("button", name="accord avec l'expéditeur").click()
        page.get_by_role("button", name="erreur de l'expéditeur").click()
        press(page, "Enter")
        _all_done(page)
    assert _texts(inbox)["email"] == "b@exemple.fr"
    (settled,) = [d.decision.reason for d in _decided(inbox) if d.decision.act is Act.SETTLE]
    assert settled == "erreur de l'expéditeur"


def test_escape_leaves_a_field_and_takes_back_what_was_typed_if_pressed_again(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche(doubtful=_TWO))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        press(page, "2")
        page.keyboard.type("rien")
        page.keyboard.press("Escape")
        expect(page.locator('[id="value.telephone"]')).to_have_value("rien")
        page.keyboard.press("Escape")
        expect(page.locator('[id="value.telephone"]')).to_have_value("02 40 12 34 57")
        press(page, "i")
        expect(page.locator('[id="value.telephone"]')).to_have_attribute(
            "placeholder", "(illisible)"
        )
        press(page, "Enter")
        _all_done(page)
    acts = {one.decision.field: one.decision.act for one in _decided(inbox)}
    assert acts == {"email": Act.CONFIRM, "telephone": Act.ILLEGIBLE}


def test_a_gap_is_one_question_that_enter_never_answers(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", fiche(total="50.00"))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        expect(page.locator(".card")).to_have_count(1)
        expect(page.locator("#sum")).to_contain_text("42,10 €")
        expect(page.locator("#sum")).to_contain_text("écart de 7,90 €")
        expect(page.locator('[data-place="total"] img.cut')).to_be_visible()
        press(page, "Enter")
        expect(page.get_by_role("alert").last).to_contain_text("Choisir un motif")
        expect(page.locator(".finding-words")).to_be_focused()
        assert _decided(inbox) == []
        press(page, "a")
        press(page, "Enter")
        _all_done(page)
    assert reviewed(inbox.url) == [Status.ACCEPTED]
    decided = _decided(inbox)
    assert len({one.batch for one in decided}) == 1
    assert {one.decision.field for one in decided if one.decision.act is Act.CONFIRM} == {
        *("adherents", "non_adherents", "repas", "total")
    }
    assert [d.decision.reason for d in decided if d.decision.act is Act.SETTLE] == [
        "erreur de l'expéditeur"
    ]


def test_a_reason_is_for_the_gap_that_was_seen_and_for_no_other(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche(total="50.00"))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        press(page, "a")
        press(page, "4")
        page.keyboard.type("511,00")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert").last).to_contain_text("Choisir un motif")
        assert _decided(inbox) == []
        page.context.close()


def test_a_number_corrected_until_the_sum_is_right_needs_no_reason(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche(total="54.20"))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        press(page, "3")
        page.keyboard.type("2")
        expect(page.locator("#sum")).to_contain_text("le compte est bon")
        expect(page.locator("#amount-repas")).to_have_text(re.compile("24,20"))
        expect(page.get_by_role("button", name="erreur de l'expéditeur")).to_have_count(0)
        page.keyboard.press("Enter")
        # More meals than people: that follows from what was typed, and is asked before it is kept.
        expect(page.locator(".card.finding")).to_contain_text("Repas")
        assert _decided(inbox) == []
        press(page, "e")
        press(page, "Enter")
        _all_done(page)
    assert reviewed(inbox.url) == [Status.ACCEPTED]
    assert _texts(inbox)["repas"] == "2"


def test_a_number_typed_in_one_look_opens_a_gap_that_is_asked_before_anything_is_kept(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche(doubtful={"total": ("42.10", "47.10")}))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        expect(page.locator('[id="value.total"]')).to_have_value(re.compile("42,10"))
        press(page, "1")
        page.keyboard.type("52,10")
        expect(page.locator("#sum")).to_contain_text("écart de 10,00")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert").last).to_contain_text("Choisir un motif")
        assert _decided(inbox) == []
        expect(page.locator('[id="value.total"]')).to_have_value("52,10")
        press(page, "c")
        press(page, "Enter")
        _all_done(page)
    assert reviewed(inbox.url) == [Status.ACCEPTED]


def _unreadable(name: str) -> Registration:
    of, given = form(), fiche()
    nothing = FieldReading(
        name, of.zone(name).type, 1, of.zone(name).box_mm, "", (), reason="Illisible."
    )
    return judge(given.replacing(nothing), of, GATE)


@pytest.mark.parametrize(("key", "act"), [("v", Act.CORRECT), ("i", Act.ILLEGIBLE)])
def test_what_nobody_could_read_is_not_confirmed_by_enter(
    chromium: Browser, inbox: Inbox, key: str, act: Act
) -> None:
    inbox.add("a.png", _unreadable("email"))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        press(page, "Enter")
        expect(page.locator('.ask[data-place="email"]')).to_be_focused()
        expect(page.get_by_role("alert").last).to_contain_text("Écrire (m) ce qui est sur l'image")
        assert _decided(inbox) == []
        press(page, key)
        press(page, "Enter")
        _all_done(page)
    assert [one.decision.act for one in _decided(inbox)] == [act]


def test_a_finding_is_a_card_and_enter_says_that_it_was_seen(
    chromium: Browser, inbox: Inbox
) -> None:
    stray = Finding("no_stray_ink", Severity.REVIEW, facts=(16, 25))
    given = fiche(doubtful={"email": _TWO["email"]})
    inbox.add("a.png", judge(replace(given, findings=(*given.findings, stray)), form(), GATE))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        expect(page.locator(".card.finding")).to_contain_text("Écriture en dehors des zones")
        expect(page.locator(".card")).to_have_count(2)
        press(page, "Enter")
        _all_done(page)
    settled = [one.decision for one in _decided(inbox) if one.decision.act is Act.SETTLE]
    assert [(one.field, one.reason) for one in settled] == [
        ("no_stray_ink", "vu, la fiche est bonne ainsi")
    ]


def test_what_a_field_says_of_its_finding_is_seen_with_it(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", fiche(people=(PEOPLE[0], "Foyer du Chêne"), total="84.20"))
    inbox.add("b.png", fiche(people=PEOPLE[1:2], doubtful={"repas": ("1", "0")}, total="50.00"))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        page.goto(page.url.replace("r2-1", "r1-1"))
        expect(page.locator("#work")).to_contain_text("se lit comme un service")
        press(page, "Enter")
        expect(page.locator("#sum")).to_contain_text("écart")
        press(page, "a")
        press(page, "Enter")
        _all_done(page)
    assert reviewed(inbox.url) == [Status.ACCEPTED] * 2


def test_of_a_pair_only_the_pair_is_asked_and_then_what_is_left(
    chromium: Browser, inbox: Inbox
) -> None:
    for name in ("mail.png", "scan.png"):
        inbox.add(name, fiche(people=PEOPLE[:2], total="84.20", doubtful=_TWO))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        expect(page.locator("#work h1")).to_have_text("Même inscription ?")
        expect(page.locator(".where")).to_contain_text("1 champ douteux, 1 fiche")
        press(page, "1")
        expect(page.locator(".ask")).to_have_count(2)
        press(page, "Enter")
        _all_done(page)
        page.context.close()


def test_later_puts_the_whole_fiche_behind_the_others(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", fiche(doubtful=_TWO))
    inbox.add("b.png", fiche(people=somebody(1), doubtful=_TWO))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        first = page.locator("#work h1").inner_text()
        press(page, "r")
        expect(page.locator("#work h1")).not_to_have_text(first)
        press(page, "Enter")
        expect(page.locator("#work h1")).to_have_text(first)
        press(page, "Enter")
        _all_done(page)


def test_field_by_field_is_remembered_and_left_by_the_same_key(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche(doubtful=_TWO))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        press(page, "f")
        expect(page.locator("#work h1")).to_have_text("E-mail")
        press(page, "l")
        press(page, "Enter")
        expect(page.locator("#work h1")).to_have_text("E-mail")
        press(page, "f")
        expect(page.locator(".ask")).to_have_count(2)
        press(page, "l")
        press(page, "Enter")
        expect(page.locator(".ask")).to_have_count(2)
        page.context.close()


def test_what_was_typed_is_proposed_in_the_next_fiche_and_enter_confirms_it(
    chromium: Browser, inbox: Inbox
) -> None:
    names = ("Foyer du Chënr", "Foyer du Chémr"), ("Foyer du Chbne", "Foyer du Chône")
    for n, organisation in enumerate(names):
        doubtful = {"organisation": organisation}
        inbox.add(f"{n}.png", fiche(people=somebody(n), doubtful=doubtful))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        expect(page.get_by_text("déjà saisi")).to_have_count(0)
        press(page, "1")
        page.keyboard.type("Foyer du Chêne")
        page.keyboard.press("Enter")
        expect(page.get_by_text("déjà saisi")).to_be_visible()
        expect(page.locator('[id="value.organisation"]')).to_have_value("Foyer du Chêne")
        assert len(_decided(inbox)) == 1
        press(page, "Enter")
        _all_done(page)
    assert [one.decision.act for one in _decided(inbox)] == [Act.CORRECT] * 2
    assert _texts(inbox, 0)["organisation"] == _texts(inbox, 1)["organisation"] == "Foyer du Chêne"


def test_no_more_is_shown_than_helps(chromium: Browser, inbox: Inbox) -> None:
    organisation = ("Foyer du Chêne", "FOYER DU CHENE", "Foyer du Chènè", "Foyer du Chine")
    doubtful = {"organisation": organisation, "email": ("zoe@exemple.fr", "Zoé@exemple.fr")}
    inbox.add("a.png", fiche(doubtful=doubtful))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        offered = page.locator('[data-place="organisation"] .offered button')
        expect(offered).to_have_count(1)
        expect(offered).to_contain_text("Foyer du Chine")
        expect(page.locator('[data-place="email"] .offered button')).to_contain_text("Zoé@")
        page.eval_on_selector_all(".marks", "marks => marks.forEach(mark => mark.remove())")
        work = page.locator("#work").inner_text()
        assert "%" not in work
        assert "Foyer du Chêne" not in work  # but in its input
        page.context.close()


def test_a_field_that_measures_the_machine_is_shown_like_a_doubt_and_never_again(
    chromium: Browser, inbox: Inbox
) -> None:
    for n in range(8):
        email = (f"zoe{n}@exemple.fr", f"zoé{n}@exemple.fr")
        inbox.add(f"{n:02}.png", fiche(people=somebody(n), doubtful={"email": email}))
    with serving(inbox.out, quality_sample=0.5) as address:
        page = _open(chromium, address)
        for _ in range(40):
            if page.get_by_text("Plus rien à relire").count():
                break
            for why in page.locator(".asked .why").all_inner_texts():
                assert why == "Lecture incertaine."
            press(page, "Enter")
            await_keys(page)
        _all_done(page)
    decided = _decided(inbox)
    checked = [(d.subject, d.decision.field) for d in decided if d.decision.act is Act.CHECK]
    assert checked
    assert len(set(checked)) == len(checked)
    confirmed = [(d.subject, d.decision.field) for d in decided if d.decision.act is Act.CONFIRM]
    assert len(set(confirmed)) == len(confirmed)


def test_two_browsers_on_one_fiche_do_not_overwrite_each_other(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche(doubtful=_TWO))
    with serving(inbox.out) as address:
        zoe = _open(chromium, address)
        luc = zoe.context.new_page()
        luc.goto(zoe.url)
        await_keys(luc)
        press(zoe, "a")
        press(zoe, "Enter")
        expect(zoe.locator("#work h1")).to_contain_text("Plus rien à relire")
        press(luc, "Enter")
        expect(luc.get_by_role("status")).to_contain_text("rien n'a été enregistré")
        zoe.context.close()
    assert _texts(inbox)["email"] == "b@exemple.fr"


def test_a_refused_look_does_not_hide_that_somebody_else_decided(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche(total="51.10"))
    with serving(inbox.out) as address:
        zoe = _open(chromium, address)
        luc = zoe.context.new_page()
        luc.goto(zoe.url)
        await_keys(luc)
        press(luc, "4")
        luc.keyboard.type("42,10")
        expect(luc.locator("#sum")).to_contain_text("le compte est bon")
        luc.keyboard.press("Enter")
        expect(luc.locator("#work h1")).to_contain_text("Plus rien à relire")
        press(zoe, "Enter")
        expect(zoe.get_by_role("status")).to_contain_text("rien n'a été enregistré")
        zoe.context.close()
    assert _texts(inbox)["total"] == "42.10"


def test_a_field_that_measures_tells_the_finding_that_enter_would_settle() -> None:
    checks = frozenset(("email",))
    looking = _Looking(None, None, None, Answers(), {}, checks)  # type: ignore[arg-type]
    email = fiche().reading("email")
    assert email is not None
    struck = Question("", ("email",), "E-mail : texte barré ou souligné.")
    assert looking._words(email, struck) == struck.words
    assert looking._words(email, replace(struck, words="")) == "Lecture incertaine."


def test_one_look_is_open_to_all_and_fits_every_screen(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", fiche(total="50.00", doubtful=_TWO))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            for width, height in ((1366, 768), (1093, 614), (390, 844)):
                page.set_viewport_size({"width": width, "height": height})
                assert_open_to_all(page, f"{scheme} {width}")
                assert page.evaluate("document.documentElement.scrollWidth") <= width
        press(page, "Enter")
        expect(page.get_by_role("alert").last).to_be_visible()
        assert_open_to_all(page, "a gap that Enter does not answer")
        page.context.close()


def test_picture_first_field_and_confirmation_are_on_a_laptop_s_screen(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche(total="50.00", doubtful=_TWO))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        for size in ("100%", "125%"):
            page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
            for part in (".paper", '[id="value.email"]', ".actions .primary"):
                box = page.locator(part).first.bounding_box()
                assert box is not None
                assert box["y"] + box["height"] <= 768, (size, part)
        page.context.close()


def test_one_look_weighs_little(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", fiche(doubtful=_TWO))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        page.reload()
        expect(page.locator("img.cut").first).to_be_visible()
        await_keys(page)
        assert 20_000 < weight(page) < 400_000
        page.context.close()
