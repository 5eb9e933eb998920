"""Where the product's own data lies: beside the package in a checkout, inside it when installed;
and who may see what it writes: scans, names and addresses, so nobody but its user.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import get_ident

from pipeline import system

PACKAGE = Path(__file__).parent
MODELS = PACKAGE / "models" if (PACKAGE / "models").is_dir() else PACKAGE.parent / "models"
FORMS = MODELS / "forms"
SHIPPED_FORM = FORMS / "mais-2018-02-02"
"""A form like others: the one that samples and benchmarks are drawn from."""
LEXICONS = MODELS / "lexicons"
RECOGNIZER = MODELS / "recognizer"
CALIBRATION = MODELS / "calibration"
FONTS = MODELS / "fonts"
PART = ".part"
"""How the name of a file ends while it is written."""


@contextmanager
def private() -> Iterator[None]:
    """What is made meanwhile, by children, too, is its user's alone (0600, folders 0700).

    Whoever wants a group to see it says so where it is meant: in a folder with a default ACL
    (``setfacl -d``), which counts instead of the umask. A umask says nothing of these files.
    """
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def write_whole(path: Path, data: bytes, *, durable: bool = False) -> None:
    """All of the file or nothing: who reads it meanwhile sees the old one, or none. Raises OSError.

    Several may write the same file at once: the last one's stays. ``durable``: it is on the disk
    before it takes the place of the old one.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}-{get_ident()}{PART}")
    try:
        with part.open("wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        system.replace(part, path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def tidy(path: Path) -> None:
    """Delete what runs that were killed left of a file; earlier versions called it ``.tmp``."""
    for left in (*path.parent.glob(f".{path.name}.*{PART}"), path.with_name(f".{path.name}.tmp")):
        with suppress(OSError):
            left.unlink(missing_ok=True)


def close_to_others(*paths: Path) -> None:
    """Files and folders of earlier versions, which all could read: only their owner may.

    What only a group can read was shared on purpose, and stays so.
    """
    for path in paths:
        with suppress(OSError):  # not there, or another's
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & stat.S_IRWXO:
                path.chmod(mode & stat.S_IRWXU)
