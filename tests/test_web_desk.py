"""What the desk knows of the store while runs and people change it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from desks import GATE, Inbox, fiche

from pipeline.config import Settings
from pipeline.decisions import Act, Decision, Filed
from pipeline.forms.schema import load_forms
from pipeline.paths import FORMS
from pipeline.records import Received, Rejection
from pipeline.review.pictures import Pictures
from pipeline.store import Store
from pipeline.web.desk import Desk


@contextmanager
def desk_over(inbox: Inbox) -> Iterator[Desk]:
    forms = {form.id: form for form in load_forms(FORMS)}
    with Store.open(inbox.url) as store:
        pictures = Pictures(inbox.out / "review", Settings())
        desk = Desk(store, forms, pictures, inbox.out, GATE)
        try:
            yield desk
        finally:
            desk.close()
            pictures.close()


def test_a_run_that_only_refused_something_reaches_the_page(inbox: Inbox) -> None:
    inbox.add("a.png", fiche())
    with desk_over(inbox) as desk:
        assert desk.refused() == ()
        rejection = Rejection("mail", "Ce courriel n'apporte aucune fiche.")
        with Store.open(inbox.url) as run:
            run.record_received(Received("b.eml", 1, 1, (), (("b.eml", rejection),)))
        desk.catch_up()
        assert [refusal.document for refusal in desk.refused()] == ["b.eml"]


def test_what_was_decided_while_the_store_was_read_anew_stands(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.add("a.png", fiche(doubtful={"email": ("zoe@exemple.fr", "zoé@exemple.fr")}))
    with desk_over(inbox) as desk:
        subject = "r1-1"
        read = Store.filed

        def slow(store: Store) -> tuple[Filed, ...]:
            before = tuple(read(store))
            monkeypatch.setattr(Store, "filed", read)
            correct = Decision(Act.CORRECT, "email", "zoe@exemple.fr")
            desk.act(subject, (correct,), seen=0, who="Zoé")
            return before

        monkeypatch.setattr(Store, "filed", slow)
        desk.reload()
        filed, _ = desk.file(subject)
        assert filed.version > 0
        assert desk.counts().to_review == 0
