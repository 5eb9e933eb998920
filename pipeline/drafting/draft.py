"""From a blank to the draft of its form: zones with types and names, tables, areas, what is added
up, who the people are, and what the rest of the print says of the event."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.drafting.arithmetic import people_of, priced_elsewhere, sum_of
from pipeline.drafting.cells import of_tables
from pipeline.drafting.drafted import Draft, DraftArea, DraftTable, DraftZone
from pipeline.drafting.emblem import without_emblem
from pipeline.drafting.kinds import slug
from pipeline.drafting.labels import labelled
from pipeline.drafting.naming import named_apart
from pipeline.drafting.occasion import event_of, facts_on, organiser_of, title_of
from pipeline.drafting.office import areas_of
from pipeline.drafting.phrases import phrases_of
from pipeline.drafting.records import Sheet
from pipeline.drafting.sheets import sheets as sheets_of
from pipeline.drafting.zones import zones_of
from pipeline.geometry import BoxMm
from pipeline.text import fold

_LONGEST_ID = 40
_ROUNDED_MM = 0.3
"""What is written of a place is rounded."""


def draft(path: Path, *, form_id: str = "") -> Draft:
    """The draft of the form whose blank that file is, a PDF or a picture.

    ``form_id``: its name; else one is made of its title and year. Raises what ``sheets`` does.
    """
    return draft_of(sheets_of(path), form_id=form_id or id_of(path.stem))


def draft_of(sheets: Sequence[Sheet], *, form_id: str) -> Draft:
    """The draft of the form of these pages."""
    zones: list[DraftZone] = []
    tables: list[DraftTable] = []
    areas: list[DraftArea] = []
    for sheet in sheets:
        offices = areas_of(sheet)
        areas += offices
        outside = (p for p in sheet.places if not any(_holds(a, p.box_mm) for a in offices))
        kept = replace(sheet, places=tuple(outside))
        known = without_emblem(labelled(kept))
        gridded = of_tables(known, page=sheet.number)
        free = [each for each in known if id(each) not in gridded.taken]
        zones += zones_of(free, page=sheet.number)
        zones += gridded.zones
        tables += gridded.tables
    zones.sort(key=lambda zone: (zone.page, round(zone.places[0].y / 4), zone.places[0].x))
    texts = [phrase.text for sheet in sheets for phrase in phrases_of(sheet)]
    zones = priced_elsewhere(zones, texts)
    apart, in_tables = named_apart(zones, tables)
    asked = [*apart, *(column for table in in_tables for column in table.columns)]
    facts = facts_on(sheets)
    with_places = [sheet for sheet in sheets if sheet.places]
    title = title_of(with_places or sheets) or form_id.replace("-", " ").capitalize()
    return Draft(
        id=form_id,
        title=title,
        event=event_of(facts, [*with_places, *(s for s in sheets if not s.places)]),
        organiser=organiser_of(facts, sheets),
        zones=apart,
        tables=in_tables,
        areas=tuple(area for area in areas if not _covers(area, asked)),
        sum=sum_of(asked, texts),
        people=people_of(apart, in_tables),
    )


def id_of(text: str) -> str:
    """A name for a form's folder: small letters, digits and hyphens."""
    words = re.findall(r"[a-z0-9]+", fold(text))
    return "-".join(words)[:_LONGEST_ID].strip("-") or slug(text)


def _covers(area: DraftArea, asked: Sequence[DraftZone]) -> bool:
    """Whether something is asked in it all the same: a row of a table goes on there."""
    return any(_holds(area, box) for zone in asked if zone.page == area.page for box in zone.places)


def _holds(area: DraftArea, box: BoxMm) -> bool:
    middle = box.x + box.w / 2, box.y + box.h / 2
    return area.box_mm.grown(_ROUNDED_MM, _ROUNDED_MM).contains(*middle)
