"""What becomes of a piece of a mail: a document, a line for a person, or proven decoration."""

import re
from io import BytesIO
from pathlib import PurePath

from pipeline.errors import DocumentError, UnsupportedError
from pipeline.intake import lost, raster
from pipeline.intake.filekind import TEXTS, Kind, as_utf8, kind_of, refusal
from pipeline.intake.mail import Piece

_SAYS_NOTHING_CHARS = 40
"""A page or a note with less text than that is a rule, a blank, or the frame of a logo."""
_LOOKED_AT_BYTES = 20_000
_TEXT_SUFFIXES = (".txt", ".htm", ".html", ".text", "")
_DECORATION_SUFFIXES = (".ics", ".vcf", ".asc", ".sig", ".p7s", *_TEXT_SUFFIXES)
_DECORATION_TYPES = (
    *("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"),
    *("application/pgp-encrypted", "application/pgp-keys", "text/calendar", "text/vcard"),
    *("message/delivery-status", "message/disposition-notification", "message/feedback-report"),
    *("text/rfc822-headers", "text/x-vcard", "text/directory", "text/x-amp-html"),
)
_DECORATION = re.compile(
    rb"\s*(?:BEGIN:V|-----BEGIN PGP (?:SIGNATURE|PUBLIC KEY)|-----BEGIN CERTIFICATE)", re.IGNORECASE
)
_EXCHANGE_TEXT = re.compile(r"ATT\d+(?:\s\(\d+\))?\.(?:txt|html?)", re.IGNORECASE)
"""How Exchange calls the texts of a mail that it cut in pieces."""
_OUTLOOK_PICTURE = re.compile(r"image\d{3}\.\w+$")
_INVOICE = re.compile(r"(?:factur-x|zugferd-invoice|xrechnung|order-x)\.xml|.*\.joboptions", re.I)
"""What programs put into their PDF for other programs."""
_LOGO_SHORT_PX, _LOGO_LONG_PX, _LOGO_BYTES = 300, 500, 12_000
_LEGIBLE_SHORT_PX = 200
_PAGE_SHORT_PX, _SMALL_PAGE_SHORT_PX, _PAGE_LONGER = 700, 500, (1.2, 1.7)


def document_kind(piece: Piece, data: bytes) -> Kind | None:
    """PDF, IMAGE or a text where the piece is a document to read; None where it is decoration.

    Raises DocumentError, which says what else it is.
    """
    kind, suffix = kind_of(BytesIO(data), piece.name), PurePath(piece.name).suffix.lower()
    if kind is Kind.PDF or (kind is Kind.IMAGE and not _is_logo(piece, data)):
        return kind
    if kind is Kind.IMAGE or _INVOICE.fullmatch(piece.name):
        return None
    if kind is Kind.TEXT or kind in TEXTS:
        return _text_kind(piece, data, suffix, kind)
    decorates = suffix in _DECORATION_SUFFIXES or piece.media_type in _DECORATION_TYPES
    if decorates and kind in (Kind.OTHER, Kind.EMPTY) and piece.media_type != "application/pdf":
        return None
    raise refusal(kind)


def _text_kind(piece: Piece, data: bytes, suffix: str, kind: Kind) -> Kind | None:
    """The kind of a text to read; None where it is the mail's own, or holds nothing.

    Raises DocumentError, which says what it is else.
    """
    text = as_utf8(data[:_LOOKED_AT_BYTES])
    words = re.sub(
        rb"<(?:style|script)\b.*?</(?:style|script)>|<[^>]*>", b" ", text, flags=re.S | re.I
    )
    shown = words.decode("utf-8", "replace")
    if _DECORATION.match(text):
        return None
    if lost.tells_of_removal(shown):
        raise lost.removed()
    if piece.media_type in _DECORATION_TYPES:
        return None
    if kind in (Kind.HOCR, Kind.ALTO):
        return kind
    if suffix not in _TEXT_SUFFIXES:
        raise UnsupportedError(
            "Ce fichier n'est pas ce que dit son nom : c'est une page web ou un texte (souvent une "
            "erreur de téléchargement). Demander à l'expéditeur de renvoyer sa fiche en PDF."
        )
    says_nothing = len("".join(shown.split())) < _SAYS_NOTHING_CHARS
    if says_nothing or _EXCHANGE_TEXT.fullmatch(piece.name):
        return None
    if kind is Kind.TEXT:
        raise refusal(kind)
    return kind


def _is_logo(piece: Piece, data: bytes) -> bool:
    """Whether a picture belongs to the text of the mail, or to its signature.

    Bytes tell little: a fax of a whole page may take less than a logo.
    """
    shown = piece.shown or _OUTLOOK_PICTURE.match(piece.name) is not None
    if not (shown or piece.inline):
        return False
    try:
        with raster.open_image(data) as image:
            short_px, long_px = sorted(image.size)
    except DocumentError:
        return False
    if not shown:
        return short_px < _LEGIBLE_SHORT_PX
    like_paper = _PAGE_LONGER[0] <= long_px / max(1, short_px) <= _PAGE_LONGER[1]
    is_page = short_px >= (_SMALL_PAGE_SHORT_PX if like_paper else _PAGE_SHORT_PX)
    small = short_px < _LOGO_SHORT_PX or long_px < _LOGO_LONG_PX
    return small or (len(data) < _LOGO_BYTES and not is_page)
