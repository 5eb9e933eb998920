"""``events.json``: what flyers say of each event, where that stands, and what contradicts its form.

A list of events. Each fact has its ``about`` (see ``pipeline.event``), its ``value``, what was
``read`` for it, its ``document``, ``page`` and ``line`` there, and the ``probability`` that it is
right; ``repaired`` is true where check digits proved another value than what stands there.
"""

import json
from dataclasses import asdict

from pipeline.event import Fact
from pipeline.french import sentence
from pipeline.records import Finding
from pipeline.roles import Roles
from pipeline.snapshot import Event, Snapshot

FILE_NAME = "events.json"


def render(snapshot: Snapshot) -> str:
    events = [_event(event) for event in snapshot.events]
    return json.dumps(events, ensure_ascii=False, indent=1) + "\n"


def _event(event: Event) -> dict[str, object]:
    return {
        "form": event.form or None,
        "documents": [announcement.document for announcement in event.announcements],
        "facts": [
            _fact(fact, announcement.document)
            for announcement in event.announcements
            for fact in announcement.facts
        ],
        "contradictions": [_finding(*said, event.roles) for said in event.findings],
    }


def _fact(fact: Fact, document: str) -> dict[str, object]:
    probability = round(fact.probability, 4)
    return {
        **asdict(fact),
        "probability": probability,
        "repaired": fact.repaired,
        "document": document,
    }


def _finding(finding: Finding, document: str, roles: Roles) -> dict[str, object]:
    about, said, known = finding.facts
    return {
        "about": about,
        "field": finding.fields[0] if finding.fields else None,
        "flyer": said,
        "form": known,
        "document": document,
        "message": sentence(finding, roles),
    }
