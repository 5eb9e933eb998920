"""Settings: what a run may be told, from ``fiches.toml`` and the command line."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import ConfigError

Evidence = Literal["joint", "second", "names", "organisation", "mail", "members", "known"]
"""What a run may leave out, to measure what it is worth."""


class Settings(BaseModel):
    """Frozen and picklable: a worker rebuilds everything else from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    forms: tuple[Path, ...] = ()
    """Folders of forms of one's own, beside the forms the product ships."""
    form: str | None = None
    """Read every page as this form; None takes the form that fits."""
    engine: str = "ppocr"
    learned: Path | None = None
    """A generation that ``fiches learn`` wrote; a run takes the last one beside its outputs."""
    members: Path | None = None
    """A list of members, as CSV: see ``members``."""
    known: Path | None = None
    """The people and organisations confirmed in reviews: a run into the same folder names it."""
    calibration: Path | None = None
    """What ``fiches calibrate`` wrote; a run takes the one beside its outputs, else the shipped."""
    target_error: Annotated[float, Field(gt=0, lt=1)] = 0.001
    """So many of the fields that are accepted without a person may be wrong."""
    without: tuple[Evidence, ...] = ()
    """Evidence left out, to measure what it is worth: never for a real run.

    A calibration holds for the evidence it was made with: make one for each way of leaving out.
    """
    quality_sample: Annotated[float, Field(ge=0, le=1)] = 0.02
    """So many of the accepted fields are shown in reviews, too, to measure what is accepted."""
    second_reader: bool = True
    """Ask Tesseract, where it is installed, about typed fields in doubt."""
    time_limit_s: Annotated[float, Field(gt=0)] = 10.0
    """A page that takes more time of the processor is rejected, whatever else the machine does."""
    memory_limit_mb: Annotated[float, Field(gt=0)] = 640.0
    """A page is rejected that takes the process reading it, with its models, beyond this."""
    max_pages: Annotated[int, Field(gt=0)] = 200
    """A document with more pages is rejected."""
    max_megapixels: Annotated[float, Field(gt=0)] = 120.0
    """A page image larger than this is rejected before it is decoded."""


def load_settings(path: Path | None) -> Settings:
    """Settings from a ``fiches.toml``; the defaults where there is none.

    Raises ConfigError with every fault at once; an unknown key is a fault.
    """
    if path is None:
        return Settings()
    try:
        return Settings.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as err:
        raise ConfigError(f"{path}: cannot be read ({err.strerror}).") from err
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
        raise ConfigError(f"{path}: not valid TOML: {err}.") from err
    except ValidationError as err:
        faults = "\n".join(
            f"  {'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in err.errors()
        )
        raise ConfigError(f"{path}: mend these and run again:\n{faults}") from err
