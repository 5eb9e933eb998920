"""The fiches that a mail speaks of come first where a person looks for them."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from builders import reading, registration

from pipeline.decisions import Filed
from pipeline.records import Envelope, Source
from pipeline.review.spoken import spoken_of


def _filed(number: int, *people: str, sender: str = "", day: int = 1) -> Filed:
    form = registration(people=people)
    form = form.replacing(replace(reading("organisation", "Foyer"), type="organisation"))
    named = tuple(
        replace(r, type="person") if r.field.startswith("personnes") else r for r in form.readings
    )
    envelope = Envelope(sender, "", datetime(2018, 2, day, tzinfo=UTC)) if sender else None
    source = Source(f"{number}.eml!a.pdf", Path(), str(number), envelope)
    return Filed(f"r{number}-1", f"id{number}", 1, 0, replace(form, readings=named), (source,))


def _spoken(said: str, *filed: Filed, sender: str = "x@exemple.fr") -> list[str]:
    return [one.subject for one in spoken_of(Envelope(sender, "Annulation", None, said), filed)]


def test_who_is_named_comes_before_what_the_same_sender_sent() -> None:
    named = _filed(1, "Zoé MARTIN")
    sent = _filed(2, "Ana LIMA", sender="Léa <lea@exemple.fr>")
    other = _filed(3, "Luc PETIT", sender="luc@exemple.fr")
    said = "Bonjour, Zoé Martin ne viendra pas."
    assert _spoken(said, named, sent, other, sender="lea@exemple.fr") == ["r1-1", "r2-1"]


def test_of_two_alike_the_latest_comes_first() -> None:
    twice = [_filed(n, "Zoé MARTIN", sender="z@exemple.fr", day=n) for n in (1, 2)]
    assert _spoken("Zoé Martin est malade.", *twice) == ["r2-1", "r1-1"]


def test_a_mail_that_speaks_of_nobody_proposes_nothing() -> None:
    assert _spoken("Bonjour.", _filed(1, "Zoé MARTIN")) == []
