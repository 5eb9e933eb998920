"""A drafter that needs no look at the blank: for tests of what is done with its drafts."""

from pathlib import Path

TEXT = """\
id = "{form_id}"
title = "Fiche à vérifier"

# Somebody is registered here.
[[zones]]
field = "service"
type = "organisation"
page = 2
lines_mm = [[77.6, 26.6, 34.6, 9.0], [11.5, 35.6, 100.7, 9.2]]

[[zones]]
field = "repas"
label = "Repas"
type = "text"
page = 2
lines_mm = [[44.4, 159.4, 44.2, 9.4]]  # beside its label

[[zones]]
field = "total"
type = "amount"
page = 2
lines_mm = [[53.5, 178.4, 48.2, 9.6]]
"""


def drafted(blank: Path, form_id: str) -> tuple[str, dict[str, str]]:
    """The same form whatever the blank; a file that is none fails as it would."""
    assert blank.read_bytes().startswith(b"%PDF")
    return TEXT.replace("{form_id}", form_id), {"repas": "Un nombre, ou un texte\u00a0?"}
