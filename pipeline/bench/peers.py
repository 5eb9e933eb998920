"""Read every page of a folder with another program, at its best: what the bench times.

``python -m pipeline.bench.peers rapidocr|tesseract FOLDER --processes N --threads N``. Pictures are
given by their path, as each program loads them fastest; PDF pages are rendered first.
"""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

_DPI = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=["rapidocr", "tesseract"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    files = sorted(asked.folder.iterdir())
    if asked.peer == "tesseract":
        # Each page is a program of its own: threads are enough to start them.
        with ThreadPoolExecutor(asked.processes) as pool:
            characters = sum(pool.map(_tesseract, files))
    elif asked.processes == 1:
        characters = sum(_rapidocr(path, threads=asked.threads) for path in files)
    else:
        with ProcessPoolExecutor(asked.processes) as workers:
            characters = sum(workers.map(_rapidocr, files, [asked.threads] * len(files)))
    print(f"{asked.peer}: {len(files)} files, {characters} characters")


def _tesseract(path: Path) -> int:
    import pytesseract

    return sum(len(pytesseract.image_to_string(page, lang="fra")) for page in _pages(path))


def _rapidocr(path: Path, threads: int) -> int:
    engine = _engine(threads)
    return sum(len("".join(engine(page).txts or ())) for page in _pages(path))


@cache
def _engine(threads: int) -> Any:
    """Detector and recogniser, without the classifier of upside-down lines: faster so."""
    import cv2
    from rapidocr import RapidOCR

    cv2.setNumThreads(threads)
    return RapidOCR(
        params={
            "Global.use_cls": False,
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _pages(path: Path) -> list[Any]:
    if path.suffix.lower() != ".pdf":
        return [os.fspath(path)]
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    return [page.render(scale=_DPI / 72).to_pil() for page in document]


if __name__ == "__main__":
    main()
