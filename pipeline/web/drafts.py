"""Letters: those that are due are drafted, and what was drafted is handed out."""

from pathlib import Path
from typing import Any

from starlette.responses import FileResponse, Response

from pipeline.decisions import Letter
from pipeline.errors import ConfigError, ExportError
from pipeline.pages import plural
from pipeline.treasury.letters import FOLDER, address_of, due_letters, file_name
from pipeline.treasury.payable import who
from pipeline.web.desk import Desk, GoneError
from pipeline.web.screens import LETTERS
from pipeline.web.views import View

_MOST_SHOWN = 60
"""The last drafts; all of them lie in their folder."""


def shown(view: View) -> dict[str, Any]:
    """What the section of letters shows."""
    money = view.desk.till.now()
    kinds = [kind for _, kind in due_letters(money.fiches, money.standing, view.desk.forms)]
    known = {
        file_name(kind, filed): (LETTERS[kind], filed)
        for filed in money.fiches.filed
        for kind in (Letter(name) for name, _ in filed.sent)
    }
    drafts = []
    files = _files(view.desk)
    for path in files[:_MOST_SHOWN]:
        kind, filed = known.get(path.name, ("", None))
        drafts.append(
            {
                "name": path.name,
                "kind": kind,
                "who": who(filed.registration) if filed else "",
                "to": address_of(filed.registration) if filed else "",
            }
        )
    return {
        "requests": kinds.count(Letter.REQUEST),
        "confirmations": kinds.count(Letter.CONFIRMATION),
        "drafts": drafts,
        "further": len(files) - len(drafts),
        "folder": view.desk.out / FOLDER,
        "said": "",
    }


def _draft(view: View) -> Response:
    """Draft what is due, into the section that asked."""
    try:
        drafted = view.desk.till.draft_letters(view.desk.out)
    except (ConfigError, ExportError) as err:
        return view.words(str(err), 409)
    finally:
        view.desk.reload()
    said = plural(len(drafted), "courrier préparé", "courriers préparés")
    if without := sum(1 for letter in drafted if not letter.has_address):
        said += f", dont {without} sans adresse : la fiche n'en porte pas"
    return view.page("drafts.html.j2", letters=shown(view) | {"said": f"{said}."})


def _hand_out(view: View) -> Response:
    """A draft, as a file: a mail program opens it, and a person sends it."""
    name = str(view.request.path_params["name"])
    path = next((path for path in _files(view.desk) if path.name == name), None)
    if path is None:
        raise GoneError("Ce courrier n'est pas dans le dossier des courriers.")
    return FileResponse(path, media_type="message/rfc822", filename=name)


def _files(desk: Desk) -> list[Path]:
    """All drafts, the last first."""
    files = [path for path in (desk.out / FOLDER).glob("*.eml") if not path.is_symlink()]
    return sorted(files, key=lambda path: (-path.stat().st_mtime, path.name))


ROUTES = (
    ("/courriers", _draft, "POST"),
    ("/courriers/{name}", _hand_out, "GET"),
)
