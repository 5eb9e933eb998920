"""Pieces that a mail no longer holds: removed by an antivirus, detached, or left behind a link."""

import re

from pipeline.errors import DocumentError, EncryptedError, MailError
from pipeline.intake.mime import Part

_OBJECT = r"\b(?:attach(?:ment|ed)s?|pi[eè]ces? jointes?|fichiers?|files?)\b"
_VERB = (
    r"\b(?:removed|deleted|blocked|stripped|scrubbed|replaced|quarantined|supprim|retir[eé]|bloqu[eé]"
    r"|enlev[eé]|neutralis|remplac[eé]|(?:mise?s?|placée?s?) en quarantaine)"
)
_REMOVED = re.compile(rf"{_OBJECT}[^!?]{{0,160}}?{_VERB}|{_VERB}[^!?]{{0,160}}?{_OBJECT}", re.I)
_SAID_IN_MAIL = re.compile(
    r"You deleted an attachment from this message|Vous avez supprimé une pièce jointe de ce message"
    r"|\[(?:The attachment|La pièce jointe)\b[^\]\n]{0,200}"
    r"\b(?:manually removed|(?:supprimée|retirée|enlevée)[^\]\n]{0,20})\]"
    r"|^Attachment Converted: |A non-text attachment was scrubbed"
    r"|one or more attachments? (?:has|have) been (?:removed|deleted|blocked)",
    re.IGNORECASE | re.MULTILINE,
)
_LINK = re.compile(
    r"https?://(?:[\w-]+\.)*(?:drive\.google\.com/(?:file|open|drive|uc)|docs\.google\.com/\w+/d/"
    r"|1drv\.ms/|onedrive\.live\.com/|(?:[\w-]+\.)?sharepoint\.com/:|dropbox\.com/(?:s|scl|sh|t|l)/"
    r"|we\.tl/|wetransfer\.com/downloads|transfernow\.net/|fromsmash\.com/|grosfichiers\.com/"
    r"|swisstransfer\.com/d/|icloud\.com/(?:attachment|iclouddrive)|kdrive\.infomaniak\.com/app/share"
    r"|mega\.nz/(?:file|folder)|pcloud\.(?:com|link)/|box\.com/s/|filesender\.renater\.fr/"
    r"|transfert\.free\.fr/|dl\.free\.fr/)",
    re.IGNORECASE,
)
_MOST_CHARS = 20_000


def why_lost(part: Part) -> DocumentError | None:
    """Why the file that a part stands for cannot be had, as its headers tell; None where it can."""
    kind = part.media_type
    if part.header("x-mozilla-cloud-part"):
        return behind_a_link()
    if (
        kind == "text/x-moz-deleted"
        or part.header("x-mozilla-external-attachment-url")
        or part.header("x-mozilla-altered")
        or "x-mutt-deleted" in part.header("content-type").lower()
        or (part.header("x-apple-content-length") and not bytes(part.raw[:4096]).strip())
    ):
        return MailError(
            "Cette pièce jointe a été détachée ou supprimée du courriel dans la messagerie : "
            "déposer ici le fichier tel qu'il fut enregistré, ou demander un nouvel envoi."
        )
    if kind == "message/external-body":
        return behind_a_link()
    if kind == "message/partial":
        return MailError(
            "Ce n'est qu'un morceau d'un courriel envoyé en plusieurs parties : demander à "
            "l'expéditeur de renvoyer sa fiche seule, d'une taille moindre."
        )
    if kind == "application/x-microsoft-rpmsg-message":
        return EncryptedError(
            "Courriel à accès restreint (Microsoft) : il ne peut pas être lu ici. L'ouvrir dans "
            "Outlook et enregistrer la fiche, ou demander à l'expéditeur de la renvoyer."
        )
    return None


def tells_of_removal(text: str) -> bool:
    """Whether a note that stands for a piece says that this was removed."""
    return _REMOVED.search(" ".join(text[:_MOST_CHARS].split())) is not None


def removal_in(said: str) -> DocumentError | None:
    """What the text of a mail, in the words of programs, says of a piece removed from it."""
    return removed() if _SAID_IN_MAIL.search(said[:_MOST_CHARS]) else None


def link_in(said: str) -> DocumentError | None:
    """What to do where the text of a mail leads to a file that lies elsewhere."""
    return behind_a_link() if _LINK.search(said[:_MOST_CHARS]) else None


def removed() -> DocumentError:
    return MailError(
        "Une pièce jointe a été retirée de ce courriel (par un antivirus ou par la messagerie) : "
        "demander à l'expéditeur de la renvoyer, en PDF si possible."
    )


def behind_a_link() -> DocumentError:
    return MailError(
        "Ce courriel renvoie par un lien à un fichier qu'il n'apporte pas : ouvrir le lien, "
        "enregistrer la fiche et la déposer dans le dossier."
    )
