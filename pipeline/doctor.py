"""What is installed, what is missing, and what to type; and whether a run works here, by one.

What a run needs is imported where it is looked at: it may be what is missing.
"""

import csv
import hashlib
import io
import platform
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from pipeline import system
from pipeline.config import Mailbox, Settings
from pipeline.errors import PipelineError, bug_place
from pipeline.language import tr, why
from pipeline.paths import FORMS, MODELS

_EXTRAS = ("cluster", "postgres", "plots")
"""What a user may want besides; the others are for who works on Fiches."""
_OLDEST_PYTHON = (3, 11)
_NAME, _EXTRA = re.compile(r"[\w.-]+"), re.compile(r"extra == ['\"](\w+)")
_AGAIN = "pip install --force-reinstall fiches"
_TESSERACT = {
    "win32": "winget install UB-Mannheim.TesseractOCR --interactive",
    "darwin": "brew install tesseract tesseract-lang",
}
_APT = "apt install tesseract-ocr tesseract-ocr-fra"


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


def is_ready(checks: Iterable[Check]) -> bool:
    """Whether a run works, as far as these say."""
    return all(check.ok for check in checks if check.needed)


def installed() -> tuple[Check, ...]:
    """Python and its packages: without these, nothing else can be looked at."""
    return (_python(), *_packages())


def examine(settings: Settings, *, folder: Path) -> Iterator[Check]:
    """Look at everything a run needs, and run where all of it is there.

    ``folder`` is where it would write.
    """
    checks: list[Check] = []
    for looks in (
        installed(),
        _models(),
        [_forms(settings), _engine(settings)],
        [_tesseract(needed=settings.engine == "tesseract"), _writable(folder)],
    ):
        for check in looks:
            checks.append(check)
            yield check
    if is_ready(checks):
        yield _trial(settings)


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
    """That they can be read, and that copies of their blanks can be placed."""
    from pipeline.forms.blank import blank_pages
    from pipeline.forms.schema import load_forms
    from pipeline.paper.trial import unplaceable

    try:
        forms = load_forms(FORMS, *settings.forms)
    except PipelineError as err:
        return Check(tr("forms"), "", ok=False, remedy=str(err))
    listed = (
        tr("{form} (edition of {other})", form=form.id, other=form.edition_of)
        if form.edition_of
        else form.id
        for form in forms
    )
    tried = (unplaceable(blank) for form in forms for blank in blank_pages(form))
    faults = [fault for fault in tried if fault]
    return Check(tr("forms"), ", ".join(listed), ok=not faults, remedy="\n".join(faults))


def _engine(settings: Settings) -> Check:
    """Let the engine read a white line: it loads, and it runs."""
    import numpy as np

    from pipeline.engines import load

    what = tr("engine {name}", name=settings.engine)
    try:
        load(settings.engine, settings.learned).read_lines([np.full((48, 320), 255, np.uint8)])
    except (PipelineError, ImportError) as err:
        return Check(what, "", ok=False, remedy=str(err))
    return Check(what, tr("runs"), ok=True)


def _tesseract(*, needed: bool) -> Check:
    what, remedy = tr("Tesseract with French"), _TESSERACT.get(system.NAME, _APT)
    program = shutil.which("tesseract")
    if program is None:
        return Check(what, "", ok=False, needed=needed, remedy=remedy)

    def ask(option: str) -> list[str]:
        asked = subprocess.run(
            [program, option],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        return (asked.stdout or asked.stderr).splitlines()

    release = next(iter(ask("--version")), "")
    french = "fra" in ask("--list-langs")
    if not french:
        release = tr("{version}, no French", version=release)
    return Check(what, release, french, needed=needed, remedy=remedy)


def _writable(folder: Path) -> Check:
    """By writing: what the system says of rights is not always so on Windows and on shares."""
    what, state = tr("may write here"), str(folder)
    try:
        with TemporaryFile(dir=folder):
            return Check(what, state, ok=True)
    except OSError as err:
        remedy = tr("go to a folder of yours, or give --out")
        return Check(what, f"{state} ({why(err)})", ok=False, remedy=remedy)


def _trial(settings: Settings) -> Check:
    """Draw a form, and have it read and written as any: by a child with its limits, a store, locks.

    What hinders it is told, whatever it is: that is what a run would meet.
    """
    what = tr("a run of one drawn form")
    try:
        from pipeline.exporters import rejected
        from pipeline.forms.schema import find_form, load_forms
        from pipeline.runner import run
        from pipeline.simulate import simulate

        with TemporaryDirectory(prefix="fiches-doctor-", ignore_cleanup_errors=True) as scratch:
            inbox, out = Path(scratch, "inbox"), Path(scratch, "out")
            forms = load_forms(FORMS, *settings.forms)
            form = find_form(forms, settings.form) if settings.form else forms[0]
            simulate(form, inbox, n=1, seed=0, styles=["typed"])
            (inbox / "truth.json").unlink()
            start = time.monotonic()
            summary = run(inbox, out, settings, jobs=1)
            seconds = time.monotonic() - start
            fault = ""
            if summary.rejected:
                table = (out / rejected.FILE_NAME).read_text("utf-8")
                fault = next(csv.DictReader(io.StringIO(table)))["message"]
    except PipelineError as err:
        fault = str(err)
    except Exception as err:
        fault = f"{bug_place(err)}: {err}"
    if fault:
        return Check(what, "", ok=False, remedy=fault)
    return Check(what, tr("read in {seconds:.1f} s", seconds=seconds), ok=True)
