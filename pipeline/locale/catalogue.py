"""Bring the French catalogue in line with the code: behind ``make locale``.

What the code says through ``tr`` is found by itself. The words of others (argparse, pydantic,
tomllib, the system) are put into ``fiches.po`` by hand where they matter, and stay while they last.
"""

import argparse
import ast
import errno
import os
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from pydantic import TypeAdapter, ValidationError
from pydantic_core._pydantic_core import list_all_errors

from pipeline.paths import PACKAGE

PO = Path(__file__).parent / "fr" / "LC_MESSAGES" / "fiches.po"
MO = PO.with_suffix(".mo")
_HEADER = "# The French of the terminal. `make locale` adds what is new: translate it here."
_METHODS = [("**.py", "python"), ("**.j2", "jinja2.ext:babel_extract")]
_CONNECTING = {
    "Name or service not known",
    "Temporary failure in name resolution",
    "nodename nor servname provided, or not known",
    "certificate has expired",
    "certificate is not yet valid",
    "self-signed certificate",
    "self-signed certificate in certificate chain",
    "unable to get local issuer certificate",
}
"""What resolvers and OpenSSL say, which nothing lists."""
_DEVELOPERS = {"training", "bench"}
"""Rooms that speak English only."""


class French(Catalog):
    """A catalogue whose header says nothing that changes by itself: no date, no version."""

    mime_headers = property(
        lambda _self: [
            ("Language", "fr"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Plural-Forms", "nplurals=2; plural=(n > 1);"),
        ]
    )
    num_plurals = property(lambda _self: 2)


@cache
def said_by_us() -> frozenset[str]:
    """Every message that the code says through ``tr``."""
    extracted = extract_from_dir(
        PACKAGE,
        _METHODS,
        keywords={"tr": None},
        directory_filter=lambda folder: Path(folder).name not in _DEVELOPERS,
    )
    return frozenset(str(message) for _, _, message, _, _ in extracted)


def said_by_others() -> set[str]:
    """Every message that reaches the terminal through us, and is not ours."""
    templates = {error["message_template_python"] for error in list_all_errors()}
    system = {os.strerror(code) for code in errno.errorcode}
    sources = (argparse.__file__, import_module(f"{tomllib.__name__}._parser").__file__)
    literals = {text for source in sources for text in _literals(Path(str(source)))}
    return templates | system | literals | _CONNECTING | {_no_path()}


def _literals(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _no_path() -> str:
    """What pydantic says of what is no path; it has no template."""
    try:
        TypeAdapter(Path).validate_python(0)
    except ValidationError as err:
        return err.errors()[0]["msg"]
    raise AssertionError


def updated(written: bytes) -> French:
    """The catalogue with what is new, to be translated, and without what nobody says any more."""
    ours, others = said_by_us(), said_by_others()
    catalogue = French(locale="fr", header_comment=_HEADER, fuzzy=False)
    for message in read_po(BytesIO(written)):
        if message.id and singular(message) in ours | others:
            catalogue[message.id] = Message(message.id, message.string, flags=message.flags)
    for text in ours - {singular(message) for message in catalogue}:
        catalogue.add(text)
    return catalogue


def singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def as_po(catalogue: French) -> bytes:
    written = BytesIO()
    write_po(written, catalogue, width=0, sort_output=True)
    return written.getvalue()


def as_mo(catalogue: French) -> bytes:
    written = BytesIO()
    write_mo(written, catalogue)
    return written.getvalue()


if __name__ == "__main__":
    catalogue = updated(PO.read_bytes())
    PO.write_bytes(as_po(catalogue))
    MO.write_bytes(as_mo(catalogue))
