"""Drawn mails and lists of members, as a secretary gets and keeps them."""

import csv
import json
from email.utils import parseaddr
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from pipeline import calibrate, forecast, paths
from pipeline.cli import main
from pipeline.config import Settings
from pipeline.errors import ExitCode, InputError
from pipeline.forms.schema import Form, load_form
from pipeline.intake.filekind import Kind
from pipeline.intake.mail import open_mail
from pipeline.intake.receive import discover
from pipeline.judging.members import load_members, name_key
from pipeline.records import Envelope, Source
from pipeline.simulate import Hands, simulate, write_members
from pipeline.simulate.contents import Filling, invent
from pipeline.simulate.mails import mail_document
from pipeline.text import fold

FORM = load_form(paths.FORMS / "mais-2018-02-02")


@pytest.fixture
def small_form(tmp_path: Path) -> Form:
    """The form without its people: it counts no members."""
    folder = tmp_path / FORM.id
    folder.mkdir()
    told = (FORM.folder / "form.toml").read_text("utf-8")
    (folder / "form.toml").write_text(told.replace('members = "adherents"', ""), "utf-8")
    (folder / "blank.pdf").write_bytes(FORM.blank_path.read_bytes())
    return load_form(folder)


def drawn(folder: Path, **told: object) -> dict[str, dict]:
    simulate(FORM, folder, styles=["digital"], **told)  # type: ignore[arg-type]
    return json.loads((folder / "truth.json").read_text("utf-8"))  # type: ignore[no-any-return]


def mails(folder: Path, n: int) -> list[tuple[Filling, Envelope]]:
    """Fillings, and what the mails say that bring them."""
    brought = []
    for k in range(n):
        filling = invent(FORM, np.random.default_rng([6, k]))
        path = folder / "fiche.pdf"
        path.write_bytes(b"%PDF-1.4")
        mail_document(FORM, filling, path, np.random.default_rng([6, k, 2]))
        mail = open_mail((folder / "fiche.eml").read_bytes(), Kind.EML)
        brought.append((filling, mail.envelope))
    return brought


def received(inbox: Path, spool: Path) -> list[Source]:
    return [source for receipt in discover(inbox, spool, known={}) for source in receipt.sources]


def test_each_mail_brings_one_document_called_as_the_truth_calls_it(tmp_path: Path) -> None:
    truth = drawn(tmp_path / "inbox", n=6, seed=1, mailed=1.0)
    assert "digital-0000.eml!digital-0000.pdf" in truth
    sources = received(tmp_path / "inbox", tmp_path / "spool")
    assert sorted(source.document for source in sources) == sorted(truth)
    assert all(source.envelope and "@" in source.envelope.sender for source in sources)


def test_a_mail_brings_the_very_document_that_would_lie_there_bare(tmp_path: Path) -> None:
    bare = drawn(tmp_path / "bare", n=8, seed=1)
    some = drawn(tmp_path / "some", n=8, seed=1, mailed=0.5)
    assert list(bare.values()) == list(some.values())
    assert 1 <= sum("!" in name for name in some) <= 7
    for source in received(tmp_path / "some", tmp_path / "spool"):
        name = source.document.rpartition("!")[2]
        assert source.path.read_bytes() == (tmp_path / "bare" / name).read_bytes()


def test_the_same_seed_gives_the_same_mails(tmp_path: Path) -> None:
    for folder, seed in (("a", 4), ("b", 4), ("c", 5)):
        drawn(tmp_path / folder, n=3, seed=seed, mailed=1.0)
        write_members(FORM, tmp_path / folder, seed=seed)
    a, b, c = (
        {path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()} for folder in "abc"
    )
    assert a == b
    assert all(a[name] != c[name] for name in a)


def test_senders_are_registered_or_namesakes_or_offices(tmp_path: Path) -> None:
    n, own, silent, said_phone = 400, 0, 0, 0
    registered = namesakes = 0
    for filling, envelope in mails(tmp_path, n):
        shown, address = parseaddr(envelope.sender)
        people = {name_key(f"{person.given} {person.surname}") for person in filling.people}
        surnames = [fold(person.surname) for person in filling.people]
        own += address == filling.fields["email"]
        registered += name_key(shown) in people
        namesakes += name_key(shown) not in people and any(
            set(name_key(surname)) < set(name_key(shown)) for surname in surnames
        )
        silent += not envelope.said.strip()
        digits = "".join(c for c in envelope.said if c.isdecimal())
        said_phone += str(filling.fields["telephone"])[2:] in digits
    assert 0.4 < registered / n < 0.6
    assert 0.02 < namesakes / n < 0.12
    assert 0.25 < own / n < 0.6
    assert 0.05 < silent / n < 0.2
    assert 0.15 < said_phone / n < 0.6


# the list of members


def test_the_list_holds_nearly_all_members_and_as_many_strangers(tmp_path: Path) -> None:
    truth = drawn(tmp_path, n=60, seed=2)
    write_members(FORM, tmp_path, seed=2)
    with (tmp_path / "members.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    members = load_members(tmp_path / "members.csv")
    paying, others = [], []
    for entry in truth.values():
        fields = entry["fields"]
        paying += fields["personnes"][: fields["adherents"]]
        others += fields["personnes"][fields["adherents"] :]
    listed = sum(members.lists(person) for person in paying)
    assert 0.88 * len(paying) <= listed < len(paying)
    assert not any(members.lists(person) for person in others)
    assert len(rows) == 2 * listed
    assert members.organisations
    assert members.emails


def test_a_run_over_the_folder_refuses_the_list_as_it_refuses_the_truth(tmp_path: Path) -> None:
    drawn(tmp_path / "inbox", n=1, seed=1)
    write_members(FORM, tmp_path / "inbox", seed=1)
    refused = {
        receipt.name: [rejection.kind for _, rejection in receipt.rejections]
        for receipt in discover(tmp_path / "inbox", tmp_path / "spool", known={})
        if not receipt.sources
    }
    assert set(refused) == {"members.csv", "truth.json"}
    assert refused["members.csv"] == refused["truth.json"]


def test_a_form_that_counts_no_members_gets_no_list(small_form: Form, tmp_path: Path) -> None:
    simulate(small_form, tmp_path / "drawn", n=1, seed=1, styles=["digital"])
    write_members(small_form, tmp_path / "drawn", seed=1)
    assert not (tmp_path / "drawn" / "members.csv").exists()


def test_a_list_with_no_member_on_it_can_be_loaded(tmp_path: Path) -> None:
    truth = drawn(tmp_path, n=1, seed=1)
    (entry,) = truth.values()
    entry["fields"]["adherents"] = 0
    (tmp_path / "truth.json").write_text(json.dumps(truth), "utf-8")
    write_members(FORM, tmp_path, seed=1)
    assert len(load_members(tmp_path / "members.csv").names) >= 1


# invented people are never held against a real list


@pytest.mark.parametrize("verb", [calibrate, forecast])
def test_a_list_of_real_members_plays_no_part(
    verb: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Settings] = []

    def run(_inbox: Path, _out: Path, settings: Settings, **_more: object) -> None:
        told.append(settings)
        raise InputError("nothing to read")

    monkeypatch.setattr(verb, "run", run)
    settings = Settings(members=tmp_path / "members.csv")
    reads = {
        calibrate: partial(calibrate.calibrate, FORM, tmp_path, settings),
        forecast: partial(forecast.forecast, FORM, settings),
    }
    with pytest.raises(InputError):
        reads[verb](n=1, seed=0, jobs=0)
    assert [settings.members for settings in told] == [None]


def test_half_of_what_is_calibrated_on_comes_as_mails_and_all_hands_are_as_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def draw(_form: Form, folder: Path, **told: object) -> None:
        drawn.append((told["mailed"], told["hands"]))
        folder.mkdir(parents=True)
        (folder / "truth.json").write_text("{}", "utf-8")

    def run(*_told: object, **_more: object) -> None:
        raise InputError("nothing to read")

    monkeypatch.setattr(calibrate, "simulate", draw)
    monkeypatch.setattr(calibrate, "run", run)
    ink, fonts = str(tmp_path / "ink"), str(tmp_path / "fonts")
    command = ["calibrate", FORM.id, "--n", "1", "--jobs", "0", "--out", str(tmp_path / "out")]
    assert main([*command, "--ink", ink, "--fonts", fonts]) == ExitCode.INPUT
    assert drawn == [(0.5, Hands(Path(ink), Path(fonts), share=1 / 2))]
