"""A few words of any kind, kept as written; French only weighs what was seen."""

from collections.abc import Sequence

import numpy as np

from pipeline import fields
from pipeline.fields import _french
from pipeline.fields._words import parse, to_text
from pipeline.records import Candidate, FieldValue, LineEvidence

ANSWERS = (
    *("infirmière", "Éducateur spécialisé", "retraitée", "Étudiant en droit", "sans emploi"),
    *("Assistante sociale", "cadre de santé", "Menuisier", "professeure des écoles"),
    *("française", "Belge", "École Jules Ferry", "Collège des Quatre Vents", "CE2", "2nde B"),
    *("allergie aux arachides", "Asthme léger", "aucun traitement", "pas de porc", "végétarien"),
    *("Ceinture orange", "débutant", "taille M", "mardi soir", "Le bouche à oreille"),
    *("grand-mère", "Père", "la nounou", "par le train", "covoiturage", "flûte traversière"),
    *(
        "chorale",
        "Danse contemporaine",
        "Responsable légal",
        "MAIF",
        "Groupama",
        "CPAM de la Marne",
    ),
)
"""What people answer to any question."""


def read(lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]:
    """What the lines say with its probabilities, likeliest first."""
    return _french.read(lines)


def spelled(value: FieldValue) -> tuple[str, ...]:
    """As it is: nothing else says the same."""
    return (str(value),) if value else ()


def invent(rng: np.random.Generator) -> tuple[str, str]:
    """An answer to some question."""
    text = ANSWERS[int(rng.integers(len(ANSWERS)))]
    return text, text


TYPE = fields.FieldType(
    label="texte",
    plural="textes",
    read=read,
    to_text=to_text,
    parse=parse,
    spelled=spelled,
    invent=invent,
    lettered=True,
    spelling=True,
)
