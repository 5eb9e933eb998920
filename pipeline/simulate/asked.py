"""What associations ask on their forms: the questions a drawn blank may hold, with what they print.

Labels are as forms have them; no form of the shipped ones, or of those that others measure on, was
looked at for them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a form: its field, type and labels, and how wide an answer it wants, in mm.

    ``lines``: how many lines the answer has. ``options``: the key and the print of each, where
    there are some. ``comb``: whether forms have one cell a character for it, and how many.
    ``extra``: further keys of its zone, as TOML. ``area_mm``: the height of what is no line, but an
    area to sign or to glue a photo into.
    """

    field: str
    type: str
    labels: tuple[str, ...]
    width_mm: float
    lines: int = 1
    options: tuple[tuple[str, str], ...] = ()
    comb: int = 0
    extra: str = ""
    area_mm: float = 0.0


_YES_NO = (("oui", "Oui"), ("non", "Non"))
_LICENCE = "pattern = '[0-9]{7}[A-Z]'\n"

QUESTIONS = (
    Asked(
        "nom", "surname", ("Nom :", "NOM", "Nom de famille :", "Nom du stagiaire :"), 55, comb=18
    ),
    Asked("prenom", "given_name", ("Prénom :", "PRÉNOM", "Prénom(s) :"), 45, comb=14),
    Asked(
        "naissance", "birth_date", ("Né(e) le :", "Date de naissance :", "DATE DE NAISSANCE"), 34
    ),
    Asked("adresse", "address", ("Adresse :", "ADRESSE", "N° et rue :"), 100),
    Asked("code_postal", "postal_code", ("Code postal :", "CP :", "C.P."), 20, comb=5),
    Asked("ville", "town", ("Ville :", "Commune :", "VILLE"), 55, comb=18),
    Asked("cp_ville", "postal_town", ("CP et ville :", "Code postal, commune :"), 75),
    Asked("courriel", "email", ("Courriel :", "E-mail :", "Adresse mail :"), 75),
    Asked("telephone", "phone", ("Tél. :", "Téléphone :", "Portable :"), 40),
    Asked("structure", "organisation", ("Structure :", "Établissement :", "Employeur :"), 80),
    Asked("profession", "text", ("Profession :", "Fonction :", "Niveau de pratique :"), 55),
    Asked("remarques", "long_text", ("Remarques :", "Allergies, régime :"), 120, lines=2),
    Asked("licence", "licence", ("N° de licence :", "Licence n° :"), 36, comb=8, extra=_LICENCE),
    Asked("age", "age", ("Âge :", "AGE"), 14),
    Asked("taille", "number", ("Taille en cm :", "Nombre de kilomètres :"), 20),
    Asked("poids", "number", ("Poids en kg :", "Pointure :"), 20),
    Asked("enfants", "number", ("Nombre d'enfants :", "Personnes à charge :"), 18),
    Asked("quotient", "number", ("Quotient familial :", "N° allocataire :"), 26),
    Asked("date", "date", ("Date :", "Fait le :", "À compter du :"), 34),
    Asked("etabli", "date", ("Certificat établi le :", "Arrivée le :"), 34),
    Asked(
        "nom_responsable",
        "surname",
        ("Nom du responsable :", "Nom du tuteur :", "NOM DU PARENT"),
        55,
    ),
    Asked("prenom_responsable", "given_name", ("Son prénom :", "Prénom du responsable :"), 45),
    Asked("lieu", "town", ("Lieu de naissance :", "Fait à :"), 50),
    Asked("ecole", "text", ("École et classe :", "Club précédent :"), 60),
    Asked("siret", "siret", ("SIRET :", "N° SIRET :"), 58, comb=14),
    Asked("iban", "iban", ("IBAN :", "Compte (IBAN) :"), 105),
    Asked(
        "droit_image",
        "yes_no",
        ("J'autorise les photos :", "Droit à l'image :"),
        0,
        options=_YES_NO,
    ),
    Asked(
        "niveau",
        "choice",
        ("Niveau :", "Formule :"),
        0,
        options=(("debutant", "Débutant"), ("moyen", "Moyen"), ("confirme", "Confirmé")),
    ),
    Asked(
        "jours",
        "ticks",
        ("Présent :", "Jours choisis :"),
        0,
        options=tuple((day, day) for day in ("lundi", "mardi", "jeudi", "samedi")),
    ),
    Asked("repas", "count", ("Nombre de repas :", "Repas :"), 16),
    Asked(
        "transport",
        "yes_no",
        ("Transport par un tiers :", "Peut rentrer seul :"),
        0,
        options=_YES_NO,
    ),
    Asked(
        "certificat", "yes_no", ("Certificat médical fourni :", "Sait nager :"), 0, options=_YES_NO
    ),
    Asked("lettre", "yes_no", ("Lettre d'information :", "Déjà inscrit :"), 0, options=_YES_NO),
    Asked(
        "taille_maillot",
        "choice",
        ("Taille du maillot :", "Taille :"),
        0,
        options=tuple((size.lower(), size) for size in ("S", "M", "L", "XL")),
    ),
    Asked(
        "reglement",
        "choice",
        ("Réglé par :", "Mode de règlement :"),
        0,
        options=(("especes", "espèces"), ("cheque", "chèque"), ("cb", "carte bancaire")),
    ),
    Asked(
        "ateliers",
        "ticks",
        ("Ateliers :", "Je participerai à :"),
        0,
        options=tuple((name, name) for name in ("chant", "danse", "cirque")),
    ),
    Asked("nuits", "count", ("Nombre de nuits :", "Nuitées :"), 16),
    Asked("don", "amount", ("Don :", "Soutien libre :"), 24),
    Asked("total", "amount", ("Total :", "TOTAL à régler :", "Montant total :"), 26),
    Asked("photo", "photo", ("Photo d'identité :", "Collez ici votre photo :"), 35, area_mm=42),
    Asked(
        "accord",
        "signature",
        ("Signature des parents :", "Signature du responsable :"),
        60,
        area_mm=18,
    ),
    Asked("signature", "signature", ("Signature :", "Lu et approuvé, signature :"), 60, area_mm=22),
)

NOTES = (
    "Les chèques sont à l'ordre de l'association. Aucune inscription ne sera prise par téléphone.",
    "Le règlement intérieur est remis à chaque adhérent, qui s'engage à le respecter.",
    "En cas de désistement moins de huit jours avant le départ, les arrhes restent acquises.",
    "Vos données ne servent qu'à la gestion des inscriptions et ne sont transmises à personne.",
    "Pièces à joindre : une photo d'identité, une attestation d'assurance, un chèque.",
)
