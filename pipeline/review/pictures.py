"""Pictures of documents for the review page: drawn by guarded children, kept as files, cut here.

Documents are hostile. This process never opens one: a child of ``guard`` does, and gives back JPEGs
of its own making, which are kept in a folder that may be deleted at any time.
"""

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any

import cv2
from PIL import Image

from pipeline.config import Settings
from pipeline.errors import DocumentError
from pipeline.fingerprint import code_digest
from pipeline.geometry import BoxMm
from pipeline.guard import Guard
from pipeline.paths import close_to_others, write_whole
from pipeline.reader import reader_fingerprint
from pipeline.records import Gray, Outcome, Source

MM_PER_INCH = 25.4
_DRAWS = "pipeline.review.drawing"
_WORK = f"{_DRAWS}:work"
_CHILDREN = 2
"""One draws ahead while the other draws what is waited for."""
_MOST_AHEAD = 4
"""So many pages wait to be drawn ahead; who leafs faster waits for the page that stays."""
_LOCKS = 64
_MOST_ENLARGED = 2.0
_QUALITY = 88
_KEPT_S = 30 * 24 * 3600.0
"""Pictures drawn longer ago are deleted: they show people, and are drawn anew when asked for."""

Drawn = dict[tuple[int, int], bytes]
"""JPEGs by the number of the form (0: the page as received) and the page of the document."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A page to draw for the ``number``-th form of a document; 0 asks for it as received."""

    source: Source
    number: int
    page: int


@dataclass(frozen=True, slots=True)
class Count:
    """A document whose pages are to be counted."""

    source: Source


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as a JPEG of so many px a mm: rectified, on the mm frame of its form's paper."""

    path: Path
    px_per_mm: float
    width_px: int
    height_px: int


class Pictures:
    """The pictures of any document, for the threads of a server.

    Every method that returns a picture raises DocumentError (French) where the document cannot be
    opened (gone, changed, harmful) or its form is not found in it, and EngineError where no child
    can start.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        """``folder``, made where it is missing, may be deleted at any time; old pictures are."""
        self._folder = folder
        close_to_others(folder)
        self._drawn_by = f"{reader_fingerprint(settings)} {code_digest(_DRAWS)}"
        self._guard = Guard(_WORK, settings)
        self._turns = BoundedSemaphore(_CHILDREN)
        self._locks = tuple(Lock() for _ in range(_LOCKS))
        self._ahead = ThreadPoolExecutor(1)
        self._waiting = BoundedSemaphore(_MOST_AHEAD)
        self._counts: dict[str, int] = {}
        for kept in folder.glob("*"):
            with suppress(OSError):  # another review may delete it first
                if kept.stat().st_mtime < time.time() - _KEPT_S:
                    kept.unlink()

    def page(self, source: Source, *, number: int, page: int) -> PagePicture:
        """The ``number``-th form (from 1) of a document, on that page of it, rectified."""
        picture = self._look(self._path(source, number, page))
        if picture is not None:
            return picture
        with self._lock(source, page):
            return self._look(self._path(source, number, page)) or self._draw(source, number, page)

    def crop(
        self,
        source: Source,
        *,
        number: int,
        page: int,
        box_mm: BoxMm,
        width_px: int,
        around_mm: float = 4.0,
    ) -> bytes:
        """A JPEG of a zone with ``around_mm`` on each side, as far as the paper reaches.

        At most ``width_px`` wide, and no more than twice as large as it was scanned.
        """
        picture, image = self._decoded(source, number, page)
        box = box_mm.grown(around_mm, around_mm)
        height, width = image.shape
        x0, x1 = _span(box.x, box.right, picture.px_per_mm, width)
        y0, y1 = _span(box.y, box.bottom, picture.px_per_mm, height)
        return _jpeg(image[y0:y1, x0:x1], min(_MOST_ENLARGED, width_px / (x1 - x0)))

    def whole(self, source: Source, *, number: int, page: int, width_px: int) -> bytes:
        """A JPEG of the rectified page, at most ``width_px`` wide."""
        _, image = self._decoded(source, number, page)
        return _jpeg(image, min(1.0, width_px / image.shape[1]))

    def raw(self, source: Source, *, page: int, width_px: int) -> bytes:
        """A JPEG of a page as it was received, at most ``width_px`` wide."""
        return self.whole(source, number=0, page=page, width_px=width_px)

    def pages(self, source: Source) -> int:
        """How many pages a document has."""
        if source.sha256 not in self._counts:
            self._counts[source.sha256] = self._in_turn(lambda: self._guard.ask(Count(source)))
        return self._counts[source.sha256]

    def prefetch(self, source: Source, *, number: int, page: int) -> None:
        """Have a page drawn in the background; what hinders it is told when it is asked for."""
        if self._look(self._path(source, number, page)) or not self._waiting.acquire(
            blocking=False
        ):
            return

        def draw() -> None:
            try:
                with suppress(Exception):
                    self.page(source, number=number, page=page)
            finally:
                self._waiting.release()

        with suppress(RuntimeError):  # closed in the meantime
            self._ahead.submit(draw)

    def reread(self, source: Source) -> Outcome:
        """What a run makes of a source, as for one whose ``placed`` says where a form lies.

        Raises EngineError and ConfigError; what is wrong with the document is a rejection.
        """
        outcome: Outcome = self._in_turn(lambda: self._guard.read(source))
        return outcome

    def renew(self, settings: Settings) -> None:
        """Draw and read with these settings, and the forms as they are now, from here on; what is
        being drawn ends first."""
        for _ in range(_CHILDREN):
            self._turns.acquire()
        try:
            self._guard.close()
            self._guard = Guard(_WORK, settings)
            self._drawn_by = f"{reader_fingerprint(settings)} {code_digest(_DRAWS)}"
        finally:
            for _ in range(_CHILDREN):
                self._turns.release()

    def close(self) -> None:
        """End the children, whatever they are doing."""
        self._ahead.shutdown(wait=False, cancel_futures=True)
        self._guard.close()

    def _in_turn(self, ask: Callable[[], Any]) -> Any:
        with self._turns:
            return ask()

    def _lock(self, source: Source, page: int) -> Lock:
        """The lock of a page; pages may share one, which costs a wait and no more."""
        return self._locks[hash((source.sha256, page)) % _LOCKS]

    def _path(self, source: Source, number: int, page: int) -> Path:
        """Named by what decides how the picture looks; never by the document's own name."""
        facts = f"{self._drawn_by} {source.sha256} {source.placed}"
        return self._folder / f"{hashlib.sha256(facts.encode()).hexdigest()}-{number}-{page}.jpg"

    def _draw(self, source: Source, number: int, page: int) -> PagePicture:
        drawn: Drawn = self._in_turn(lambda: self._guard.ask(Draw(source, number, page)))
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for key, jpeg in drawn.items():
            write_whole(self._path(source, *key), jpeg)
        picture = self._look(self._path(source, number, page))
        if picture is None:
            raise DocumentError("L'image de cette page n'a pas pu être préparée : réessayer.")
        return picture

    @staticmethod
    def _look(path: Path) -> PagePicture | None:
        """The picture, if it is kept: its JPEG says how fine it is."""
        try:
            with Image.open(path, formats=["JPEG"]) as image:
                return PagePicture(path, image.info["dpi"][0] / MM_PER_INCH, *image.size)
        except (OSError, KeyError):
            return None

    def _decoded(self, source: Source, number: int, page: int) -> tuple[PagePicture, Gray]:
        picture = self.page(source, number=number, page=page)
        try:
            return picture, _pixels(picture.path, picture.path.stat().st_mtime_ns)
        except OSError:  # deleted or damaged since it was drawn
            with self._lock(source, page):
                picture = self._draw(source, number, page)
            return picture, _pixels(picture.path, picture.path.stat().st_mtime_ns)


@lru_cache(maxsize=6)
def _pixels(path: Path, _mtime_ns: int) -> Gray:
    """Raises OSError. Several crops of a page are asked for in a row."""
    image: Gray | None = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise OSError(f"{path} holds no picture")
    image.flags.writeable = False
    return image


def _span(start_mm: float, end_mm: float, px_per_mm: float, size_px: int) -> tuple[int, int]:
    """The pixels between two places, at least one, cut off at the paper's edge."""
    start = min(max(0, round(start_mm * px_per_mm)), size_px - 1)
    return start, max(start + 1, min(size_px, round(end_mm * px_per_mm)))


def _jpeg(image: Gray, scale: float) -> bytes:
    options = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    encoded: bytes = cv2.imencode(".jpg", resized(image, scale), options)[1].tobytes()
    return encoded


def resized(image: Gray, scale: float) -> Gray:
    """The image at that scale, sharp either way."""
    if scale == 1.0:
        return image
    size = [max(1, round(side * scale)) for side in image.shape[::-1]]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    made: Gray = cv2.resize(image, size, interpolation=how)
    return made
