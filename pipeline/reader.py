"""What reads and judges: settings completed by what lies beside the outputs, and its names."""

import hashlib
import json
import logging
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pipeline import fields, installed, learned
from pipeline.config import Settings
from pipeline.errors import ConfigError, ExportError
from pipeline.fields import Means
from pipeline.fingerprint import code_digest
from pipeline.forms.schema import load_forms
from pipeline.judging import calibration
from pipeline.judging.error_class import class_name
from pipeline.judging.gate import Gate
from pipeline.judging.members import save_known
from pipeline.language import tr, why
from pipeline.paths import CALIBRATION, FORMS, MODELS

if TYPE_CHECKING:
    from pipeline.store import Store

KNOWN = "known.json"
"""Beside the outputs: who and what reviews confirmed."""

_log = logging.getLogger(__name__)
_OF_TYPES = "pipeline.fields.*"
READING = (
    "pipeline.process:read_parts",
    "pipeline.parts:read_in_parts",
    "pipeline.guard:serve",
    "pipeline.engines.*",
    _OF_TYPES,
)
"""What a reading is, follows from the code of these."""
JUDGING = ("pipeline.judging.verdict:judged", "pipeline.judging.verdict:criteria", _OF_TYPES)
"""And what it comes to, from these."""
_SETTINGS = {"engine", "second_reader", "max_pages", "max_megapixels"}
_SETTINGS |= {"time_limit_s", "memory_limit_mb", "form"}
"""Settings that readings depend on, as they are."""
_ASKED = {"field", "type", "comb", "pattern", "unit", "boxes_mm", "words_mm"}
_PLACES: Any = {
    "id": True,
    "blank": True,
    "zones": {"__all__": {"page", "repeated", "lines_mm"} | _ASKED},
    "areas": {"__all__": {"page", "boxes_mm"}},
    "tables": {
        "__all__": {
            "page": True,
            "rows_mm": True,
            "columns": {"__all__": _ASKED | {"x_mm"}},
        }
    },
    "people": {"zones", "counted", "uncounted"},
}
"""What readings depend on of a form: where its fields are, and which of them are of people."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads a document and judges it; ``fingerprint`` changes whenever its readings might,
    ``judge`` whenever what they come to might.

    ``work`` is a ``guard.Work`` as ``module:function``: named and not imported, so that a run with
    nothing to read does not load the engines.
    """

    fingerprint: str
    work: str = "pipeline.process:work"
    judge: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Raises ConfigError for a bad form or a list of members that cannot be read."""
        return cls(reader_fingerprint(settings), judge=judge_fingerprint(settings))


def with_known(settings: Settings, out: Path, store: "Store") -> Settings:
    """The settings with the people, services and addresses that reviews of this store confirmed."""
    confirmed = store.confirmed()
    if not confirmed:
        return settings
    texts = {
        means: [text for kind, text in confirmed if fields.means(kind) is means]
        for means in (Means.PERSON, Means.ORGANISATION, Means.EMAIL)
    }
    try:
        save_known(out / KNOWN, *texts.values())
    except OSError as err:
        raise ExportError(
            tr("{path}: cannot be written ({why}).", path=out / KNOWN, why=why(err))
        ) from err
    return settings.model_copy(update={"known": out / KNOWN})


def with_learned(settings: Settings, out: Path) -> Settings:
    """The settings with the last generation beside the outputs, where they name none.

    One that was learned from other weights is left out. Raises EngineError for a damaged one.
    """
    generations = learned.generations(out / learned.FOLDER)
    if settings.learned or settings.engine != "ppocr" or not generations:
        return settings
    from pipeline.engines import ppocr

    if learned.load(generations[-1])[1] != ppocr.base():
        warning = tr(
            "{path} was learned from other weights and is not used: type fiches learn again.",
            path=generations[-1],
        )
        _log.warning("%s", warning)
        return settings
    return settings.model_copy(update={"learned": generations[-1]})


def with_calibration(settings: Settings, out: Path) -> Settings:
    """The settings with the calibration beside the outputs, where they name none.

    One made for other weights is left out. Raises ConfigError for a damaged one.
    """
    own = out / calibration.FILE_NAME
    if settings.calibration or not own.is_file():
        return settings
    made, now = calibration.load(own).made.basis, calibration.basis(settings)
    if (made.engine, made.weights) != (now.engine, now.weights):
        warning = tr(
            "{path} was made for other weights and is not used: type fiches calibrate again.",
            path=own,
        )
        _log.warning("%s", warning)
        return settings
    return settings.model_copy(update={"calibration": own})


def doubts(settings: Settings) -> Iterator[str]:
    """What the calibration in use cannot promise, and blanks whose copies cannot be known.

    Raises ConfigError for a damaged one.
    """
    from pipeline.forms.blank import blank_pages
    from pipeline.paper.trial import unplaceable

    used = calibration.load(settings.calibration)
    if parts := calibration.foreign(used.made.basis, calibration.basis(settings)):
        yield tr(
            "The calibration was made for a reader that is another in: {parts}. Until you type "
            "fiches calibrate, the promised error rate is not proven.",
            parts=parts,
        )
    forms = load_forms(FORMS, *settings.forms)
    yield from filter(None, (unplaceable(page) for form in forms for page in blank_pages(form)))
    gate = Gate.of(used, settings.promise)
    kinds = {zone.type for form in forms for zone in form.zones}
    if unproven := {kind for kind in kinds if not gate.proves(kind)}:
        yield tr(
            "The calibration proves nothing of fields of type {types}: none of them is accepted. "
            "Type fiches calibrate --layouts with more forms.",
            types=", ".join(sorted(unproven)),
        )
    for error, least in gate.least_targets.items():
        target, name = settings.promise.target(error), class_name(error)
        if least < 1:
            yield tr(
                "The calibration cannot prove that at most {target:g} of the accepted fields have "
                "an error of {error}, so not all are accepted that might be. It would prove "
                "{least:.2g}: say so with --target-error {name}={least:.2g}, or type fiches "
                "calibrate with more forms.",
                target=target,
                error=name,
                name=error.value,
                least=least,
            )
        else:
            yield tr(
                "The calibration cannot prove that at most {target:g} of the accepted fields have "
                "an error of {error}, so not all are accepted that might be. Type fiches calibrate "
                "with more forms.",
                target=target,
                error=name,
            )


def reader_fingerprint(settings: Settings) -> str:
    """Names everything a reading depends on but the document: same fingerprint, same reading."""
    forms = load_forms(FORMS, *settings.forms)
    return _name(
        code_digest(*READING),
        settings.model_dump_json(include=_SETTINGS),
        "second" in settings.without,
        settings.learned.name if settings.learned else "",
        _tesseract(),
        installed.versions(installed.FIELDS, installed.ENGINES),
        _shipped("recognizer/", "lexicons/"),
        [form.model_dump_json(include=_PLACES) for form in forms],
        [_content(form.blank_path) for form in forms],
    )


def judge_fingerprint(settings: Settings) -> str:
    """Names everything that judging depends on but what was read."""
    return _name(
        code_digest(*JUDGING),
        installed.versions(installed.FIELDS),
        settings.model_dump_json(include={"promise", "without"}),
        _shipped("lexicons/"),
        _content(settings.calibration or CALIBRATION / calibration.FILE_NAME),
        _content(settings.members) if settings.members else "",
        _content(settings.known) if settings.known else "",
        [form.model_dump_json() for form in load_forms(FORMS, *settings.forms)],
    )


def _name(*facts: object) -> str:
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _shipped(*folders: str) -> list[str]:
    """What names the content of shipped files, by the manifest. Raises ConfigError."""
    try:
        manifest = tomllib.loads((MODELS / "MANIFEST.toml").read_text("utf-8"))
        return sorted(f"{n} {e['sha256']}" for n, e in manifest.items() if n.startswith(folders))
    except (OSError, ValueError, KeyError) as err:
        raise ConfigError(tr("models/MANIFEST.toml is damaged: install fiches again.")) from err


def _content(path: Path) -> str:
    """What names a file's content. Raises ConfigError."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as err:
        raise ConfigError(tr("{path}: cannot be read ({why}).", path=path, why=why(err))) from err


def _tesseract() -> str:
    """The Tesseract that would be asked, without the time it takes to start it."""
    program = shutil.which("tesseract")
    if program is None:
        return ""
    status = Path(program).stat()
    return f"{program} {status.st_size} {status.st_mtime_ns}"
