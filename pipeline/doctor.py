"""What is installed, what is missing, and what to type."""

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import numpy as np

from pipeline.config import Mailbox, Settings
from pipeline.engines import load
from pipeline.errors import PipelineError
from pipeline.forms.schema import load_forms
from pipeline.language import tr
from pipeline.paths import FORMS, MODELS

_EXTRAS = ("cluster", "postgres", "plots")
"""What a user may want besides; the others are for who works on Fiches."""
_OLDEST_PYTHON = (3, 11)
_NAME, _EXTRA = re.compile(r"[\w.-]+"), re.compile(r"extra == ['\"](\w+)")
_AGAIN = "pip install --force-reinstall fiches"
_TESSERACT = "apt install tesseract-ocr tesseract-ocr-fra"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked for; ``remedy`` is what to type where it is missing.

    ``needed``: without it, the engine that the settings name does not run.
    """

    what: str
    state: str
    ok: bool
    needed: bool = True
    remedy: str = ""


def examine(settings: Settings, *, folder: Path) -> tuple[Check, ...]:
    """Look at everything a run needs; ``folder`` is where it would write."""
    return (
        _python(),
        *_packages(),
        *_models(),
        _forms(settings),
        _engine(settings),
        _tesseract(needed=settings.engine == "tesseract"),
        Check(
            tr("may write here"),
            str(folder),
            ok=os.access(folder, os.W_OK),
            remedy=tr("go to a folder of yours, or give --out"),
        ),
    )


def look_at(mailbox: Mailbox, *, connect: bool) -> Check:
    """What is named; to ``connect`` and count what is there is the one check that uses the
    network."""
    what = tr("mailbox {user} at {host}", user=mailbox.user, host=mailbox.host)
    if not connect:
        return Check(what, tr("not asked: fiches doctor --mailbox connects to it"), ok=True)
    from pipeline.fetch import reach

    try:
        count = reach(mailbox)
    except PipelineError as err:
        return Check(what, "", ok=False, remedy=str(err))
    return Check(what, tr("{count} mails in {folder}", count=count, folder=mailbox.folder), ok=True)


def _python() -> Check:
    oldest = ".".join(map(str, _OLDEST_PYTHON))
    return Check(
        "Python",
        platform.python_version(),
        ok=sys.version_info >= _OLDEST_PYTHON,
        remedy=tr("install Python {oldest} or newer", oldest=oldest),
    )


def _packages() -> Iterator[Check]:
    """What the package says that it requires, and what its extras do."""
    try:
        required = requires("fiches") or ()
    except PackageNotFoundError:
        yield Check("fiches", "", ok=False, remedy=_AGAIN)
        return
    for requirement in required:
        package = _NAME.match(requirement)
        extra = _EXTRA.search(requirement)
        if package is None or (extra and extra[1] not in _EXTRAS):
            continue
        release = _version(package[0])
        yield Check(
            tr("{package} (extra {extra})", package=package[0], extra=extra[1])
            if extra
            else package[0],
            release,
            ok=bool(release),
            needed=not extra,
            remedy=f"pip install 'fiches[{extra[1]}]'" if extra else f"pip install {package[0]}",
        )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _models() -> Iterator[Check]:
    """Every file the manifest names, with its checksum."""
    try:
        manifest = tomllib.loads((MODELS / "MANIFEST.toml").read_text("utf-8"))
    except OSError:
        yield Check("models/MANIFEST.toml", "", ok=False, remedy=_AGAIN)
        return
    for name, entry in manifest.items():
        path = MODELS / name
        if not path.is_file():
            yield Check(f"models/{name}", "", ok=False, remedy=_AGAIN)
            continue
        good = hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]
        state = tr("as shipped") if good else tr("altered")
        yield Check(f"models/{name}", state, ok=good, remedy=_AGAIN)


def _forms(settings: Settings) -> Check:
    try:
        forms = load_forms(FORMS, *settings.forms)
    except PipelineError as err:
        return Check(tr("forms"), "", ok=False, remedy=str(err))
    return Check(tr("forms"), ", ".join(form.id for form in forms), ok=True)


def _engine(settings: Settings) -> Check:
    """Let the engine read a white line: it loads, and it runs."""
    what = tr("engine {name}", name=settings.engine)
    try:
        load(settings.engine, settings.learned).read_lines([np.full((48, 320), 255, np.uint8)])
    except (PipelineError, ImportError) as err:
        return Check(what, "", ok=False, remedy=str(err))
    return Check(what, tr("runs"), ok=True)


def _tesseract(*, needed: bool) -> Check:
    what = tr("Tesseract with French")
    program = shutil.which("tesseract")
    if program is None:
        return Check(what, "", ok=False, needed=needed, remedy=_TESSERACT)

    def ask(option: str) -> list[str]:
        asked = subprocess.run([program, option], capture_output=True, text=True, check=False)
        return (asked.stdout or asked.stderr).splitlines()

    release = next(iter(ask("--version")), "")
    french = "fra" in ask("--list-langs")
    if not french:
        release = tr("{version}, no French", version=release)
    return Check(what, release, french, needed=needed, remedy=_TESSERACT)
