"""Text over several lines, kept as written in one.

However little of it is sure, the likeliest reading is offered: it is sooner put right than typed.
"""

from collections.abc import Sequence

import numpy as np

from pipeline import fields
from pipeline.fields import _french
from pipeline.fields._words import parse, to_text
from pipeline.fields.text import spelled
from pipeline.records import Candidate, LineEvidence

_SENTENCES = (
    *(
        "Merci de me rappeler le soir.",
        "Je viendrai avec mon fauteuil roulant.",
        "Rien à signaler.",
    ),
    *("Ma fille ne mange pas de viande et craint les chiens.", "Nous arriverons vers dix heures."),
    *("J'autorise mon fils à rentrer seul.", "Il porte des lunettes et un appareil dentaire."),
    *("Nous avons connu l'association au marché.", "Le chèque suivra par la poste."),
    *("Peut-on payer en trois fois ?", "Je peux aider à la buvette le samedi après-midi."),
    *("Allergique aux noix, trousse de secours dans le sac.", "Elle sait nager depuis deux ans."),
)


def read(lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]:
    """What the lines say with its probabilities, likeliest first."""
    if candidates := _french.read(lines):
        return candidates
    wording = _french.wording()
    best = [max(texts, key=texts.__getitem__) for line in lines if (texts := wording.read(line))]
    joined = fields.joined([{text: 1.0} for text in best if text])
    return tuple(Candidate(text, str(text), fields.LEAST_PROBABILITY) for text in joined if text)


def invent(rng: np.random.Generator) -> tuple[str, str]:
    """A few sentences."""
    chosen = rng.choice(len(_SENTENCES), size=int(rng.integers(1, 4)), replace=False)
    text = " ".join(_SENTENCES[int(i)] for i in chosen)
    return text, text


TYPE = fields.FieldType(
    label="texte libre",
    plural="textes libres",
    read=read,
    to_text=to_text,
    parse=parse,
    spelled=spelled,
    invent=invent,
    lettered=True,
    spelling=True,
)
