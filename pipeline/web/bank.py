"""The bank's files, given on the page « Paiements » one at a time."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pipeline.errors import PipelineError
from pipeline.french_event import french_date
from pipeline.intake.naming import file_name
from pipeline.language import on_a_page
from pipeline.pages import plural
from pipeline.statements.account import compact
from pipeline.treasury.receive import Taken, accounts_of, take_bytes
from pipeline.web.desk import Desk

_FIELD = "champ «\u00a0Compte (IBAN)\u00a0»"


async def give(request: Request, desk: Desk) -> Response:
    """One file, whose bytes are the body: what it brought, or why it is refused."""
    name = file_name(str(request.query_params.get("nom", "")))
    account = compact(str(request.query_params.get("compte", "")))[:34]
    try:
        data = b"".join([chunk async for chunk in request.stream()])
    except HTTPException as err:
        return PlainTextResponse(f"{name}\u00a0: {err.detail}", err.status_code)
    return await run_in_threadpool(_take, desk, name, data, account)


def _take(desk: Desk, name: str, data: bytes, account: str) -> Response:
    accounts = accounts_of(desk.forms.values(), account)
    with on_a_page():
        try:
            taken = take_bytes(data, name, desk.store, accounts, field=_FIELD)
        except PipelineError as err:
            return PlainTextResponse(str(err), 500)
    return PlainTextResponse(taken.fault or _brought(taken), 422 if taken.fault else 200)


def _brought(taken: Taken) -> str:
    """What a file brought, in words."""
    statement = taken.statement
    if statement is None or taken.new is None:
        return f"{taken.path.name}\u00a0: déjà donné, rien de nouveau."
    first, last = french_date(statement.first), french_date(statement.last)
    days = f"du {first} au {last}" if first != last else f"du {first}"
    count = plural(len(statement.movements), "mouvement", "mouvements")
    new = plural(taken.new, "nouveau", "nouveaux") if taken.new else "rien de nouveau"
    return f"{taken.path.name}\u00a0: {statement.format}, {days}, {count}, {new}."
