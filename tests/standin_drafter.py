"""A drafter that needs no look at the blank: for tests of what is done with its drafts."""

from pathlib import Path

from pipeline.paths import SHIPPED_FORM

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
# À VÉRIFIER (62 %) : Un nombre, ou un texte ?
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


def drafted(path: Path, blank: Path, form_id: str) -> str:
    """The same form whatever the file, on the shipped blank."""
    blank.write_bytes((SHIPPED_FORM / "blank.pdf").read_bytes())
    return TEXT.replace("{form_id}", form_id)
