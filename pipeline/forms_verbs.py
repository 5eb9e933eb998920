"""The verb of whoever describes forms: blanks drafted, forms checked, drawn and listed."""

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import ConfigError, ExitCode, ExportError, InputError
from pipeline.language import tr
from pipeline.terminal import aside, load_flags, print_table, writing

if TYPE_CHECKING:
    from pipeline.drafting.drafted import Draft

WHAT = ("draft", "check", "draw", "list")
FOLDER = Path("formulaires")
"""Where drafts go, unless the settings name a folder of forms."""
_CHECKED = re.compile(r"^# À VÉRIFIER \((\d+)\s%\).*\n(?:#.*\n)*field = \"(\w+)\"", re.MULTILINE)


def forms(arguments: argparse.Namespace) -> ExitCode:
    """Do what was asked of forms. Raises InputError where what it is to be done with is missing."""
    if arguments.what == "list":
        return _list(arguments)
    if arguments.path is None:
        raise InputError(
            tr("Say what to {what}: a blank, or the folder of a form.", what=arguments.what)
        )
    do = {"draft": _draft, "check": _check, "draw": _draw}[arguments.what]
    return do(arguments)


def _draft(arguments: argparse.Namespace) -> ExitCode:
    from pipeline.drafting.draft import draft_of, id_of
    from pipeline.drafting.sheets import leaves, write_blank
    from pipeline.drafting.write import toml_of
    from pipeline.forms.schema import load_form
    from pipeline.paths import write_whole

    settings, path = load_flags(arguments), arguments.path
    if not path.is_file():
        raise InputError(tr("{path} is not there: name the file of a blank.", path=path))
    form_id = id_of(arguments.id or path.stem)
    root = arguments.out or (settings.forms[-1] if settings.forms else FOLDER)
    folder = root / form_id
    if folder.exists():
        raise ExportError(
            tr("{folder} is there already: name another form with --id.", folder=folder)
        )
    read = leaves(path)
    made = draft_of([leaf.sheet for leaf in read], form_id=form_id)
    if not made.is_form:
        raise InputError(
            tr("{path}: no place to write on was found: is it a blank form?", path=path)
        )
    with writing(folder):
        folder.mkdir(parents=True)
        write_blank(path, read, folder / "blank.pdf")
        write_whole(folder / "form.toml", toml_of(made).encode())
    load_form(folder)
    _print_draft(made)
    print(
        tr(
            "{file}: look it through, then type fiches forms draw {folder}.",
            file=folder / "form.toml",
            folder=folder,
        )
    )
    if root.resolve() not in {known.resolve() for known in settings.forms}:
        aside(tr('runs use it once fiches.toml says forms = ["{root}"]', root=root))
    return ExitCode.OK


def _check(arguments: argparse.Namespace) -> ExitCode:
    from pipeline.forms.schema import load_form

    form = load_form(_folder(arguments.path))
    doubtful = _doubtful(form.folder)
    print(
        tr(
            "{id}: no fault in {zones} zones on {pages} pages.",
            id=form.id,
            zones=len(form.zones),
            pages=len({zone.page for zone in form.zones}),
        )
    )
    if doubtful:
        print(
            tr(
                "{count} are marked « À VÉRIFIER »: {fields}.",
                count=len(doubtful),
                fields=", ".join(doubtful),
            )
        )
    return ExitCode.OK


def _draw(arguments: argparse.Namespace) -> ExitCode:
    from pipeline.drafting.draw import draw_zones
    from pipeline.forms.schema import load_form

    form = load_form(_folder(arguments.path))
    out = arguments.out or form.folder
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        for number, picture in enumerate(draw_zones(form, _doubtful(form.folder)), start=1):
            file = out / f"zones-{number}.png"
            picture.save(file)
            print(file)
    return ExitCode.OK


def _list(arguments: argparse.Namespace) -> ExitCode:
    from rich.markup import escape
    from rich.table import Table

    from pipeline.forms.schema import load_form
    from pipeline.paths import FORMS

    settings = load_flags(arguments)
    table = Table(tr("form"), tr("title"), tr("zones"), tr("to check"), tr("folder"))
    for root in (FORMS, *settings.forms):
        for path in sorted(root.glob("*/form.toml")):
            form = load_form(path.parent)
            count = str(len(form.zones)), str(len(_doubtful(form.folder)) or "")
            table.add_row(form.id, escape(form.title), *count, escape(str(form.folder)))
    print_table(table)
    return ExitCode.OK


def _folder(path: Path) -> Path:
    """The folder of a form that a path names: itself, or that of its file."""
    folder = path.parent if path.name == "form.toml" else path
    if not (folder / "form.toml").is_file():
        raise ConfigError(tr("{folder} holds no form.toml.", folder=folder))
    return folder.resolve()


def _doubtful(folder: Path) -> dict[str, float]:
    """How sure the draft was of the fields that are still marked, by field."""
    text = (folder / "form.toml").read_text("utf-8")
    return {field: int(percent) / 100 for percent, field in _CHECKED.findall(text)}


def _print_draft(made: "Draft") -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(tr("field"), tr("type"), tr("label"), tr("page"), tr("sure"), tr("doubt"))
    for zone in sorted(made.asked, key=lambda zone: zone.sure):
        sure = f"{round(100 * zone.sure)} %"
        table.add_row(
            zone.field, zone.type, escape(zone.label), str(zone.page), sure, escape(zone.why)
        )
    print_table(table)
