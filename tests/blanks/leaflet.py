"""A fest-noz on a leaflet of A5, French and Breton: below the scissors, a coupon to send back."""

from typing import Any

from associations.blank import Blank
from associations.people import Invention
from associations.prices import euros
from associations.sheet import WHITE, Rgb, Sheet

_BLUE: Rgb = (0.08, 0.25, 0.52)
_GOLD: Rgb = (0.96, 0.80, 0.30)
_SERIF, _BOLD, _SLANTED = "Times-Roman", "Times-Bold", "Times-Italic"
_ADULT_CENTS, _CHILD_CENTS = 14_00, 7_50
_CUT_MM = 106.0


def _draw(sheet: Sheet) -> None:
    sheet.box((0, 0, 148, 40), fill=_BLUE, edge=None)
    sheet.text(74, 17, "REPAS CRÊPES ET FEST-NOZ", 20, font=_BOLD, colour=_GOLD, align="middle")
    sheet.text(74, 26, "Pred krampouezh ha fest-noz", 14, font=_SLANTED, colour=WHITE,
               align="middle")  # fmt: skip
    sheet.text(74, 35, "samedi 14 mars 2026 – d'ar Sadorn 14 a viz Meurzh", 11, colour=WHITE,
               align="middle")  # fmt: skip
    said = (
        ("Salle Ti ar Vro, 3 rue du Calvaire, Plounévan – ouverture à 18 h 30", 11, _SERIF),
        ("Repas à 19 h 30, danses de 21 h à 1 h avec Sonerien ar Roz et le duo Talabao", 11,
         _SERIF),
        ("Adulte : 14 € – Enfant de 6 à 12 ans : 7,50 € – moins de 6 ans : gratuit", 11, _BOLD),
        ("Entrée du fest-noz seul : 6 €, à régler sur place", 10, _SERIF),
        ("Au profit de l'école Diwan et de la chorale Mouezh ar Goulenn", 10, _SLANTED),
        ("Renseignements : 02 98 00 00 00 – festnoz@example.org", 10, _SERIF),
    )  # fmt: skip
    for n, (text, size, font) in enumerate(said):
        sheet.text(74, 49 + 9 * n, text, size, font=font, align="middle")
    sheet.canvas.setDash([4, 3])
    sheet.canvas.line(0, (210 - _CUT_MM) * 72 / 25.4, 148 * 72 / 25.4, (210 - _CUT_MM) * 72 / 25.4)
    sheet.canvas.setDash([])
    sheet.text(8, _CUT_MM + 1.6, "\u2702", 14, font="ZapfDingbats")
    _draw_coupon(sheet)
    sheet.says(
        event={"name": "Repas crêpes et fest-noz"},
        sum={"total": "total",
             "tariffs": {"adultes": euros(_ADULT_CENTS), "enfants": euros(_CHILD_CENTS)}},
        people={"named": ["nom", "prenom"]},
    )  # fmt: skip


def _draw_coupon(sheet: Sheet) -> None:
    sheet.text(74, 114, "COUPON-RÉPONSE – KUPON-RESPONT", 11, font=_BOLD, align="middle")
    sheet.entry(10, 124, 74, "Nom / Anv :", "nom", "surname", called="Nom")
    sheet.entry(77, 124, 138, "Prénom / Anv-bihan :", "prenom", "given_name", called="Prénom")
    sheet.entry(10, 133, 64, "Tél. / Pgz :", "telephone", "phone", called="Téléphone")
    sheet.entry(67, 133, 138, "Courriel / Postel :", "courriel", "email", called="Courriel")
    rows = (("Adultes / Tud deuet :", "adultes", "x 14 €"),
            ("Enfants / Bugale (6-12) :", "enfants", "x 7,50 €"),
            ("Moins de 6 ans / Bugaligoù :", "petits", "gratuit / digoust"))  # fmt: skip
    for n, (label, name, price) in enumerate(rows):
        sheet.entry(10, 143 + 8.5 * n, 72, label, name, "count", called=label.split(" /")[0])
        sheet.text(74, 143 + 8.5 * n, price, 10)
    sheet.entry(10, 170, 72, "Total / Hollad :", "total", "amount", after="€", called="Total")
    x = sheet.text(10, 180, "Crêpes sans gluten / Krampouezh hep glutenn :", 10)
    sheet.words("gluten", "yes_no", (("oui", "oui"), ("non", "non")), (x + 4, 180),
                label="Sans gluten", size_pt=10)  # fmt: skip
    x = sheet.text(10, 189, "Paiement / Paeañ :", 10)
    paid = (("cheque", "chèque"), ("especes", "espèces"), ("virement", "virement"))
    sheet.words("reglement", "choice", paid, (x + 4, 189), label="Règlement", size_pt=10,
                role="payment")  # fmt: skip
    sheet.text(10, 198, "À renvoyer avant le 5 mars, avec le règlement à l'ordre de Mouezh ar "
               "Goulenn,", 8.5, font=_SLANTED)  # fmt: skip
    sheet.text(10, 202, "chez Mme Le Roz, 12 hent ar Mor, 29860 Plounévan", 8.5, font=_SLANTED)


def _invent(made: Invention) -> dict[str, Any]:
    me = made.person()
    adults, children = made.number(1, 8), made.number(0, 4)
    return {
        "nom": me.surname,
        "prenom": me.given,
        "telephone": made.phone(),
        "courriel": made.email(me) if made.chance(0.6) else None,
        "adultes": adults,
        "enfants": children or None,
        "petits": made.number(1, 2) if made.chance(0.3) else None,
        "total": adults * _ADULT_CENTS + children * _CHILD_CENTS,
        "gluten": made.one_of(("oui", "non", "non", None)),
        "reglement": made.one_of(("cheque", "especes", "virement")),
    }


LEAFLET = Blank("fest-noz", "Repas crêpes et fest-noz", "A5, bilingual, a coupon below the cut",
                _draw, _invent, size_mm=(148.0, 210.0), font=_SERIF)  # fmt: skip
