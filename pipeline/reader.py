"""What reads: settings completed by what lies beside the outputs, and the name of it all."""

import hashlib
import json
import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import learned
from pipeline.config import Settings
from pipeline.errors import ConfigError, ExportError
from pipeline.fingerprint import code_digest
from pipeline.judging import calibration
from pipeline.judging.members import save_known
from pipeline.paths import FORMS, MODELS

if TYPE_CHECKING:
    from pipeline.store import Store

KNOWN = "known.json"
"""Beside the outputs: who and what reviews confirmed."""

_log = logging.getLogger(__name__)
_READS, _GUARDS = "pipeline.process:read_parts", "pipeline.guard:serve"


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads a document; ``fingerprint`` changes whenever its readings might.

    ``work`` is a ``guard.Work`` as ``module:function``: named and not imported, so that a run with
    nothing to read does not load the engines.
    """

    fingerprint: str
    work: str = _READS


def with_known(settings: Settings, out: Path, store: "Store") -> Settings:
    """The settings with the people and organisations that reviews of this store confirmed."""
    confirmed = store.confirmed()
    if not confirmed:
        return settings
    people = [text for kind, text in confirmed if kind == "person"]
    organisations = [text for kind, text in confirmed if kind == "organisation"]
    try:
        save_known(out / KNOWN, people, organisations)
    except OSError as err:
        raise ExportError(f"{out / KNOWN}: cannot be written ({err.strerror}).") from err
    return settings.model_copy(update={"known": out / KNOWN})


def with_learned(settings: Settings, out: Path) -> Settings:
    """The settings with the last generation beside the outputs, where they name none.

    One that was learned from other weights is left out. Raises EngineError for a damaged one.
    """
    found = learned.generations(out / learned.FOLDER)
    if settings.learned or settings.engine != "ppocr" or not found:
        return settings
    from pipeline.engines import ppocr

    if learned.load(found[-1])[1] != ppocr.base():
        _log.warning(
            "%s was learned from other weights and is not used: type fiches learn again.", found[-1]
        )
        return settings
    return settings.model_copy(update={"learned": found[-1]})


def with_calibration(settings: Settings, out: Path) -> Settings:
    """The settings with the calibration beside the outputs, where they name none.

    One made for other weights is left out. Raises ConfigError for a damaged one.
    """
    own = out / calibration.FILE_NAME
    if settings.calibration or not own.is_file():
        return settings
    made, now = calibration.load(own).made.basis, calibration.basis(settings)
    if (made.engine, made.weights) != (now.engine, now.weights):
        _log.warning(
            "%s was made for other weights and is not used: type fiches calibrate again.", own
        )
        return settings
    return settings.model_copy(update={"calibration": own})


def doubts(settings: Settings) -> Iterator[str]:
    """What the calibration in use cannot promise. Raises ConfigError for a damaged one."""
    used = calibration.load(settings.calibration)
    if parts := calibration.foreign(used.made.basis, calibration.basis(settings)):
        yield (
            f"The calibration was made for a reader that is another in: {parts}. Until you type "
            "fiches calibrate, the promised error rate is not proven."
        )
    from pipeline.forms.schema import load_forms

    measured = {one.type for one in used.maps}
    forms = load_forms(FORMS, *settings.forms)
    if unmeasured := {zone.type for form in forms for zone in form.zones} - measured:
        yield (
            f"The calibration has not measured fields of type {', '.join(sorted(unmeasured))}: "
            "none of them is accepted. Type fiches calibrate with the form that has them."
        )
    gate = calibration.Gate.of(used, settings.target_error)
    for nature, least in gate.least_targets.items():
        yield (
            f"The calibration cannot prove that at most {settings.target_error:g} of the accepted "
            f"{nature} are wrong, so none is accepted. It would prove {least:.2g}: say so with "
            "--target-error, or type fiches calibrate with more forms."
        )


def reader_fingerprint(settings: Settings) -> str:
    """Names everything a reading depends on but the document: same fingerprint, same outcome."""
    code = code_digest(_READS, _GUARDS, "pipeline.fields.*", "pipeline.engines.*")
    digest = hashlib.sha256(code.encode())
    beside = {"learned", "members", "known", "calibration", "quality_sample"}
    digest.update(settings.model_dump_json(exclude=beside).encode())
    digest.update(settings.calibration.read_bytes() if settings.calibration else b"")
    digest.update(settings.learned.name.encode() if settings.learned else b"")
    digest.update(_content(settings.members) if settings.members else b"")
    digest.update(_tesseract().encode())
    digest.update((MODELS / "MANIFEST.toml").read_bytes())
    for root in (FORMS, *settings.forms):
        for path in sorted(p for p in root.rglob("*") if p.is_file()):
            content = path.read_bytes()
            digest.update(json.dumps([str(path.relative_to(root)), len(content)]).encode())
            digest.update(content)
    return digest.hexdigest()[:16]


def _content(path: Path) -> bytes:
    """What names a file's content. Raises ConfigError."""
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError as err:
        raise ConfigError(f"{path}: cannot be read ({err.strerror}).") from err


def _tesseract() -> str:
    """The Tesseract that would be asked, without the time it takes to start it."""
    program = shutil.which("tesseract")
    if program is None:
        return ""
    status = Path(program).stat()
    return f"{program} {status.st_size} {status.st_mtime_ns}"
