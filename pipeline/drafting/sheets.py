"""A blank looked through from its file on: every page, with the places to write on."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from pipeline.config import Settings
from pipeline.drafting.acroform import fields_of_pdf
from pipeline.drafting.pixels import sheet_of_pixels, without_strokes
from pipeline.drafting.places import with_fields
from pipeline.drafting.records import Print, Sheet
from pipeline.drafting.straight import straightened
from pipeline.drafting.vectors import sheets_of_pdf
from pipeline.engines import tesseract
from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm
from pipeline.intake.ingest import open_pages
from pipeline.records import Gray, Page, Source

_MM_PER_INCH = 25.4
