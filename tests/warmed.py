"""What every server works out at its start, once for all that ``warm`` forks."""

from pathlib import Path

import pipeline.cli  # noqa: F401
import pipeline.web.serve  # noqa: F401
from pipeline.config import Settings
from pipeline.exporters import outputs
from pipeline.judging import calibration
from pipeline.reader import reader_fingerprint

outputs(Path())  # imports all exporters
reader_fingerprint(Settings())
calibration.load()
