"""What a file is, told by its content; its name decides only where content cannot."""

import re
from enum import Enum, auto
from pathlib import PurePath
from typing import BinaryIO

import olefile

from pipeline.errors import DocumentError, EmptyFileError, EncryptedError, UnsupportedError
from pipeline.intake.mailbox import has_headers, is_mailbox

HEAD_BYTES = 65_536
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Kind(Enum):
    """What a file holds."""

    PDF = auto()
    IMAGE = auto()
    EML = auto()
    MSG = auto()
    MBOX = auto()
    SIGNED = auto()
    """A container of S/MIME: signed, encrypted or compressed."""
    COMPOUND = auto()
    """An Outlook mail, or an old or protected Office file: what it is stands deeper in it."""
    EMPTY = auto()
    WORD = auto()
    OFFICE = auto()
    APPLE = auto()
    PROTECTED = auto()
    PGP = auto()
    MAIL_STORE = auto()
    ARCHIVE = auto()
    PROGRAM = auto()
    TNEF = auto()
    TEXT = auto()
    """Text that is none of the next three: a web page, a table, a program."""
    PLAIN_TEXT = auto()
    HOCR = auto()
    ALTO = auto()
    JPEG_XL = auto()
    PHOTOSHOP = auto()
    DJVU = auto()
    SVG = auto()
    RAW_PHOTO = auto()
    OTHER = auto()


TEXTS = (Kind.PLAIN_TEXT, Kind.HOCR, Kind.ALTO)
"""Text that may be a fiche or a flyer."""
DOCUMENTS = (Kind.PDF, Kind.IMAGE, *TEXTS)
"""What is read page by page."""

_ADVICE = {
    Kind.MBOX: "Boîte aux lettres jointe à un courriel : la déposer elle-même dans le dossier.",
    Kind.WORD: "Document de traitement de texte : il ne peut pas être lu tel quel. "
    "L'enregistrer au format PDF et déposer ce PDF.",
    Kind.OFFICE: "Tableur, présentation ou autre document bureautique : il ne peut pas être lu "
    "tel quel. L'enregistrer au format PDF et déposer ce PDF.",
    Kind.APPLE: "Document de Pages, Numbers ou Keynote (Apple) : il ne peut pas être lu tel quel. "
    "Demander à l'expéditeur de l'exporter au format PDF (Fichier, Exporter vers).",
    Kind.MAIL_STORE: "Fichier de courriels propre à Outlook ou à Outlook Express : il ne peut pas "
    "être lu. Y ouvrir les courriels des inscriptions, et les enregistrer un à un dans le dossier.",
    Kind.ARCHIVE: "Archive compressée : en extraire les fichiers et les déposer dans le dossier.",
    Kind.PROGRAM: "C'est un programme, non une fiche : ne pas l'ouvrir, et le retirer du dossier.",
    Kind.TNEF: "Pièce jointe au format propre d'Outlook (winmail.dat) : demander à l'expéditeur "
    "de renvoyer sa fiche en PDF, ou son courriel en texte simple ou HTML.",
    Kind.TEXT: "Fichier de texte ou page web, sans fiche à lire : si la fiche s'y trouve, "
    "l'enregistrer en texte (.txt) ou en PDF, et déposer ce fichier.",
}
_ADVICE |= dict.fromkeys(TEXTS, _ADVICE[Kind.TEXT])
_LOCKED = {
    Kind.PROTECTED: "Document bureautique protégé par un mot de passe : demander à l'expéditeur "
    "de l'envoyer en PDF, sans protection.",
    Kind.PGP: "Message ou fichier chiffré (PGP) : il ne peut pas être lu ici. Demander à "
    "l'expéditeur de renvoyer sa fiche sans chiffrement.",
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
    if kind in _LOCKED:
        return EncryptedError(_LOCKED[kind])
    return UnsupportedError(_ADVICE.get(kind, _OTHER_ADVICE))


_IMAGE = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|BM.{8}[\x00-\xff]{4}[\x0c-\x7c]\0\0\0"
    rb"|II\*\0|MM\0\*|II\+\0|MM\0\+|RIFF....WEBP"
    rb"|....ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1|avi[fs])"
    rb"|\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51",
    re.DOTALL,
)
_SIGNED = re.compile(
    rb"\x30(?:\x80|[\x81-\x84]?.{1,4})\x06[\x09\x0b]\x2a\x86\x48\x86\xf7\x0d\x01", re.DOTALL
)
_OTHER_PICTURE = re.compile(
    rb"(?P<JPEG_XL>\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n)|(?P<PHOTOSHOP>8BPS\0[\1\2])"
    rb"|(?P<DJVU>AT&TFORM....DJV)|(?P<SVG>(?:\xef\xbb\xbf)?\s*(?:<[?!][^>]*>\s*)*<(?:\w+:)?svg\b)"
    rb"|(?P<RAW_PHOTO>II\*\0....CR|FUJIFILMCCD-RAW|IIU\0|IIR[OS]|MMOR|....ftypcrx |\0MRM)",
    re.DOTALL,
)
_RAW_SUFFIXES = frozenset((".dng", ".nef", ".nrw", ".arw", ".sr2", ".pef", ".cr2", ".srw", ".3fr"))
"""Of camera files that begin as a TIFF does, and hold a thumbnail that Pillow would take."""
_PGP = re.compile(rb"\s*-----BEGIN PGP MESSAGE-----")
_HOCR = re.compile(rb"class\s*=\s*[\"'][^\"']*\bocr_page\b")
_ALTO = re.compile(rb"\s*(?:(?:<!--.*?-->|<[?!][^>]*>)\s*)*<(?:\w+:)?alto\b", re.DOTALL)
_PLAIN_SUFFIXES = (".txt", ".text")
_MAIL_STORE = (b"!BDN", b"\xcf\xad\x12\xfe", b"JMF6", b"JMF9")
_EMLX = re.compile(rb"\s*\d+[ \t]*\r?\n")


def kind_of(file: BinaryIO, name: str) -> Kind:
    """What ``file`` (seekable) is; leaves it rewound. Raises OSError where it cannot be read."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    kind = head_kind(head, PurePath(name).suffix.lower())
    if kind is Kind.COMPOUND:
        kind = _compound_kind(file)
    file.seek(0)
    return kind


def head_kind(head: bytes, suffix: str) -> Kind:
    """What a file is by its first HEAD_BYTES, as far as they tell; ``suffix`` in small letters."""
    if not head:
        return Kind.EMPTY
    if other := _OTHER_PICTURE.match(head):
        return Kind[other.lastgroup or ""]
    if head.startswith(OLE_MAGIC):
        return Kind.MSG if suffix == ".msg" else Kind.COMPOUND
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
    if head.startswith(_MAIL_STORE):
        return Kind.MAIL_STORE
    if _SIGNED.match(head):
        return Kind.SIGNED
    if _PGP.match(head) or (suffix in (".pgp", ".gpg") and b"BEGIN PGP" not in head):
        return Kind.PGP
    return _text_kind(head, suffix)


def _text_kind(head: bytes, suffix: str) -> Kind:
    text = as_utf8(head).lstrip(b"\r\n")
    if is_mailbox(text):
        return Kind.MBOX
    counted = _EMLX.match(text)
    if suffix in (".eml", ".emlx") or has_headers(text[counted.end() if counted else 0 :]):
        return Kind.EML
    # Readers take a PDF whose header stands anywhere in the first kilobyte; so does a mail's piece.
    if b"%PDF-" in head[:1024]:
        return Kind.PDF
    if b"\0" in text:
        return Kind.OTHER
    if _ALTO.match(text):
        return Kind.ALTO
    if _HOCR.search(text):
        return Kind.HOCR
    return Kind.PLAIN_TEXT if suffix in _PLAIN_SUFFIXES else Kind.TEXT


def as_utf8(data: bytes) -> bytes:
    """A text without its byte order mark; in UTF-8 if that marks it as UTF-16."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    return data.removeprefix(b"\xef\xbb\xbf")


def _zip_kind(head: bytes) -> Kind:
    if re.search(rb"Index/[\w-]+\.iwa|Index\.zip|index\.(?:xml|apxl)(?:\.gz)?PK", head):
        return Kind.APPLE
    if b"word/" in head or b"opendocument.text" in head:
        return Kind.WORD
    if re.search(rb"\bxl/|\bppt/|opendocument\.|\[Content_Types\]", head):
        return Kind.OFFICE
    return Kind.ARCHIVE


def _compound_kind(file: BinaryIO) -> Kind:
    """Outlook mails and the old Office files share one container."""
    try:
        file.seek(0)
        with olefile.OleFileIO(file) as ole:
            if ole.exists("__properties_version1.0"):
                return Kind.MSG
            if ole.exists("EncryptedPackage"):
                return Kind.PROTECTED
            return Kind.WORD if ole.exists("WordDocument") else Kind.OFFICE
    except Exception:  # a damaged container makes the parser raise anything
        return Kind.OTHER
