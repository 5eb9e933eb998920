"""The forms of a server: those that are shipped, one's own, and what is being drawn of them."""

import hashlib
import shutil
import threading
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.config import Settings, write_settings
from pipeline.drafting import edits
from pipeline.drafting.changes import changes
from pipeline.drafting.steps import Steps, load, save
from pipeline.drafting.wording import free_name
from pipeline.errors import ConflictError, DocumentError, PipelineError
from pipeline.forms.schema import Form, load_form
from pipeline.guard import Guard
from pipeline.language import why
from pipeline.paths import FORMS, write_whole
from pipeline.records import Outcome, Source
from pipeline.review.forming import Draft, Renew, Share, Sheet, Show

FOLDER = "formulaires"
"""Where forms of one's own stand, beside ``fiches.toml``, where that names no other folder."""
_DRAFTS, _STEPS, _FILE, _BLANK = "brouillons", "etapes.json", "form.toml", "blank.pdf"
_WORK = "pipeline.review.forming:work"
DRAFTER = "pipeline.review.forming:drafted"
_LIMITS = {"time_limit_s": 120.0, "memory_limit_mb": 2048.0}
"""A blank is drafted once, page by page, and its maker waits for it."""
_CHANGED = "Ce modèle a changé dans une autre fenêtre\u00a0: recharger la page."


class FormError(PipelineError):
    """What a page says, in French, of a form that cannot be had or changed."""


@dataclass(frozen=True, slots=True)
class Known:
    """A form on the list: ``shipped`` ones are only looked at; of ``drawn`` ones something is not
    kept yet, and ``new`` ones were never kept."""

    id: str
    title: str
    day: str = ""
    shipped: bool = False
    drawn: bool = False
    new: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A form as it is looked at: its steps, and its blank."""

    known: Known
    steps: Steps
    blank: Path


class Shelf:
    """One for a server; its methods may be called from any thread."""

    def __init__(
        self,
        out: Path,
        settings: Settings,
        config: Path,
        forms: dict[str, Form],
        *,
        changeable: bool,
        drafter: str = DRAFTER,
    ) -> None:
        """``forms`` are the known ones, which change with what is kept.

        ``config`` is the ``fiches.toml`` that names the folder of one's own forms. ``changeable``:
        the page may change them; never where more than this machine can open it.
        """
        self.settings, self.changeable = settings, changeable
        self.kept: Callable[[Settings], object] = lambda _settings: None
        self._drafts = out / _DRAFTS
        self._config, self._forms, self._drafter = config, forms, drafter
        self._guard = Guard(_WORK, settings.model_copy(update=_LIMITS))
        self._lock = threading.RLock()
        self._sheets: dict[tuple[str, int], Sheet] = {}
        self._tried: dict[str, tuple[int, Outcome]] = {}

    def known(self) -> list[Known]:
        """All forms: one's own first, those that are being drawn before all."""
        return sorted(
            (self._known(name) for name in {*self._forms, *self._drawn()}),
            key=lambda known: (known.shipped, not known.drawn, known.id),
        )

    def _drawn(self) -> list[str]:
        return [path.parent.name for path in self._drafts.glob(f"*/{_STEPS}")]

    def _known(self, form_id: str) -> Known:
        form = self._forms.get(form_id)
        drawn = (self._drafts / form_id / _STEPS).is_file()
        if form is None:
            return Known(form_id, *self._head(form_id), drawn=drawn, new=True)
        shipped = form.folder.parent == FORMS
        day = _day(form.event.date)
        return Known(form_id, form.title, day, shipped=shipped, drawn=drawn and not shipped)

    def _head(self, form_id: str) -> tuple[str, str]:
        """What a form that was never kept calls itself, and its day."""
        try:
            data = tomllib.loads(load(self._drafts / form_id / _STEPS).now)
            day = data.get("event", {}).get("date")
            return str(data.get("title", form_id)), _day(day)
        except (OSError, ValueError):
            return form_id, ""

    def open(self, form_id: str) -> Opened:
        """A form to be looked at. Raises FormError."""
        if form_id not in self._forms and form_id not in self._drawn():
            raise FormError("Ce modèle n'est plus là\u00a0: revenir à la liste.")
        known, drawn = self._known(form_id), self._drafts / form_id
        form = self._forms.get(form_id)
        blank = form.blank_path if form else drawn / _BLANK
        try:
            if known.drawn:
                return Opened(known, load(drawn / _STEPS), blank)
            text = (self._forms[form_id].folder / _FILE).read_text("utf-8")
            return Opened(known, Steps((text,)), blank)
        except (OSError, ValueError, LookupError) as err:
            raise FormError(f"Le modèle {form_id} ne peut pas être ouvert.") from err

    def edit(self, form_id: str, seen: int, change: Callable[[Steps], Steps]) -> Opened:
        """What a step makes of a form. Raises FormError, ConflictError where another was made since
        ``seen``, and what ``change`` raises."""
        with self._lock:
            opened = self._open_to_change(form_id)
            if opened.steps.number != seen:
                raise ConflictError(_CHANGED)
            steps = change(opened.steps)
            if steps == opened.steps:
                return opened
            folder = self._drafts / form_id
            with _writing():
                folder.mkdir(parents=True, exist_ok=True)
                save(folder / _STEPS, steps)
            self._tried.pop(form_id, None)
            return self.open(form_id)

    def _open_to_change(self, form_id: str) -> Opened:
        self.check_changeable()
        opened = self.open(form_id)
        if opened.known.shipped:
            raise FormError("Ce modèle est livré avec Fiches\u00a0: il ne se change pas ici.")
        return opened

    def check_changeable(self) -> None:
        """Raises FormError where more than this machine can open the page."""
        if not self.changeable:
            raise FormError(
                "Les modèles ne se changent que quand Fiches n'est ouvert que pour son ordinateur."
            )

    def faults(self, opened: Opened) -> list[tuple[str, str]]:
        """What is wrong with a form as it is drawn."""
        form = self._forms.get(opened.known.id)
        folder = form.folder if form else opened.blank.parent
        return edits.faults(opened.steps.now, folder)

    def sheet(self, opened: Opened, page: int) -> Sheet:
        """A page of the blank. Raises DocumentError, EngineError."""
        try:
            key = (hashlib.sha256(opened.blank.read_bytes()).hexdigest(), page)
        except OSError as err:
            raise DocumentError("Le PDF de ce formulaire n'est plus là.") from err
        with self._lock:
            if key not in self._sheets:
                self._sheets[key] = self._guard.ask(Show(opened.blank, page))
            return self._sheets[key]

    def bring(self, path: Path) -> str:
        """A draft of a file that was brought; the id of the new form. Raises PipelineError."""
        drafter = self._drafter
        return self._begun(path.stem, lambda blank, form_id: Draft(path, blank, form_id, drafter))

    def renew(self, form_id: str, path: Path) -> str:
        """A form's next edition, whose blank was brought; its id. Raises PipelineError."""
        known = self.kept_form(form_id)
        try:
            text = (known.folder / _FILE).read_text("utf-8")
        except (OSError, ValueError) as err:
            raise FormError(f"Le modèle {form_id} ne peut pas être ouvert.") from err
        return self._begun(
            path.stem, lambda blank, new: Renew(path, blank, new, text, known.blank_path, form_id)
        )

    def gather(self, copies: Sequence[tuple[Source, int]], name: str) -> str:
        """A draft of what filled copies of a form share, each a document and its page; the id of
        the new form. Raises PipelineError."""
        return self._begun(
            name, lambda blank, form_id: Share(tuple(copies), blank, form_id, self._drafter)
        )

    def kept_form(self, form_id: str) -> Form:
        """A form that is in use. Raises FormError."""
        if form_id not in self._forms:
            raise FormError("Ce modèle n'est pas enregistré\u00a0: l'enregistrer d'abord.")
        return self._forms[form_id]

    def changes(self, opened: Opened) -> tuple[str, ...]:
        """What a form that is being drawn has otherwise than the edition of it before."""
        text = opened.steps.now
        before = self._forms.get(str(tomllib.loads(text).get("edition_of", "")))
        if before is None:
            return ()
        try:
            return changes((before.folder / _FILE).read_text("utf-8"), text)
        except (OSError, ValueError):
            return ()

    def _begun(self, name: str, task: Callable[[Path, str], Draft | Renew | Share]) -> str:
        """A form begun with what a task makes; its id, like the name. Raises PipelineError."""
        self.check_changeable()
        with self._lock:
            taken = {known.id for known in self.known()}
            words = free_name(name, {each.replace("-", "_") for each in taken})
            form_id = words.replace("_", "-")
            folder = self._drafts / form_id
            with _writing():
                folder.mkdir(parents=True)
        try:
            text: str = self._guard.ask(task(folder / _BLANK, form_id))
            with _writing():
                save(folder / _STEPS, Steps((text,)))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return form_id

    def newest(self) -> str:
        """The id of the draft that was touched last; "" for none."""
        drawn = sorted((self._drafts / n / _STEPS for n in self._drawn()), key=_changed_at)
        return drawn[-1].parent.name if drawn else ""

    def attempt(self, form_id: str, path: Path) -> Outcome:
        """What a scan gives, read with a form as it is drawn now. Raises PipelineError."""
        opened = self.open(form_id)
        if self.faults(opened):
            raise FormError(
                "Corriger d'abord ce qui est signalé\u00a0: le modèle ne peut pas lire."
            )
        folder = path.parent / form_id
        with _writing():
            folder.mkdir()
            form = self._forms.get(form_id)
            blank = form.blank if form else _BLANK
            shutil.copyfile(opened.blank, folder / blank)
            (folder / _FILE).write_text(opened.steps.now, "utf-8")
        forms = (*self.settings.forms, path.parent)
        # Children keep the forms they have loaded: this one's are for this reading only.
        own = self.settings.model_copy(update={"forms": forms, "form": form_id})
        guard = Guard("pipeline.process:work", own)
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            outcome = guard.read(Source(path.name, path, digest))
        finally:
            guard.close()
        self._tried[form_id] = (opened.steps.number, outcome)
        return outcome

    def tried(self, opened: Opened) -> Outcome | None:
        """What the last scan gave that was tried with the form as it is drawn there."""
        number, outcome = self._tried.get(opened.known.id, (-1, None))
        return outcome if number == opened.steps.number else None

    def keep(self, form_id: str, seen: int) -> None:
        """Put what was drawn into the folder of one's own forms, for all that is read from now on.

        Raises FormError, ConfigError, ConflictError.
        """
        with self._lock:
            opened = self._open_to_change(form_id)
            if opened.steps.number != seen:
                raise ConflictError(_CHANGED)
            if self.faults(opened):
                raise FormError("Il reste des fautes\u00a0: les corriger, puis enregistrer.")
            form = self._forms.get(form_id)
            folder = form.folder if form else self._own_folder() / form_id
            if opened.known.drawn:
                with _writing():
                    folder.mkdir(exist_ok=True)
                    if form is None:
                        write_whole(folder / _BLANK, opened.blank.read_bytes())
                    write_whole(folder / _FILE, opened.steps.now.encode(), durable=True)
                shutil.rmtree(self._drafts / form_id, ignore_errors=True)
            self._forms[form_id] = load_form(folder)
            self._tried.pop(form_id, None)
        self.kept(self.settings)

    def _own_folder(self) -> Path:
        """The last folder of forms that the settings name; else one is made and named there."""
        if self.settings.forms:
            return self.settings.forms[-1]
        folder = self._config.absolute().parent / FOLDER
        with _writing():
            folder.mkdir(exist_ok=True)
        write_settings(self._config, {"forms": [FOLDER]})
        self.settings = self.settings.model_copy(update={"forms": (folder,)})
        return folder

    def throw_away(self, form_id: str) -> None:
        """Forget what was drawn and not kept. Raises FormError."""
        with self._lock:
            opened = self._open_to_change(form_id)
            if opened.known.drawn:
                shutil.rmtree(self._drafts / form_id, ignore_errors=True)
            self._tried.pop(form_id, None)

    def close(self) -> None:
        self._guard.close()


@contextmanager
def _writing() -> Iterator[None]:
    """Raises FormError for what the disk refuses."""
    try:
        yield
    except OSError as err:
        raise FormError(f"Le modèle n'a pas pu être écrit ({why(err)}).") from err


def _day(day: object) -> str:
    """As a list says it, ``02/02/2018``."""
    return f"{day:%d/%m/%Y}" if isinstance(day, date) else ""


def _changed_at(path: Path) -> float:
    return path.stat().st_mtime
