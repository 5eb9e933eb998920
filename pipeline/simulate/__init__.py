"""Draw filled, scanned, photographed copies of any form, with their truth.

The people are invented. The truth says what was meant, and where on the picture the form lies, so
that reading and alignment can both be measured. It notes what accidents befell which field, and by
how many mm what was written is too large for its zone (``room.Lack``).

A share of the documents may come as mails (``mails``); the truth names each document as a run does.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pipeline import system
from pipeline.forms.schema import Form
from pipeline.simulate.accidents import happen
from pipeline.simulate.contents import Filling, invent
from pipeline.simulate.digital import fill_pdf
from pipeline.simulate.draw import Leaf, Look, choose_look, draw_page, save
from pipeline.simulate.hands import SHIPPED, Hands
from pipeline.simulate.mails import mail_document
from pipeline.simulate.membership import write_members
from pipeline.simulate.room import lacks_mm

STYLES = ("typed", "hand", "photo", "fax", "digital")
_CHUNK = 5
"""Copies a process draws at a time."""

__all__ = [
    "SHIPPED",
    "STYLES",
    "Hands",
    "captured",
    "simulate",
    "truth_of",
    "write_members",
    "write_truth",
]


def simulate(
    form: Form,
    out: Path,
    *,
    n: int,
    seed: int,
    styles: Sequence[str] = STYLES,
    wrong_sums: float = 0.08,
    mailed: float = 0.0,
    hands: Hands = SHIPPED,
    jobs: int = 1,
) -> None:
    """Write ``n`` filled copies of the form and their ``truth.json`` into ``out``.

    The same seed draws the same files. ``styles`` are taken in turn; ``jobs`` processes draw. Every
    page of the form that holds a zone is drawn; a form with several such pages never becomes a
    single picture. ``mailed`` is the share of copies that come as mails, ``hands`` who writes by
    hand. Raises InputError for hands that cannot write.
    """
    hands.check()
    out.mkdir(parents=True, exist_ok=True)
    draw = partial(
        _document,
        form,
        out,
        seed=seed,
        styles=styles,
        wrong_sums=wrong_sums,
        mailed=mailed,
        hands=hands,
    )
    if jobs > 1 and n > _CHUNK:
        with system.process_pool(jobs) as pool:
            truth = dict(pool.map(draw, range(n), chunksize=_CHUNK))
    else:
        truth = dict(map(draw, range(n)))
    write_truth(truth, out / "truth.json")


def _document(
    form: Form,
    out: Path,
    k: int,
    *,
    seed: int,
    styles: Sequence[str],
    wrong_sums: float,
    mailed: float,
    hands: Hands,
) -> tuple[str, dict[str, Any]]:
    """Draw one copy, and the mail it may come in; its name and its truth."""
    rng = np.random.default_rng([seed, k])
    filling = invent(form, rng, wrong_sums=wrong_sums)
    style = styles[k % len(styles)]
    name, truth, filling = _draw(form, out, k, filling, rng, seed=seed, style=style, hands=hands)
    truth["people"] = [[person.given, person.surname] for person in filling.people]
    mail_rng = np.random.default_rng([seed, k, 2])
    if mail_rng.random() < mailed:
        name = mail_document(form, filling, out / name, mail_rng)
    return name, truth


def _draw(
    form: Form,
    out: Path,
    k: int,
    filling: Filling,
    rng: np.random.Generator,
    *,
    seed: int,
    style: str,
    hands: Hands,
) -> tuple[str, dict[str, Any], Filling]:
    """Draw the file; its name, its truth, and what stands on it."""
    if style == "digital":
        name = f"{style}-{k:04d}.pdf"
        fill_pdf(form, filling, out / name)
        truth = truth_of(form, filling) | {"style": style} | ({"ink": []} if hands.ink else {})
        return name, truth, filling
    pages = sorted({zone.page for zone in form.zones})
    look = choose_look(rng, style, several_pages=len(pages) > 1)
    hands_rng = np.random.default_rng([seed, k, 4])
    filling, pen, inked = hands.take_up(form, filling, look.pen, hands_rng)
    look = replace(look, pen=pen)
    own_rng = np.random.default_rng([seed, k, 1])
    happened = {
        key: accident
        for key, accident in happen(form, filling, look.pen, own_rng, fit=look.fit).items()
        if key not in inked
    }
    leaves = [
        draw_page(form, page, filling, look, rng, happened=happened, inked=inked) for page in pages
    ]
    name = f"{style}-{k:04d}.{look.kind}"
    save(leaves, out / name, look)
    truth = (
        truth_of(form, filling)
        | captured(leaves, look)
        | {"style": style, "lacks_mm": lacks_mm(form, filling, look.pen, fit=look.fit)}
    )
    if happened:
        truth["accidents"] = {_name_of(form, key): happened[key].kind for key in happened}
    if hands.ink:
        truth["ink"] = [_name_of(form, key) for key in inked]
    return name, truth, filling


def _name_of(form: Form, key: tuple[str, int]) -> str:
    """A text of a form as readings name it: each line of a repeated field by its number."""
    field, n = key
    return f"{field}.{n + 1}" if form.zone(field).repeated else field


def truth_of(form: Form, filling: Filling) -> dict[str, Any]:
    """What one filled form says: the fields as meant, and the sum the tariff gives."""
    due = filling.total_due_cents
    return {
        "form": form.id,
        "fields": filling.fields,
        **({} if due is None else {"total_due": due}),
    }


def captured(leaves: Sequence[Leaf], look: Look) -> dict[str, Any]:
    """How a document was made, and where on each of its pages the paper and the form lie."""
    return {
        "font": Path(look.pen.font).name,
        "dpi": look.dpi,
        "pages": [
            {
                "page": number,
                "form_page": leaf.form_page,
                "turns": leaf.turns,
                "mm_to_px": [float(f"{v:.10g}") for v in leaf.mm_to_px.ravel()],
                "corners_px": leaf.corners_px.round(2).tolist(),
            }
            for number, leaf in enumerate(leaves, 1)
        ],
    }


def write_truth(truth: dict[str, dict[str, Any]], path: Path) -> None:
    """Write ``truth.json``, as people like to read it."""
    text = json.dumps(truth, ensure_ascii=False, indent=1) + "\n"
    path.write_text(text, "utf-8", newline="\n")
