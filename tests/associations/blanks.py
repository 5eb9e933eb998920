"""The six blanks."""

from associations.camp import CAMP
from associations.choir import CHOIR
from associations.club import CLUB
from associations.licence import LICENCE
from associations.tutoring import TUTORING
from associations.workshop import WORKSHOP

BLANKS = (CLUB, LICENCE, CAMP, WORKSHOP, CHOIR, TUTORING)
