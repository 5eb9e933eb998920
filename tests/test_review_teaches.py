"""What a review confirmed is evidence for the fiches that come later."""

import json
from pathlib import Path

from desks import Inbox, fiche
from fake_work import READER, write_document
from judged import LENIENT

from pipeline.config import Settings
from pipeline.decisions import Act, Change, Decision
from pipeline.judging.deciding import apply
from pipeline.runner import run
from pipeline.store import Store
from tests.pages import form


def test_the_next_run_knows_the_people_organisations_and_addresses_that_were_confirmed(
    tmp_path: Path,
) -> None:
    inbox = Inbox(tmp_path)
    inbox.add("a.png", fiche(doubtful={"organisation": ("Foyer du Chine", "Foyer du Chêne")}))
    write_document(tmp_path / "later" / "b.pdf", "fine B")
    run(tmp_path / "later", inbox.out, Settings(), reader=READER)
    assert not (inbox.out / "known.json").exists()
    with Store.open(inbox.url) as store:
        filed = next(one for one in store.filed() if one.registration.reading("organisation"))
        decisions = (
            Decision(Act.CORRECT, "organisation", "Foyer du Chêne"),
            Decision(Act.CONFIRM, "personnes.1", "Zoé MARTIN"),
            Decision(Act.CONFIRM, "email", "accueil@foyer-du-chene.fr"),
        )
        after = filed.registration
        for decision in decisions:
            after = apply(after, form(), decision, gate=LENIENT)
        store.decide([Change(filed.subject, filed.version, decisions, after)], who="Luc")
    run(tmp_path / "later", inbox.out, Settings(), reader=READER)
    known = json.loads((inbox.out / "known.json").read_text("utf-8"))
    assert known == {
        "organisations": ["Foyer du Chêne"],
        "people": ["Zoé MARTIN"],
        "emails": ["accueil@foyer-du-chene.fr"],
    }
