"""Measure how often readings are right, on forms drawn, labelled and reviewed, and keep it."""

import hashlib
import logging
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2

from pipeline import system
from pipeline.calibrate.fit import Sample, fit, samples_against, samples_of
from pipeline.config import Settings
from pipeline.errors import InputError
from pipeline.evaluate.truth import Held, load_truth
from pipeline.forms.schema import Form, load_form
from pipeline.judging.calibration import FILE_NAME, Calibration, Made, basis
from pipeline.language import tr
from pipeline.paths import CALIBRATION, MODELS, write_whole
from pipeline.reader import Reader, with_learned
from pipeline.runner import Progress, run
from pipeline.simulate import SHIPPED, Hands, simulate
from pipeline.simulate.layout import draw_form
from pipeline.snapshot import RegistrationRow, Snapshot
from pipeline.store import Store

SEEDS_FROM = 1_000_000_000
"""Forms to measure on are drawn with smaller seeds: those drawn here are never among them."""
STYLES = ("typed", "hand", "photo", "fax")
"""A form filled in on screen holds its text: nothing is read, and nothing is to be measured."""
HANDS_SHARE = 1 / 2
"""Of the forms drawn by hand, as many in real ink, and as many in fonts of the user's: where both
are given none is written in the shipped hands, which training knew, and which would prove less of
others than they seem to."""
MAILED = 0.5
"""So many come as mails, whose text and sender are evidence as they are in an inbox."""
_SHARD = 25
"""Forms drawn by one process at a time, into a folder and with a seed of their own."""
_SHARDS_A_SEED = 100_000

_log = logging.getLogger(__name__)


def calibrate(
    form: Form,
    out: Path,
    settings: Settings,
    *,
    n: int,
    seed: int,
    jobs: int,
    layouts: int = 0,
    labelled: Sequence[tuple[Path, Path]] = (),
    reviewed: Sequence[Path] = (),
    hands: Hands = SHIPPED,
    progress: Progress = lambda _done, _total: None,
) -> Calibration:
    """Fit a calibration on ``n`` drawn forms and on labelled runs; write it into ``out``.

    Field types that the form does not have are measured on ``layouts`` forms more, drawn on blanks
    that nobody has seen.

    ``labelled`` pairs the folder of a run with the truth of its inbox. ``reviewed`` are folders of
    runs whose fields people confirmed or corrected: what they chose to look at serves the maps, and
    never the proof (see ``fit``). Both must have been read as runs read now. Forms are drawn and
    read by ``jobs`` processes, by hand partly in these ``hands``; the same seed gives the same
    calibration. Raises InputError where there is nothing to fit or to prove, OSError, and any
    PipelineError of a run.
    """
    settings = with_learned(settings, out.absolute())
    now = basis(settings)
    forms = [form for folder, truth in labelled for form in _labelled(folder, truth)]
    known = len(forms)
    if {out.resolve() for out, _ in labelled} & {out.resolve() for out in reviewed}:
        raise InputError(
            tr("What --truth tells would be proven on itself: leave that --reviewed out.")
        )
    decided = [form for out in reviewed for form in _reviewed(out)]
    drawing = partial(_drawn, seed=seed, jobs=jobs, hands=hands, progress=progress)
    with TemporaryDirectory(prefix="fiches-calibrate-") as scratch:
        place = Path(scratch)
        forms += drawing([(form.folder, c) for c in _shards(n)], place / "form", settings)
        theirs = settings.model_copy(update={"forms": (place / "forms",)})
        further = drawing(_layouts(place / "forms", layouts, seed), place / "layouts", theirs)
    if not forms:
        raise InputError(
            tr("Nothing was read to calibrate on: draw forms with --n, or name --truth.")
        )
    made = Made(
        date=datetime.now(UTC).date().isoformat(),
        form=form.id,
        drawn=n,
        seed=seed,
        layouts=layouts,
        labelled=known,
        reviewed=len(decided),
        basis=now,
    )
    calibration = fit(forms, made, further=further, reviewed=chain(*decided), seed=seed)
    save(calibration, out / FILE_NAME)
    if out.resolve() == CALIBRATION.resolve():
        _list_in_manifest(out / FILE_NAME)
    return calibration


def save(calibration: Calibration, path: Path) -> None:
    """Write a calibration whole, or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, f"{calibration.model_dump_json(indent=1)}\n".encode())


def _list_in_manifest(path: Path) -> None:
    """Keep the checksum of the shipped calibration true."""
    manifest = MODELS / "MANIFEST.toml"
    entry = re.compile(r'(?<=\["calibration/calibration\.json"\]\nsha256 = ")\w*')
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest.write_text(entry.sub(digest, manifest.read_text("utf-8")), "utf-8")


def _shards(n: int) -> list[int]:
    """How many forms are drawn at a time."""
    return [min(_SHARD, n - at) for at in range(0, n, _SHARD)]


def _layouts(folder: Path, n: int, seed: int) -> list[tuple[Path, int]]:
    """Blanks that nobody has seen, drawn into the folder, and how often each is to be filled in."""
    first = SEEDS_FROM + seed * _SHARDS_A_SEED
    shards = [(folder / f"layout-{k:05d}", count) for k, count in enumerate(_shards(n))]
    for k, (place, _) in enumerate(shards):
        draw_form(place, seed=first + k)
    return shards


def _drawn(
    shards: Sequence[tuple[Path, int]],
    scratch: Path,
    settings: Settings,
    *,
    seed: int,
    jobs: int,
    hands: Hands,
    progress: Progress,
) -> list[list[Sample]]:
    """The readings of forms, so many of each, drawn and read in ``scratch``."""
    if not shards:
        return []
    inbox, out = scratch / "inbox", scratch / "out"
    first = SEEDS_FROM + seed * _SHARDS_A_SEED
    tasks = [
        (source, inbox / f"{k:05d}", count, first + k, hands)
        for k, (source, count) in enumerate(shards)
    ]
    _log.info("%s", tr("drawing {count} forms", count=sum(count for _, count in shards)))
    if jobs > 1:
        with system.process_pool(jobs) as pool:
            list(pool.map(_draw, tasks))
    else:
        list(map(_draw, tasks))
    held = {
        f"{folder.name}/{document}": truth
        for _, folder, *_ in tasks
        for document, truth in load_truth(folder / "truth.json").items()
    }
    # Without any calibration, whatever is to be replaced; a reader of a name of its own, so that
    # the run does not complain of it. And without a list of members: those drawn are on none.
    none = scratch / FILE_NAME
    now = basis(settings)
    made = Made(date="", form="", drawn=0, seed=seed, labelled=0, basis=now)
    save(Calibration(made=made, maps=(), curves=()), none)
    bare = settings.model_copy(update={"calibration": none, "members": None})
    run(inbox, out, bare, jobs=jobs, reader=Reader("calibrate"), progress=progress)
    return list(_judged(_snapshot(out), held))


def _draw(task: tuple[Path, Path, int, int, Hands]) -> None:
    cv2.setNumThreads(1)  # other processes draw beside this one
    source, folder, count, seed, hands = task
    form = load_form(source)
    simulate(form, folder, n=count, seed=seed, styles=STYLES, mailed=MAILED, hands=hands)


def _labelled(out: Path, truth: Path) -> list[list[Sample]]:
    """What a run read, against the truth of its inbox; what people corrected is no reading."""
    held = load_truth(truth)
    forms = list(_judged(_snapshot(out), held))
    if not forms:
        raise InputError(
            tr(
                "{truth} tells the truth of no form that the run in {out} has read.",
                truth=truth,
                out=out,
            )
        )
    return forms


def _reviewed(out: Path) -> list[list[Sample]]:
    """What the machine read of each form that people looked at, against what they said."""
    with _store(out) as store:
        read = store.reviewed()
    forms = [
        samples for registration, texts in read if (samples := samples_against(registration, texts))
    ]
    if not forms:
        raise InputError(
            tr("{out}: nobody has confirmed or corrected a field that was read there.", out=out)
        )
    return forms


def _snapshot(out: Path) -> Snapshot:
    with _store(out) as store:
        return store.snapshot(thumbnails=0)


def _store(out: Path) -> Store:
    path = out.absolute() / "fiches.sqlite"
    if not path.is_file():
        raise InputError(
            tr("{path}: there is no store. Name the folder that a run wrote.", path=path)
        )
    return Store.open(f"sqlite:///{path}")


def _judged(snapshot: Snapshot, held: dict[str, Held]) -> Iterator[list[Sample]]:
    """The readings of each form; of documents where another number of forms was found, none."""
    by_document: dict[str, list[RegistrationRow]] = defaultdict(list)
    for row in snapshot.registrations:
        by_document[row.document].append(row)
    for document, truth in held.items():
        rows = by_document[document]
        if len(rows) == len(truth.forms):
            for form, row in zip(truth.forms, rows, strict=True):
                yield samples_of(row.registration, form)
