"""A picture of a blank as the page of a PDF, which is what forms have."""

from contextlib import closing
from pathlib import Path

from PIL import Image

from pipeline.config import Settings
from pipeline.errors import DocumentError
from pipeline.intake.ingest import open_pages
from pipeline.records import Rejection, Source


def write_as_pdf(path: Path, blank: Path) -> None:
    """Every page of a picture. Raises DocumentError, and OSError."""
    with closing(open_pages(Source(path.name, path, ""), Settings())) as pages:
        drawn = [pages.page(number) for number in range(1, pages.count + 1)]
    kept = []
    for page in drawn:
        if isinstance(page, Rejection):
            raise DocumentError(page.message)
        kept.append(page)
    first, *others = [Image.fromarray(page.image) for page in kept]
    first.save(blank, "PDF", resolution=kept[0].dpi, save_all=True, append_images=others)
