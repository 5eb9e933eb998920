"""Draw the sample inbox again, the same each time: ``python -m pipeline.simulate.samples samples``.

Documents as a secretary gets them, with ``truth.json`` beside the inbox. A document of
several fiches has ``registrations``, one that must be rejected has ``rejected`` with the kind.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from pipeline import paths
from pipeline.forms.schema import Form, load_form
from pipeline.simulate import captured, truth_of, write_truth
from pipeline.simulate.contents import Filling, invent
from pipeline.simulate.digital import fill_pdf
from pipeline.simulate.draw import Leaf, Look, choose_look, draw_page, save

_SEED = 20180202
_FICHE, _FLYER = 2, 1
"""The pages of the shipped form."""


def draw_samples(out: Path) -> None:
    """Write ``out/inbox`` and ``out/truth.json``."""
    form = load_form(paths.SHIPPED_FORM)
    inbox = out / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    truth: dict[str, dict[str, Any]] = {}

    def fiche(
        name: str,
        seed: int,
        style: str,
        *,
        where: Callable[[Filling], bool] | None = None,
        wrong_sums: float = 0.0,
        **made: Any,
    ) -> None:
        rng = np.random.default_rng([_SEED, seed])
        look = _look(rng, style, name, **made)
        filling = _invent(form, rng, where, wrong_sums=wrong_sums)
        leaves = [draw_page(form, _FICHE, filling, look, rng)]
        save(leaves, inbox / name, look)
        truth[name] = truth_of(form, filling) | captured(leaves, look)

    fiche("2018-01-08 foyer.jpg", 1, "hand", dpi=200)
    fiche("2018-01-09 fiche dactylographiée.png", 2, "typed", bilevel=True, dpi=200)
    fiche("2018-01-10 équipe au complet.jpg", 3, "hand", where=_of_four, dpi=200, coloured=True)
    fiche("IMG_20180112_084512.jpg", 4, "photo", dpi=180, coloured=True)
    fiche(
        "IMG_20180112_171903.jpg",
        5,
        "photo",
        where=_with_somebody_uncounted(form),
        dpi=150,
        turns=1,
        exif=True,
    )
    fiche("Scan_0007.pdf", 6, "hand", dpi=200)
    fiche("de travers.tif", 7, "hand", dpi=200, bilevel=True, turns=3)
    fiche("télécopie du 15 janvier.tif", 8, "fax")
    fiche("2018-01-16 erreur d'addition.jpg", 9, "hand", wrong_sums=1.0, dpi=150)
    truth["deux fiches.pdf"] = _two_fiches(form, inbox / "deux fiches.pdf")
    truth |= _mail(form, inbox / "courriel de Mme Rozenn.eml")
    truth["remplie à l'écran.pdf"] = _on_screen(form, inbox / "remplie à l'écran.pdf")
    truth["vierge.pdf"] = _blank(form, inbox / "vierge.pdf")
    truth["illisible.jpg"] = _unreadable(form, inbox / "illisible.jpg")
    write_truth(truth, out / "truth.json")


def _look(rng: np.random.Generator, style: str, name: str, **made: Any) -> Look:
    plain: dict[str, Any] = {
        "kind": name.rsplit(".", 1)[1],
        "turns": 0,
        "exif": False,
        "bilevel": style == "fax",
        "coloured": False,
        "quality": 62,
    }
    return replace(choose_look(rng, style), **plain | made)


def _invent(
    form: Form,
    rng: np.random.Generator,
    where: Callable[[Filling], bool] | None = None,
    *,
    wrong_sums: float = 0.0,
) -> Filling:
    while True:
        filling = invent(form, rng, wrong_sums=wrong_sums)
        if where is None or where(filling):
            return filling


def _of_four(filling: Filling) -> bool:
    return len(filling.people) == 4


def _with_somebody_uncounted(form: Form) -> Callable[[Filling], bool]:
    name = form.uncounted
    return lambda filling: filling.fields.get(name) == 1 and len(filling.people) > 1


def _two_fiches(form: Form, path: Path) -> dict[str, Any]:
    """The flyer, then two fiches, scanned in one go."""
    rng = np.random.default_rng([_SEED, 10])
    look = _look(rng, "hand", path.name, dpi=150)
    other = _look(rng, "hand", path.name, dpi=150)
    fillings = [_invent(form, rng) for _ in range(2)]
    leaves: list[Leaf] = [
        draw_page(form, _FLYER, None, look, rng),
        draw_page(form, _FICHE, fillings[0], look, rng),
        draw_page(form, _FICHE, fillings[1], other, rng),
    ]
    save(leaves, path, look)
    registrations = [truth_of(form, filling) for filling in fillings]
    return {"registrations": registrations} | captured(leaves, look)


def _mail(form: Form, path: Path) -> dict[str, Any]:
    """A mail with a fiche attached, and the sender's logo in the signature."""
    rng = np.random.default_rng([_SEED, 11])
    piece = "fiche d'inscription.jpg"
    look = _look(rng, "hand", piece, dpi=150)
    filling = _invent(form, rng, lambda f: f.written[form.roles.named][0].startswith("Rozenn "))
    leaves = [draw_page(form, _FICHE, filling, look, rng)]
    scan = path.with_name(piece)
    save(leaves, scan, look)
    roles = form.roles
    service, address = (str(filling.fields[name]) for name in (roles.who, roles.contacts[0]))
    person = filling.written[roles.named][0]
    mail = EmailMessage()
    mail["From"] = f"{person} <{address}>"
    mail["To"] = f"{form.organiser.name} <{form.organiser.email}>"
    mail["Subject"] = "Inscription à la journée régionale du 2 février"
    mail["Date"] = "Wed, 17 Jan 2018 09:42:11 +0100"
    mail["Message-ID"] = "<fiche-0017@exemple.invalid>"
    mail.set_content(
        "Bonjour,\n\nVeuillez trouver ci-joint notre fiche d'inscription.\n\n"
        f"Bien cordialement,\n{person}\n{service}\n"
    )
    mail.add_alternative(
        "<p>Bonjour,</p><p>Veuillez trouver ci-joint notre fiche d'inscription.</p>"
        f"<p>Bien cordialement,<br>{person}<br>{service}</p>"
        '<img src="cid:logo" alt="">',
        subtype="html",
    )
    _, page = mail.iter_parts()
    page.add_related(_logo(), "image", "png", cid="<logo>", filename="logo.png")
    mail.add_attachment(
        scan.read_bytes(), maintype="image", subtype="jpeg", filename="fiche d'inscription.jpg"
    )
    scan.unlink()
    for number, part in enumerate(p for p in mail.walk() if p.is_multipart()):
        part.set_boundary(f"=-=-fiche-{number}-=-=")
    path.write_bytes(mail.as_bytes(policy=SMTP))
    return {f"{path.name}!{piece}": truth_of(form, filling) | captured(leaves, look)}


def _logo() -> bytes:
    image = Image.new("RGB", (120, 48), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((4, 4, 44, 44), fill=(0, 120, 130))
    draw.arc((52, 6, 116, 42), 180, 340, fill=(230, 120, 40), width=6)
    png = BytesIO()
    image.save(png, "PNG")
    return png.getvalue()


def _on_screen(form: Form, path: Path) -> dict[str, Any]:
    filling = _invent(form, np.random.default_rng([_SEED, 12]))
    fill_pdf(form, filling, path)
    return truth_of(form, filling)


def _blank(form: Form, path: Path) -> dict[str, Any]:
    rng = np.random.default_rng([_SEED, 13])
    look = _look(rng, "typed", path.name, dpi=150)
    leaves = [draw_page(form, _FICHE, None, look, rng)]
    save(leaves, path, look)
    return {"rejected": "blank"} | captured(leaves, look)


def _unreadable(form: Form, path: Path) -> dict[str, Any]:
    """A picture whose sending broke off after a sixth."""
    rng = np.random.default_rng([_SEED, 14])
    look = _look(rng, "photo", path.name, dpi=150)
    save([draw_page(form, _FICHE, _invent(form, rng), look, rng)], path, look)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 6])
    return {"rejected": "damaged"}


if __name__ == "__main__":
    draw_samples(Path(sys.argv[1]))
