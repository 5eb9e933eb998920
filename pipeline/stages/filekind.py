"""What a file is, told by its content; its name decides only where content cannot."""

import re
from enum import Enum, auto
from pathlib import PurePath
from typing import BinaryIO

import olefile

from pipeline.errors import DocumentError, EmptyFileError, UnsupportedError

HEAD_BYTES = 65_536
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Kind(Enum):
    """What a file holds."""

    PDF = auto()
    IMAGE = auto()
    EML = auto()
    MSG = auto()
    MBOX = auto()
    EMPTY = auto()
    WORD = auto()
    OFFICE = auto()
    ARCHIVE = auto()
    PROGRAM = auto()
    TNEF = auto()
    TEXT = auto()
    JPEG_XL = auto()
    PHOTOSHOP = auto()
    DJVU = auto()
    SVG = auto()
    RAW_PHOTO = auto()
    OTHER = auto()


_ADVICE = {
    Kind.MBOX: "Boîte aux lettres jointe à un courriel : la déposer elle-même dans le dossier.",
    Kind.WORD: "Document de traitement de texte : il ne peut pas être lu tel quel. "
    "L'enregistrer au format PDF et déposer ce PDF.",
    Kind.OFFICE: "Tableur, présentation ou autre document bureautique : il ne peut pas être lu "
    "tel quel. L'enregistrer au format PDF et déposer ce PDF.",
    Kind.ARCHIVE: "Archive compressée : en extraire les fichiers et les déposer dans le dossier.",
    Kind.PROGRAM: "C'est un programme, non une fiche : ne pas l'ouvrir, et le retirer du dossier.",
    Kind.TNEF: "Pièce jointe au format propre d'Outlook (winmail.dat) : demander à l'expéditeur "
    "de renvoyer sa fiche en PDF.",
    Kind.TEXT: "Fichier de texte ou page web, sans fiche à lire : si la fiche s'y trouve, "
    "l'imprimer en PDF et déposer ce PDF.",
}
_OTHER_PICTURES = {
    Kind.JPEG_XL: "Image au format JPEG XL",
    Kind.PHOTOSHOP: "Image au format de Photoshop (PSD)",
    Kind.DJVU: "Document numérisé au format DjVu",
    Kind.SVG: "Dessin au format SVG",
    Kind.RAW_PHOTO: "Photo au format brut de l'appareil (RAW)",
}
_ADVICE |= {
    kind: f"{what} : il n'est pas lu ici. L'enregistrer en JPEG ou en PDF et déposer ce "
    "fichier, ou demander à l'expéditeur de le faire."
    for kind, what in _OTHER_PICTURES.items()
}
_OTHER_ADVICE = (
    "Ce n'est ni un PDF, ni une image, ni un courriel : convertir la fiche en PDF "
    "et déposer ce PDF."
)


def refusal(kind: Kind) -> DocumentError:
    """Why a file of this kind holds no form to read, and what to do."""
    if kind is Kind.EMPTY:
        return EmptyFileError("Le fichier est vide (0 octet) : demander un nouvel envoi.")
    return UnsupportedError(_ADVICE.get(kind, _OTHER_ADVICE))


_IMAGE = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|BM.{8}[\x00-\xff]{4}[\x0c-\x7c]\0\0\0"
    rb"|II\*\0|MM\0\*|II\+\0|MM\0\+|RIFF....WEBP"
    rb"|....ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1|avi[fs])"
    rb"|\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51",
    re.DOTALL,
)
_OTHER_PICTURE = re.compile(
    rb"(?P<JPEG_XL>\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n)|(?P<PHOTOSHOP>8BPS\0[\1\2])"
    rb"|(?P<DJVU>AT&TFORM....DJV)|(?P<SVG>(?:\xef\xbb\xbf)?\s*(?:<[?!][^>]*>\s*)*<(?:\w+:)?svg\b)"
    rb"|(?P<RAW_PHOTO>II\*\0....CR|FUJIFILMCCD-RAW|IIU\0|IIR[OS]|MMOR|....ftypcrx |\0MRM)",
    re.DOTALL,
)
_RAW_SUFFIXES = frozenset((".dng", ".nef", ".nrw", ".arw", ".sr2", ".pef", ".cr2", ".srw", ".3fr"))
"""Of camera files that begin as a TIFF does, and hold a thumbnail that Pillow would take."""
_MAIL_HEADER = re.compile(
    rb"(?im)^(received|return-path|delivered-to|from|to|cc|subject|date|message-id|mime-version"
    rb"|content-type|reply-to|sender|x-[\w-]+|[ad]\w+-signature|authentication-results):"
)
_MBOX_LINE = re.compile(rb"From [^\r\n]*\d{4}[^\r\n]*\r?\n[!-9;-~]+:")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


def kind_of(file: BinaryIO, name: str) -> Kind:
    """What ``file`` (seekable) is; leaves it rewound. Raises OSError where it cannot be read."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    suffix = PurePath(name).suffix.lower()
    kind = _ole_kind(file, suffix) if head.startswith(OLE_MAGIC) else _head_kind(head, suffix)
    file.seek(0)
    return kind


def _head_kind(head: bytes, suffix: str) -> Kind:
    if not head:
        return Kind.EMPTY
    if other := _OTHER_PICTURE.match(head):
        return Kind[other.lastgroup or ""]
    if _IMAGE.match(head):
        return Kind.RAW_PHOTO if suffix in _RAW_SUFFIXES else Kind.IMAGE
    if head.lstrip().startswith(b"%PDF-"):
        return Kind.PDF
    if head.startswith(b"PK\x03\x04"):
        return _zip_kind(head)
    if head.startswith((b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x1f\x8b", b"PK\x05\x06")):
        return Kind.ARCHIVE
    if head.startswith((b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe")):
        return Kind.PROGRAM
    if head.startswith(b"{\\rtf"):
        return Kind.WORD
    if head.startswith(b"\x78\x9f\x3e\x22"):
        return Kind.TNEF
    if suffix != ".eml" and _MBOX_LINE.match(head):
        return Kind.MBOX
    headers = _BLANK_LINE.split(head.lstrip(b"\xef\xbb\xbf\r\n"), maxsplit=1)[0]
    if suffix == ".eml" or len(set(_MAIL_HEADER.findall(headers))) >= 2:
        return Kind.EML
    # Readers take a PDF whose header stands anywhere in the first kilobyte; so does a mail's piece.
    if b"%PDF-" in head[:1024]:
        return Kind.PDF
    return Kind.OTHER if b"\0" in head else Kind.TEXT


def _zip_kind(head: bytes) -> Kind:
    if b"word/" in head or b"opendocument.text" in head:
        return Kind.WORD
    if re.search(rb"\bxl/|\bppt/|opendocument\.|\[Content_Types\]", head):
        return Kind.OFFICE
    return Kind.ARCHIVE


def _ole_kind(file: BinaryIO, suffix: str) -> Kind:
    """Outlook mails and the old Office files share one container."""
    if suffix == ".msg":
        return Kind.MSG
    try:
        file.seek(0)
        with olefile.OleFileIO(file) as ole:
            if ole.exists("__properties_version1.0"):
                return Kind.MSG
            return Kind.WORD if ole.exists("WordDocument") else Kind.OFFICE
    except Exception:  # a damaged container makes the parser raise anything
        return Kind.OTHER
