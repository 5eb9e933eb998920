"""Blanks as associations make them, to be drafted: how much of a form does the product find itself?

Eight layouts besides those of ``associations``, whose machinery draws them and fills them in.
``make drafts`` drafts each blank, holds the draft against what the blank was drawn to ask, and
reads 24 copies with the draft as it stands; see ``drafted`` and ``named``.
"""

from blanks.canteen import CANTEEN
from blanks.colony import COLONY
from blanks.contest import CONTEST
from blanks.gym import GYM
from blanks.leaflet import LEAFLET
from blanks.music import MUSIC
from blanks.training import TRAINING
from blanks.volunteer import VOLUNTEER

BLANKS = (GYM, MUSIC, COLONY, CANTEEN, CONTEST, LEAFLET, TRAINING, VOLUNTEER)
