"""A letter put into words by its template: the one that ships, or the user's own of that name.

A template is a text file in UTF-8 whose first line says the subject: ``Objet : ...``. It runs in
Jinja's sandbox: https://jinja.palletsprojects.com/en/stable/sandbox/
"""

import re
import traceback
from functools import cache
from pathlib import Path

from jinja2 import (
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipeline.errors import ConfigError
from pipeline.intake.naming import one_line
from pipeline.language import foreign, tr, why
from pipeline.letters.letter import Letter, template_of, values

SHIPPED = Path(__file__).parent / "templates"
_SUBJECT = re.compile(r"\s*Objet\s*:(?P<subject>[^\n]*)\n?(?P<body>.*)", re.DOTALL)
_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+\n")


def worded(letter: Letter, *, folder: Path | None = None) -> tuple[str, str]:
    """The subject and the body of a letter; a template in the ``folder`` counts instead of the one
    that ships. Raises ConfigError, naming the file and its line, where that is faulty.
    """
    if folder and not folder.is_dir():
        raise ConfigError(tr("No folder {path}: mend letters = in fiches.toml.", path=folder))
    name = template_of(letter)
    path = folder / name if folder and (folder / name).exists() else SHIPPED / name
    text = _rendered(path, letter, folder=folder or SHIPPED)
    match = _SUBJECT.fullmatch(text)
    subject = one_line(match["subject"]) if match else ""
    if match is None or not subject:
        raise _faulty(path, 1, tr("the first line is to say “Objet : ...”"))
    return subject, _BLANK_LINES.sub("\n\n", match["body"]).strip() + "\n"


@cache
def _environment(folder: Path) -> ImmutableSandboxedEnvironment:
    """Compiles each template once, and again when its file has changed."""
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([folder, SHIPPED], encoding="utf-8-sig"),
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )


def _rendered(path: Path, letter: Letter, *, folder: Path) -> str:
    try:
        return _environment(folder).get_template(path.name).render(values(letter))
    except TemplateSyntaxError as err:
        place = Path(err.filename) if err.filename else path
        raise _faulty(place, err.lineno, foreign(err.message or "")) from err
    except UnicodeDecodeError as err:
        line = err.object[: err.start].count(b"\n") + 1
        raise _faulty(path, line, tr("not UTF-8: save it as UTF-8")) from err
    except Exception as err:  # the template's own: whatever it does may go wrong
        if isinstance(err, OSError) and not isinstance(err, TemplateNotFound):
            said = tr("{path}: cannot be read ({why}).", path=err.filename or path, why=why(err))
            raise ConfigError(said) from err
        frames = reversed(traceback.extract_tb(err.__traceback__))
        frame = next((f for f in frames if Path(f.filename).is_relative_to(folder)), None)
        place, at = (Path(frame.filename), frame.lineno) if frame else (path, None)
        raise _faulty(place, at or 1, _wrong(err)) from err


def _wrong(err: Exception) -> str:
    """What went wrong while a template ran; Python's own words might quote what a fiche says."""
    match err:
        case TemplateNotFound(name=str(name)):
            return tr("no file {path}", path=name)
        case TemplateError(message=str(words)):
            return foreign(words)
    return type(err).__name__


def _faulty(path: Path, line: int, what: str) -> ConfigError:
    return ConfigError(
        tr(
            "{path}, line {line}: {what}. Mend it, or take it away: then the letter that ships is "
            "used.",
            path=path,
            line=line,
            what=what.rstrip("."),
        )
    )
