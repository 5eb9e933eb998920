"""A real store with fiches to review, and the real server over it; invented people only."""

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, PngImagePlugin
from playwright.sync_api import Page, expect

from pipeline import fields
from pipeline.config import Accounting
from pipeline.forms.schema import Form, load_forms
from pipeline.judging.deciding import position
from pipeline.judging.judge import judge
from pipeline.ledger import Movement, Statement
from pipeline.paths import FORMS
from pipeline.payments.overlap import new_movements
from pipeline.records import (
    Candidate,
    Envelope,
    FieldReading,
    Origin,
    Outcome,
    Received,
    Registration,
    Rejection,
    Source,
    Status,
)
from pipeline.simulate import names
from pipeline.store import Store
from pipeline.treasury.receive import accounts_of
from pipeline.treasury.tables import write_tables
from tests import warm
from tests.judged import LENIENT
from tests.pages import drawn, form

REPOSITORY = Path(__file__).parent.parent
GATE = LENIENT
PEOPLE = ("Zoé MARTIN", "Luc PETIT", "Inès ROUX", "Yann LE GOFF", "Awa DIOP", "Théo GARCIA")


def somebody(n: int) -> tuple[str]:
    """A person who has nothing in common with the others so invented."""
    return (f"{names.GIVEN[7 * n]} {names.SURNAMES[5 * n].upper()}",)


@cache
def _page(style: str, seed: int) -> Image.Image:
    leaf, _ = drawn(style, seed)
    return Image.fromarray(np.asarray(leaf.image)).convert("L")


def picture(mark: str, *, style: str = "typed", seed: int = 1) -> bytes:
    """A drawn fiche as PNG; another ``mark``, other bytes."""
    info = PngImagePlugin.PngInfo()
    info.add_text("mark", mark)
    buffer = BytesIO()
    _page(style, seed).save(buffer, "PNG", pnginfo=info, dpi=(200, 200), compress_level=1)
    return buffer.getvalue()


def read(
    of: Form, name: str, *candidates: str, sure: float = 0.99, doubt: str = ""
) -> FieldReading:
    """A reading with these candidates, best first; to review where there is a ``doubt``."""
    zone = of.zone(name)
    number = int(name.partition(".")[2] or 1)
    box = zone.lines[number - 1] if zone.repeated else zone.box_mm
    shares = (sure, *(round((1 - sure) / 2**k, 4) for k in range(1, len(candidates))))
    values = [
        t if zone.type == "checkbox" or not t else fields.load(zone.type).parse(t)
        for t in candidates
    ]
    found = tuple(
        Candidate(0 if zone.type == "count" and v == "" else v, t, p)
        for v, t, p in zip(values, candidates, shares, strict=True)
    )
    status = Status.REVIEW if doubt else Status.ACCEPTED
    return FieldReading(name, zone.type, 1, box, candidates[0], found, Origin.OCR, status, doubt)


def fiche(
    *,
    people: tuple[str, ...] = (PEOPLE[0],),
    organisation: str = "Foyer du Chêne",
    email: str = "accueil@foyer-du-chene.fr",
    total: str = "42.10",
    doubtful: Mapping[str, tuple[str, ...]] | None = None,
) -> Registration:
    """A fiche of members who all eat; ``doubtful`` gives the candidates of fields in doubt."""
    of = form()
    count = str(len(people))
    told = {
        "organisation": organisation,
        "email": email,
        "telephone": "02 40 12 34 56",
        **{f"personnes.{n}": person for n, person in enumerate(people, start=1)},
        "adherents": count,
        "non_adherents": "0",
        "repas": count,
        "total": total,
        "paiement": "virement",
    }
    doubts = dict(doubtful or {})
    readings = [
        read(of, name, *doubts[name], sure=0.6, doubt="Lecture incertaine.")
        if name in doubts
        else read(of, name, text)
        for name, text in told.items()
    ]
    nobody = Candidate(0, "0", 0.99)
    readings.append(
        FieldReading("etudiants", "count", 1, None, "", (nobody,), Origin.COMPUTED, Status.ACCEPTED)
    )
    readings.sort(key=lambda reading: position(of, reading.field))
    due = len(people) * (3000 + 1210)
    bare = Registration(of.id, 1, tuple(readings), total_due_cents=due, roles=of.roles)
    return judge(bare, of, LENIENT)


class Inbox:
    """What a run wrote: an inbox, a store, and who was registered in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out = folder / "inbox", folder / "out"
        self.folder.mkdir(parents=True)
        self.out.mkdir()
        self.url = f"sqlite:///{self.out / 'fiches.sqlite'}"

    def add(
        self,
        name: str,
        *registrations: Registration,
        rejection: Rejection | None = None,
        data: bytes = b"",
        sender: str = "",
        subject: str = "",
    ) -> Source:
        """Keep a document and what a run made of it."""
        path = self.folder / name
        path.write_bytes(data or picture(name))
        envelope = Envelope(sender, subject, None) if sender else None
        digest = sha256(path.read_bytes()).hexdigest()
        source = Source(name, path, digest, envelope)
        with Store.open(self.url) as store:
            store.record_received(Received(name, path.stat().st_size, 1, (source,)))
            rejections = (rejection,) if rejection else ()
            outcome = Outcome(source, 1, registrations, rejections)
            store.record_outcome(outcome, reader="tests")
        return source

    def bank(self, *movements: Movement) -> None:
        """Keep a bank's statement of these, and decide what is sure of it."""
        (iban,) = accounts_of(load_forms(FORMS))
        days = [movement.day for movement in movements]
        digest = sha256(repr(movements).encode()).hexdigest()
        with Store.open(self.url) as store:
            statement = Statement(digest, "QIF", iban, min(days), max(days), movements)
            store.record_statement(statement, fresh=new_movements)
            write_tables(store, self.out, load_forms(FORMS), Accounting())


def moved(day: int, cents: int, label: str, payer: str = "") -> Movement:
    """A movement of January 2018."""
    return Movement(date(2018, 1, day), cents, payer, label)


class TellingBrowser:
    """A program for BROWSER that only tells what it was started with."""

    def __init__(self, folder: Path) -> None:
        self._told, program = folder / "told", folder / "browser"
        part = f"{self._told}.part"
        program.write_text(f'#!/bin/sh\necho "$@" > {part} && mv {part} {self._told}\n')
        program.chmod(0o700)
        self.environment = {"BROWSER": str(program)}

    def started_with(self) -> str:
        until = time.monotonic() + 30
        while not self._told.exists() and time.monotonic() < until:
            time.sleep(0.05)
        return self._told.read_text().strip()


class Served(str):
    """The address that ``fiches review`` printed; it works once."""

    lines: Iterator[str]

    def again(self) -> str:
        """The address that is printed once this one was used, and somebody is not let in."""
        return _address_in(self.lines)


def _address_in(lines: Iterator[str]) -> str:
    others = []
    for line in lines:
        if found := re.match(r"http://\S+", line):
            return found[0]
        others.append(line)
    raise AssertionError("".join(others))


@contextmanager
def serving(
    out: Path,
    *flags: str,
    quality_sample: float = 0,
    also: str = "",
    opens: bool = False,
    **environment: str,
) -> Iterator[Served]:
    """The address that ``fiches review`` prints, while it serves; ``opens`` a browser, too.

    ``also``: further lines of its ``fiches.toml``.
    """
    config = out.parent / "fiches.toml"
    config.write_text(f"quality_sample = {quality_sample}\n{also}", "utf-8")
    arguments = ["review", "--out", str(out), "--config", str(config)]
    arguments += [*([] if opens else ["--no-browser"]), *flags]
    started = warm.fresh if "PYTHONPATH" in environment else warm.forked
    with started(*arguments, folder=REPOSITORY, environment={**os.environ, **environment}) as said:
        served = Served(_address_in(said))
        served.lines = said
        yield served


def by_field(page: Page, address: str) -> None:
    """Let this browser show one field at a time."""
    home = address.partition("/entrer")[0]
    page.context.add_cookies([{"name": "regard", "value": "champ", "url": home}])


def press(page: Page, key: str) -> None:
    """A key, as soon as keys are taken: nobody confirms what they have not seen."""
    await_keys(page)
    page.keyboard.press(key)


def await_keys(page: Page) -> None:
    """What was asked for is there."""
    expect(page.locator("body[data-ready]")).to_be_attached()


def reviewed(url: str) -> list[Status]:
    """What became of each registration."""
    with Store.open(url) as store:
        return [filed.registration.status for filed in store.filed()]


def assert_open_to_all(page: Page, where: str) -> None:
    """Nothing on the page is a serious barrier to anybody."""
    violations = Axe().run(page).response["violations"]
    serious = [
        (one["id"], [node["html"][:120] for node in one["nodes"][:3]])
        for one in violations
        if one["impact"] in ("serious", "critical")
    ]
    assert not serious, (where, serious)


def weight(page: Page) -> int:
    """Bytes of an open page and of all it shows, unpacked, from the browser's own account."""
    loaded = page.evaluate(
        "() => ['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))"
        ".map(one => [one.name, one.responseStatus, one.decodedBodySize])"
    )
    assert all(status == 200 and size for _, status, size in loaded), loaded
    return sum(size for *_, size in loaded)
