"""What a ``form.toml`` may say, checked where it enters: all faults at once, with their paths."""

import datetime
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.errors import ConfigError
from pipeline.geometry import BoxMm, bounding_box

Mm = Annotated[float, Field(ge=0, le=2000)]
_Rectangle = tuple[Mm, Mm, Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Event(_Part):
    name: str
    date: datetime.date | None = None
    place: str = ""


class Organiser(_Part):
    name: str
    email: str = ""
    iban: str = ""
    bic: str = ""


class Zone(_Part):
    """A named, typed rectangle of the form, in mm.

    ``lines_mm``: the lines a person writes on. With ``repeated``, each line is a value of its own
    (``personnes.1``, ``personnes.2``, ...); otherwise they are one value written over several.
    ``boxes_mm``: for check boxes, the printed square of each option.
    """

    field: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    type: str
    page: Annotated[int, Field(ge=1)] = 1
    repeated: bool = False
    lines_mm: tuple[_Rectangle, ...] = ()
    boxes_mm: dict[str, _Rectangle] = {}

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
        if bool(self.lines_mm) == bool(self.boxes_mm):
            raise ValueError("a zone has either lines_mm or boxes_mm")
        return self

    @cached_property
    def lines(self) -> tuple[BoxMm, ...]:
        return tuple(BoxMm(*line) for line in self.lines_mm)

    @cached_property
    def boxes(self) -> dict[str, BoxMm]:
        return {option: BoxMm(*box) for option, box in self.boxes_mm.items()}

    @property
    def box_mm(self) -> BoxMm:
        return bounding_box([*self.lines, *self.boxes.values()])


class Sum(_Part):
    """``total`` = the sum of each count times its tariff, in cents."""

    total: str
    tariffs_cents: dict[str, int]


class People(_Part):
    """Lines of ``named`` filled = the sum of ``counted`` + ``uncounted``, never negative."""

    named: str
    counted: tuple[str, ...]
    uncounted: str


class Form(_Part):
    """A known printed layout. ``folder`` is where it was read from, and its name the form's id."""

    id: str
    title: str
    folder: Path
    blank: str = "blank.pdf"
    event: Event
    organiser: Organiser
    zones: tuple[Zone, ...]
    sum: Sum | None = None
    people: People | None = None

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        names = [zone.field for zone in self.zones]
        faults = [
            f"zones: field {n!r} stands twice" for n in sorted(set(names)) if names.count(n) > 1
        ]
        used = [("sum.total", self.sum.total)] if self.sum else []
        used += [
            (f"sum.tariffs_cents.{n}", n) for n in (self.sum.tariffs_cents if self.sum else ())
        ]
        used += [("people.named", self.people.named)] if self.people else []
        used += [("people.counted", n) for n in (self.people.counted if self.people else ())]
        faults += [
            f"{path}: no zone is called {name!r}" for path, name in used if name not in names
        ]
        if self.folder.name != self.id:
            faults.append(f"id: {self.id!r} is not the folder's name {self.folder.name!r}")
        if not (self.folder / self.blank).is_file():
            faults.append(f"blank: no file {self.folder / self.blank}")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def __hash__(self) -> int:
        return hash((self.id, self.folder))

    @property
    def blank_path(self) -> Path:
        return self.folder / self.blank

    def zones_of(self, page: int) -> tuple[Zone, ...]:
        return tuple(zone for zone in self.zones if zone.page == page)

    def zone(self, field: str) -> Zone:
        """The zone of that field; ``personnes.2`` belongs to the zone ``personnes``."""
        return next(z for z in self.zones if z.field == field.split(".")[0])


def load_form(folder: Path) -> Form:
    """Read and check ``folder/form.toml``. Raises ConfigError with every fault and its path."""
    path = folder / "form.toml"
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        form = Form.model_validate({**data, "folder": folder})
    except OSError as err:
        raise ConfigError(f"{path}: cannot be read ({err.strerror}).") from err
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
        raise ConfigError(f"{path}: not valid TOML: {err}.") from err
    except ValidationError as err:
        faults = "\n".join(
            f"  {'.'.join(str(p) for p in e['loc']) or 'form'}: {e['msg']}" for e in err.errors()
        )
        raise ConfigError(f"{path}: mend these and run again:\n{faults}") from err
    return form


def load_forms(*roots: Path) -> tuple[Form, ...]:
    """Every form below the given folders of forms, by id; a later folder's form wins.

    Raises ConfigError where a folder holds a bad form, or no form was found at all.
    """
    forms = {
        path.parent.name: load_form(path.parent)
        for root in roots
        for path in sorted(root.glob("*/form.toml"))
    }
    if not forms:
        raise ConfigError(
            f"No form in {', '.join(str(r) for r in roots)}: add a folder with a form.toml."
        )
    return tuple(forms[name] for name in sorted(forms))
