"""A holiday camp's file on a child: two pages of solid bands and frames, health, permissions,
meals by day as ticks, amounts."""

from typing import Any

from associations.blank import Blank
from associations.people import TODAY, Invention
from associations.sheet import WHITE, Rgb, Sheet

_NAVY: Rgb = (0.10, 0.22, 0.45)
_ORANGE: Rgb = (0.93, 0.50, 0.13)
_DAYS = {"lundi": "Lun.", "mardi": "Mar.", "mercredi": "Mer.", "jeudi": "Jeu.", "vendredi": "Ven."}
_WEEKS = ("du 20 au 24 octobre", "du 27 au 31 octobre")
_HEALTH = {"asthme": "Asthme", "allergie_alimentaire": "Allergie alimentaire",
           "allergie_medicament": "Allergie à un médicament", "traitement": "Traitement en cours",
           "pai": "PAI (à joindre)"}  # fmt: skip
_PERMITS = {"hospitalisation": "à faire donner tous les soins urgents à mon enfant",
            "baignade": "mon enfant à se baigner sous surveillance",
            "image": "la diffusion de photos de mon enfant",
            "seul": "mon enfant à rentrer seul à la fin de la journée"}  # fmt: skip
_WEEK_CENTS, _MEAL_CENTS, _TRIP_CENTS = 62_00, 4_50, 13_00


def _band(sheet: Sheet, y: float, title: str, high: float, colour: Rgb = _NAVY) -> None:
    """A frame with a solid band on top."""
    sheet.box((10, y, 190, high), edge=colour, wide=0.6)
    sheet.box((10, y, 190, 8), fill=colour, edge=colour)
    sheet.text(14, y + 5.6, title, 11, font="Helvetica-Bold", colour=WHITE)


def _draw(sheet: Sheet) -> None:
    sheet.box((0, 0, 210, 30), fill=_NAVY, edge=None)
    sheet.box((0, 30, 210, 2.5), fill=_ORANGE, edge=None)
    sheet.text(14, 15, "LES CABANES DU VAL-JOLI", 20, font="Helvetica-Bold", colour=WHITE)
    sheet.text(14, 24, "Accueil de loisirs – Fiche d'inscription, vacances d'automne 2025", 12,
               colour=WHITE)  # fmt: skip
    _band(sheet, 38, "1. L'ENFANT", 48)
    sheet.entry(14, 54, 104, "Nom :", "enfant_nom", "surname", rule="line")
    sheet.entry(108, 54, 196, "Prénom :", "enfant_prenom", "given_name", rule="line")
    sheet.entry(14, 63, 86, "Né(e) le :", "enfant_naissance", "birth_date", rule="line",
                called="Date de naissance")  # fmt: skip
    sheet.entry(90, 63, 128, "Âge :", "age", "age", after="ans", rule="line")
    boxes = [("fille", "Fille", 140, 63), ("garcon", "Garçon", 164, 63)]
    sheet.ticks("sexe", "choice", boxes, label="Sexe")
    sheet.entry(14, 72, 136, "École fréquentée :", "ecole", "text", rule="line")
    sheet.entry(140, 72, 196, "Classe :", "classe", "text", rule="line")
    sheet.entry(14, 81, 104, "Nom du médecin :", "medecin", "text", rule="line")
    sheet.entry(108, 81, 196, "Tél. :", "medecin_tel", "phone", rule="line", called="Médecin, tél.")
    _band(sheet, 92, "2. PARENT OU RESPONSABLE LÉGAL", 75)
    sheet.entry(14, 108, 104, "Nom :", "parent_nom", "surname", rule="line")
    sheet.entry(108, 108, 196, "Prénom :", "parent_prenom", "given_name", rule="line")
    sheet.entry(14, 117, 196, "Adresse :", "adresse", "address", rule="line",
                more=[(14, 126, 196)])  # fmt: skip
    sheet.entry(14, 135, 120, "Code postal, ville :", "cp_ville", "postal_town", rule="line")
    sheet.entry(124, 135, 196, "Tél. :", "telephone", "phone", rule="line")
    sheet.entry(14, 144, 130, "Courriel :", "courriel", "email", rule="line")
    sheet.entry(134, 144, 196, "Profession :", "profession", "text", rule="line")
    sheet.entry(14, 153, 104, "N° d'allocataire CAF :", "allocataire", "licence", rule="line",
                pattern="[0-9]{7}[A-Z]?", called="N° d'allocataire")  # fmt: skip
    sheet.entry(108, 153, 168, "Quotient familial :", "quotient", "number", after="€", unit="€",
                rule="line")  # fmt: skip
    sheet.text(14, 162, "Situation :", 10)
    boxes = [("couple", "en couple", 36, 162), ("separe", "séparé(e)", 74, 162),
             ("seul", "parent seul", 112, 162)]  # fmt: skip
    sheet.ticks("situation", "choice", boxes, label="Situation")
    _band(sheet, 173, "3. PERSONNES AUTORISÉES À VENIR CHERCHER L'ENFANT", 36)
    boxes = [(18.0, 183 + 8 * n, 178.0, 8.0) for n in range(3)]
    for n, (left, top, wide, high) in enumerate(boxes, 1):
        sheet.text(13.5, top + 6, f"{n}.", 10)
        sheet.rule(left, top + high - 1.5, left + wide, top + high - 1.5)
    sheet.lines("autorises", "person", boxes, label="Personne autorisée", repeated=True)
    _band(sheet, 215, "4. SEMAINES ET REPAS", 46)
    _draw_meals(sheet)
    sheet.text(105, 272, "Les Cabanes du Val-Joli – association loi 1901 – 3 chemin des Écureuils, "
               "72550 Val-Joli", 8, align="middle")  # fmt: skip
    sheet.text(105, 278, "Tournez la page s'il vous plaît – 1/2", 8, align="middle")
    sheet.next_page()
    _draw_second(sheet)
    sheet.says(
        sum={
            "total": "total",
            "tariffs": {"semaines": "62", "repas": "4,50", "sorties": "13"},
            "lines": {
                "semaines": "montant_semaines",
                "repas": "montant_repas",
                "sorties": "montant_sorties",
            },
        },
        people={"named": ["enfant_nom", "enfant_prenom"]},
    )


def _draw_meals(sheet: Sheet) -> None:
    sheet.text(14, 229, "Cochez les jours où l'enfant prend son repas :", 10)
    top, left, wide, high = 237.0, 66.0, 26.0, 9.0
    for n, said in enumerate(_DAYS.values()):
        sheet.box((left + n * wide, top - 6, wide, 6), fill=_ORANGE, edge=_NAVY)
        sheet.text(left + (n + 0.5) * wide, top - 1.7, said, 9, font="Helvetica-Bold",
                   colour=WHITE, align="middle")  # fmt: skip
    for row, said in enumerate(_WEEKS):
        sheet.text(14, top + row * high + 6, said, 10)
        for n in range(len(_DAYS)):
            sheet.box((left + n * wide, top + row * high, wide, high), edge=_NAVY)
    cells = {day: [left + n * wide, wide] for n, day in enumerate(_DAYS)}
    sheet.table(
        [(top + row * high, high) for row in range(len(_WEEKS))],
        [{"field": "jours", "type": "ticks", "label": "Repas", "boxes_mm": cells}],
    )


def _draw_second(sheet: Sheet) -> None:
    sheet.box((0, 0, 210, 14), fill=_NAVY, edge=None)
    sheet.text(14, 9.5, "LES CABANES DU VAL-JOLI – fiche d'inscription, suite", 12, colour=WHITE)
    _band(sheet, 20, "5. SANTÉ", 74, _ORANGE)
    for n, (name, said) in enumerate(_HEALTH.items()):
        y = 35 + 7.5 * n
        sheet.text(14, y, said, 10)
        boxes = [("oui", "oui", 84, y), ("non", "non", 104, y)]
        sheet.ticks(name, "yes_no", boxes, label=said, side=3.6)
    sheet.text(128, 35, "Vaccins à jour :", 10)
    sheet.ticks("vaccins", "yes_no", [("oui", "oui", 160, 35), ("non", "non", 178, 35)],
                label="Vaccins à jour", side=3.6)  # fmt: skip
    sheet.entry(14, 74, 196, "Précisions :", "precisions", "long_text", rule="line",
                more=[(14, 82, 196), (14, 90, 196)])  # fmt: skip
    _band(sheet, 100, "6. AUTORISATIONS", 46)
    sheet.text(14, 115, "J'autorise :", 10)
    for n, (name, said) in enumerate(_PERMITS.items()):
        y = 115 + 7.5 * n
        sheet.text(40, y, said, 10)
        boxes = [("oui", "oui", 150, y), ("non", "non", 172, y)]
        sheet.ticks(name, "yes_no", boxes, label=said.capitalize(), side=4.2)
    _band(sheet, 152, "7. RÈGLEMENT", 62)
    counted = (("semaines", "Nombre de semaines", "62,00 €"),
               ("repas", "Nombre de repas", "4,50 €"),
               ("sorties", "Nombre de sorties", "13,00 €"))  # fmt: skip
    for n, (name, said, price) in enumerate(counted):
        y = 169 + 10 * n
        sheet.entry(14, y, 78, f"{said} :", name, "count", rule="line")
        sheet.text(81, y, f"x {price} =", 10)
        sheet.entry(104, y, 146, "", f"montant_{name}", "amount", called=f"{said}, montant",
                    after="€", rule="line")  # fmt: skip
    sheet.box((92, 192, 76, 9), edge=_NAVY, wide=0.6)
    sheet.text(95, 198.2, "TOTAL", 11, font="Helvetica-Bold")
    sheet.lines("total", "amount", [(112, 192.5, 46, 8)], label="Total")
    sheet.text(160, 198.2, "€", 11)
    boxes = [("cheque", "Chèque", 14, 208), ("cesu", "CESU", 44, 208), ("ancv", "ANCV", 70, 208),
             ("especes", "Espèces", 98, 208)]  # fmt: skip
    sheet.ticks("reglement", "choice", boxes, label="Règlement", role="payment")
    sheet.entry(14, 226, 80, "Fait à", "fait_a", "text", rule="line")
    sheet.entry(84, 226, 130, "le", "fait_le", "date", rule="line", called="Date")
    sheet.text(14, 235, "Signature du responsable :", 10)
    sheet.box((14, 237, 80, 26), edge=_NAVY, wide=0.4)
    sheet.marks("signature", "signature", {"oui": (14, 237, 80, 26)}, label="Signature")
    sheet.box((112, 233, 86, 30), fill=(0.85, 0.87, 0.92), edge=None)
    sheet.text(115, 239, "Cadre réservé à la direction", 9, font="Helvetica-Bold")
    sheet.text(115, 249, "Dossier reçu le ………………………………", 9)
    sheet.text(115, 257, "Acompte ……………………………………", 9)
    sheet.office((112, 241, 86, 22))
    sheet.text(105, 278, "2/2", 8, align="middle")


def _invent(made: Invention) -> dict[str, Any]:
    parent = made.person(ages=(26, 52))
    child = made.person(ages=(3, 12), surname=parent.surname if made.chance(0.75) else "")
    code, town = made.town()
    street = made.street()
    days = [[day for day in _DAYS if made.chance(0.55)] for _ in _WEEKS]
    weeks = sum(bool(week) for week in days)
    counts = {"semaines": max(1, weeks), "repas": sum(map(len, days)), "sorties": made.number(0, 2)}
    prices = {"semaines": _WEEK_CENTS, "repas": _MEAL_CENTS, "sorties": _TRIP_CENTS}
    owed = {name: count * prices[name] for name, count in counts.items()}
    health = {name: "oui" if made.chance(0.12) else "non" for name in _HEALTH}
    said = ("Allergie aux arachides, trousse d'urgence dans le sac", "Ventoline en cas d'effort",
            "Porte des lunettes, à retirer pour le sport")  # fmt: skip
    return {
        "enfant_nom": child.surname,
        "enfant_prenom": child.given,
        "enfant_naissance": child.born.isoformat(),
        "age": (TODAY - child.born).days // 365,
        "sexe": made.one_of(("fille", "garcon")),
        "ecole": made.one_of(("École Jules-Ferry", "École Jacques-Prévert", "École Sainte-Anne",
                              "École du Centre", "École Marie-Curie")),
        "classe": made.one_of(("PS", "MS", "GS", "CP", "CE1", "CE2", "CM1", "CM2")),
        "medecin": f"Dr {made.person().surname}",
        "medecin_tel": made.phone(),
        "parent_nom": parent.surname,
        "parent_prenom": parent.given,
        "adresse": f"{street} {made.one_of(('Bâtiment C', 'Appartement 12', 'Résidence du Lac'))}"
        if made.chance(0.2)
        else street,
        "cp_ville": f"{code} {town}",
        "telephone": made.phone(),
        "courriel": made.email(parent),
        "profession": made.one_of(("Infirmière", "Agriculteur", "Enseignante", "Cadre", "Vendeuse",
                                   "Artisan", "Comptable", None)),
        "allocataire": f"{made.number(0, 9_999_999):07}" if made.chance(0.7) else None,
        "quotient": made.number(280, 1890) if made.chance(0.7) else None,
        "situation": made.one_of(("couple", "separe", "seul")),
        "autorises": [made.person().name for _ in range(made.number(0, 3))],
        "jours": days,
        **health,
        "vaccins": "oui" if made.chance(0.9) else "non",
        "precisions": made.one_of(said) if "oui" in health.values() else None,
        **{name: made.one_of(("oui", "oui", "non")) for name in _PERMITS},
        **{name: count or None for name, count in counts.items()},
        **{f"montant_{name}": cents or None for name, cents in owed.items()},
        "total": sum(owed.values()),
        "reglement": made.one_of(("cheque", "cesu", "ancv", "especes")),
        "fait_a": town,
        "fait_le": made.day(TODAY, TODAY.replace(month=10)),
        "signature": "oui" if made.chance(0.9) else None,
    }  # fmt: skip


CAMP = Blank("accueil-de-loisirs", "Fiche d'inscription, Les Cabanes du Val-Joli",
             "two pages with solid bands", _draw, _invent)  # fmt: skip
