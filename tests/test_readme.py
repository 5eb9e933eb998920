"""The documents name what there is: verbs, options, settings, keys, rooms, and files that exist."""

import argparse
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline import fields
from pipeline.cli import build_parser
from pipeline.config import Accounting, Configuration, Mailbox, Promise
from pipeline.errors import DocumentError, ExitCode
from pipeline.exporters import outputs
from pipeline.forms.constraints import Constraint
from pipeline.forms.schema import Form
from tests.test_imports import ROOMS

ROOT = Path(__file__).parent.parent
README, REFERENCE, CONTRIBUTING = (
    (ROOT / f"{name}.md").read_text("utf-8") for name in ("README", "REFERENCE", "CONTRIBUTING")
)
DOCUMENTS = ("README.md", "REFERENCE.md", "CONTRIBUTING.md", "LISEZMOI.md")
FOLDER = "folder"
"""Where a form was read from: no key of its file."""
KINDS: tuple[type[BaseModel], ...] = get_args(get_args(Constraint)[0])
OF_EVERY_KIND = {"kind", "broken", "message"}


def section(heading: str, text: str = REFERENCE) -> str:
    """What stands under a heading, as far as the next one of its level or above."""
    level = heading.partition(" ")[0]
    found = re.search(
        rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{len(level)}}} |\Z)", text, re.DOTALL | re.MULTILINE
    )
    assert found, f"no heading {heading!r}"
    return found[1]


def table(text: str) -> list[list[str]]:
    """The cells of every row of every table of a text, but for headings."""
    rows = re.findall(r"^\| (.*)\|$(?!\n\|-)", text, re.MULTILINE)
    return [[cell.strip() for cell in row.split("|")] for row in rows]


def coded(text: str) -> list[str]:
    """What stands in backquotes."""
    return re.findall(r"`([^`]+)`", text)


def verbs() -> Mapping[str, argparse.ArgumentParser]:
    (found,) = (a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    return found.choices


def flags(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Each in its long form."""
    for action in parser._actions:
        if action.option_strings and not isinstance(action, argparse._HelpAction):
            yield action.option_strings[-1]


def keys(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """What a file calls the fields of a model."""
    told = model.model_fields.items()
    return {field.alias or name: field for name, field in told if name != FOLDER}


def default(field: FieldInfo) -> str:
    """As the tables write it."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or isinstance(value, BaseModel):
        return "none"
    return f"`{json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)}`"


def parts(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """The tables that a file of this model may hold, as its headings write them."""
    for key, field in keys(model).items():
        found = [one for one in models(field.annotation) if one not in KINDS]
        for one in found:
            yield (f"[[{key}]]" if "tuple" in str(field.annotation) else f"[{key}]"), one
            for heading, part in parts(one):
                yield heading.replace("[[", f"[[{key}."), part


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models within an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models(inner)


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 140


@pytest.mark.parametrize("verb", sorted(verbs()))
def test_a_verb_is_named(verb: str) -> None:
    named = re.compile(rf"`fiches {verb}(?![\w-])")
    assert named.search(section("## Use it", README))
    assert named.search(section("## Verbs"))


def test_the_options_are_those_of_the_verbs() -> None:
    of: dict[str, set[str]] = {flag: set() for flag in flags(build_parser())}
    for verb, parser in verbs().items():
        for flag in flags(parser):
            of.setdefault(flag, set()).add(verb)
    told = {coded(flag)[0].split()[0]: cell for flag, cell, _ in table(section("## Options"))}
    groups = {"all": set(verbs()), "": set[str]()}
    assert {
        flag: groups[cell] if cell in groups else set(cell.split(", "))
        for flag, cell in told.items()
    } == of


def test_the_settings_are_named_with_their_defaults() -> None:
    told = {coded(row[0])[0]: row for row in table(section("## Settings of `fiches.toml`"))}
    _, names, shares, _ = told.pop("[promise]")
    _, names_of_mailbox, _, _ = told.pop("[mailbox]")
    told.pop("[accounting]")
    assert coded(names_of_mailbox) == [key for key, f in keys(Mailbox).items() if f.is_required()]
    promised = Promise().model_dump()
    assert (coded(names), coded(shares)) == (list(promised), [f"{p:g}" for p in promised.values()])
    assert {name: value for name, (_, _, value, _) in told.items()} == {
        key: default(field)
        for key, field in keys(Configuration).items()
        if key not in ("promise", "mailbox", "accounting")
    }


def test_the_keys_of_accounting_are_named_with_their_defaults() -> None:
    told = [row for row in table(section("### Entries")) if len(row) == 4]
    named = {coded(name)[0]: value for name, _, value, _ in told}
    assert named.pop("other_purposes").startswith("see")
    assert named == {
        key: default(field) for key, field in Accounting.model_fields.items() if key in named
    }
    assert len(named) == len(Accounting.model_fields) - 1


def test_the_keys_of_a_mailbox_are_named_with_their_defaults() -> None:
    told = [row for row in table(section("## Fetch mail")) if len(row) == 4]
    assert {coded(name)[0]: value for name, _, value, _ in told} == {
        key: default(field) for key, field in Mailbox.model_fields.items()
    }


@pytest.mark.parametrize(
    ("heading", "model"), [("The form", Form), *((f"`{h}`", m) for h, m in parts(Form))]
)
def test_the_keys_of_a_form_are_named_with_their_defaults(
    heading: str, model: type[BaseModel]
) -> None:
    told = [row for row in table(section(f"### {heading}")) if len(row) == 4]
    assert {coded(name)[0]: value for name, _, value, _ in told} == {
        key: default(field) for key, field in keys(model).items()
    }


def test_every_part_of_a_form_has_a_heading() -> None:
    headings = re.findall(r"^### `(\[.*\])`", section("## The keys of `form.toml`"), re.MULTILINE)
    assert set(headings) == {heading for heading, _ in parts(Form)} | {"[[constraints]]"}


def test_the_kinds_of_constraints_are_named_with_their_keys() -> None:
    text = section("### `[[constraints]]`")
    of_every_kind, of_a_kind = re.split(r"^\| kind .*\n", text, flags=re.MULTILINE)
    assert {coded(row[0])[0] for row in table(of_every_kind)} == OF_EVERY_KIND
    told = {
        coded(kind)[0]: ({word for word in coded(names) if word.isidentifier()}, float(broken))
        for kind, _, names, broken in table(of_a_kind)
    }
    assert told == {
        kind: (set(keys(one)) - OF_EVERY_KIND, one.model_fields["broken"].default)
        for one in KINDS
        for kind in get_args(one.model_fields["kind"].annotation)
    }


def test_the_field_types_are_named() -> None:
    told = [row[0] for row in table(section("### `[[zones]]`")) if len(row) == 2]
    assert sorted(coded(" ".join(told))) == fields.names()


def test_what_a_run_writes_is_named() -> None:
    files = {path.name for path in outputs(Path())}
    short, whole = (
        {word for row in table(text) for word in coded(row[0])}
        for text in (section("## What comes out", README), section("## What a run writes"))
    )
    kinds = {one.kind for one in DocumentError.__subclasses__()}
    assert files <= short
    assert files | kinds <= whole


def test_the_exit_codes_are_named() -> None:
    assert [int(code) for code, _ in table(section("## Exit codes"))] == sorted(ExitCode)


def test_the_floors_are_those_that_imports_keep_to() -> None:
    told = re.findall(r"^    (.+)$", section("## How it works", CONTRIBUTING), re.MULTILINE)
    floors = [set(line.split()) for line in told[-len(ROOMS) :]]
    assert floors == [set(floor) for floor in ROOMS]


def test_the_rooms_and_their_modules_exist() -> None:
    rows = table(section("## How it works", CONTRIBUTING))
    rooms = [ROOT / room for cells in rows for room in coded(cells[0])]
    assert all(room.exists() for room in rooms)
    packages = {path.parent for path in ROOT.glob("pipeline/*/__init__.py")}
    assert packages <= set(rooms)
    for named, job in rows:
        folders = [ROOT / room for room in coded(named) if room.endswith("/")]
        words = " ".join(word for word in coded(job) if re.fullmatch(r"[a-z_ ]+", word)).split()
        modules = {path.stem for folder in folders for path in folder.glob("*.py")}
        assert set(words) <= modules, named


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_a_document_links_to_exists(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert links
    for link in links:
        path, _, anchor = link.partition("#")
        target = ROOT / (path or name)
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}
            assert anchor in slugs, link
