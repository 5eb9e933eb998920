"""Sentences of flyers of invented associations, and how an engine reads them from a bad scan."""

import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytesseract
from PIL import Image, ImageDraw, ImageFont

from pipeline.paths import FONTS
from pipeline.text import tidy

PRINT = ("arimo.ttf", "tinos.ttf", "lato.ttf", "roboto.ttf", "eb-garamond.ttf", "carlito.ttf")
_DRAWN_PX = 60
"""The size in which type is drawn before the scan makes it small."""

SENTENCES = (
    "L'association vous invite à sa journée d'étude annuelle le samedi 14 mars.",
    "Accueil des participants autour d'un café à partir de 8 h 30.",
    "Présentation des projets menés par les bénévoles au cours de l'année écoulée.",
    "La participation aux frais comprend le repas de midi et les pauses.",
    "Merci de retourner le bulletin d'inscription avant la fin du mois de février.",
    "Les étudiants bénéficient de la gratuité sur présentation d'un justificatif.",
    "Une attestation de présence sera remise à chaque participant à l'issue de la journée.",
    "Le nombre de places est limité : les demandes seront traitées par ordre d'arrivée.",
    "Table ronde animée par la présidente de la fédération régionale.",
    "Comment accompagner les familles confrontées à la précarité énergétique ?",
    "Les ateliers de l'après-midi permettront d'échanger sur vos pratiques professionnelles.",
    "Déjeuner sur place, préparé par les élèves du lycée hôtelier.",
    "Le parking de la salle des fêtes est accessible depuis la rue de la Gare.",
    "Pour tout renseignement, vous pouvez appeler le secrétariat aux heures d'ouverture.",
    "Votre inscription ne sera définitive qu'après réception de votre règlement.",
    "En cas d'annulation moins de huit jours avant la date, aucun remboursement ne sera possible.",
    "Découverte du potager partagé et visite guidée du quartier.",
    "Cette formation s'adresse aux aides à domicile et aux auxiliaires de vie.",
    "Elle vise à mieux repérer les situations de souffrance psychique.",
    "Les intervenants évoqueront la réforme du secteur et ses conséquences.",
    "Chaque établissement peut inscrire plusieurs salariés sur la même fiche.",
    "Les conjoints sont les bienvenus lors du dîner de clôture.",
    "Assemblée générale ordinaire suivie du verre de l'amitié.",
    "Rapport moral, rapport financier et élection du conseil d'administration.",
    "Les adhérents à jour de leur cotisation peuvent voter ou donner pouvoir.",
    "Spectacle des enfants dès quinze heures dans la cour de l'école.",
    "Tombola, buvette et crêpes toute la journée au profit de la coopérative scolaire.",
    "Nous recherchons des volontaires pour tenir les stands et ranger le matériel.",
    "Randonnée de douze kilomètres sans difficulté particulière, prévoir de bonnes chaussures.",
    "Le pique-nique est tiré du sac, une boisson chaude sera offerte à l'arrivée.",
    "Stage de théâtre pour débutants et comédiens confirmés.",
    "Les séances ont lieu le mercredi soir, hors vacances scolaires.",
    "Le tarif réduit s'applique aux demandeurs d'emploi et aux retraités.",
    "Merci d'établir votre chèque à l'ordre de l'association.",
    "Toute personne intéressée par la démarche peut se joindre à nous.",
    "Conférence sur l'histoire des jardins ouvriers de la région.",
    "Le colloque réunira des chercheurs, des élus et des acteurs de terrain.",
    "Quelles réponses apporter aux nouveaux besoins des personnes âgées ?",
    "La méthode repose sur l'écoute, le respect et la confiance mutuelle.",
    "Des exemplaires de l'ouvrage seront disponibles à l'entrée de la salle.",
    "Un hébergement chez l'habitant est possible, nous contacter rapidement.",
    "L'accès est facile en transports en commun depuis le centre-ville.",
    "Les inscriptions se feront uniquement par courrier postal.",
    "Un déjeuner végétarien peut être demandé au moment de l'inscription.",
    "Cette rencontre est ouverte à tous les habitants de la commune.",
    "La soirée débutera par la projection d'un documentaire consacré aux rivières.",
    "Venez nombreux partager vos idées et vos expériences.",
    "Le comité de pilotage proposera une première synthèse des travaux.",
    "Nos partenaires présenteront leurs actions en faveur de l'insertion professionnelle.",
    "Les enfants restent sous la responsabilité de leurs parents.",
    "Prévoir une tenue adaptée et une gourde, l'activité se déroule en extérieur.",
    "Concours de photographies : les clichés primés seront exposés à la médiathèque.",
    "Le règlement intérieur est affiché dans le hall du gymnase.",
    "La chorale donnera un concert exceptionnel dans l'église du village.",
    "Bourse aux vêtements d'hiver et aux jouets en bon état.",
    "Les dépôts sont acceptés le vendredi de quatorze à dix-neuf heures.",
    "Atelier de réparation de bicyclettes animé par des mécaniciens expérimentés.",
    "La municipalité met gracieusement la grande salle à notre disposition.",
    "Le bilan de l'action sera communiqué à l'ensemble des financeurs.",
    "Nous espérons vous compter parmi nous et vous prions de croire à nos sentiments dévoués.",
)


@cache
def as_read(seed: int, lang: str = "eng", sentences: Sequence[str] = SENTENCES) -> tuple[str, ...]:
    """Every sentence as Tesseract reads it from a bad scan, one line each.

    Its own default, ``eng``, is what ``seed.txt`` was read with: it loses accents, and guesses
    where print is faint.
    """
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as folder:
        names = [str(Path(folder, f"{n}.png")) for n in range(len(sentences))]
        for name, sentence in zip(names, sentences, strict=True):
            _scan(sentence, rng).save(name)
        pages = Path(folder, "pages.txt")
        pages.write_text("\n".join(names), encoding="utf-8")
        read = str(pytesseract.image_to_string(str(pages), lang=lang, config="--psm 7 --dpi 150"))
    texts = tuple(tidy(text) for text in read.split("\f"))[: len(sentences)]
    assert len(texts) == len(sentences)
    return texts


def _scan(sentence: str, rng: np.random.Generator) -> Image.Image:
    """Small type at some 110 dpi, its ``x`` as high in every face, out of focus, with noise; half
    of them copied before, which leaves black and white with little between."""
    font = ImageFont.truetype(FONTS / str(rng.choice(PRINT)), _DRAWN_PX)
    width = int(font.getlength(sentence)) + 2 * _DRAWN_PX
    sheet = Image.new("L", (width, 3 * _DRAWN_PX), 255)
    ink = int(rng.integers(20, 90))
    ImageDraw.Draw(sheet).text((_DRAWN_PX, _DRAWN_PX), sentence, font=font, fill=ink)
    x_px = font.getbbox("x")[3] - font.getbbox("x")[1]
    scale = rng.uniform(7.4, 9.4) / x_px
    pixels = np.asarray(sheet).astype(np.float32)
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), float(rng.uniform(0.6, 0.95)))
    grain = cv2.GaussianBlur(rng.normal(0, 1, small.shape), (0, 0), 0.6)
    noisy = blurred + rng.uniform(10, 26) * grain
    if rng.random() < 0.5:
        noisy = 255 / (1 + np.exp((rng.uniform(150, 200) - noisy) / 12))
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))
