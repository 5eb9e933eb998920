"""The rooms of the house: imports only go down, and each room keeps to its job."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "pipeline"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Each row may import the rows above it and its own.
ROOMS = (
    {
        "errors",
        "system",
        "fingerprint",
        "installed",
        "language",
        "french",
        "french_event",
        "french_states",
        "geometry",
        "straighten",
        "money",
        "check_digits",
        "text",
        "event",
        "roles",
        "records",
        "config",
        "paths",
        "pages",
        "parts",
        "snapshot",
        "ledger",
        "decisions",
        "rates",
        "learned",
    },
    {"decoding"},
    {"engines", "fields", "flyer"},
    {"forms", "exporters", "payments", "statements", "bookkeeping"},
    {"paper"},
    {"drafting", "fetch", "intake", "judging", "papers", "letters"},
    {"reading"},
    {
        "process",
        "inspect",
        "guard",
        "limits",
        "store",
        "evaluate",
        "simulate",
        "learning",
    },
    {
        "reader",
        "runner",
        "doctor",
        "shortcut",
        "bench",
        "calibrate",
        "forecast",
        "treasury",
        "review",
        "training",
        "locale",
    },
    {"cli", "flags", "forms_verbs", "terminal", "treasurer", "web"},
    {"__main__"},
)
NO_NAMES = {"one", "found", "told"}
GOES_OUT = {"imapclient", "imaplib", "smtplib", "poplib", "ftplib", "ssl", "socket", "asyncio"}
GOES_OUT |= {"http.client", "urllib.request", "requests", "httpx", "distributed", "keyring"}
FLOOR = {room: floor for floor, rooms in enumerate(ROOMS) for room in rooms}


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE.parent).as_posix()


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """The modules a file imports, anywhere in it, in full."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_only_go_down(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    assert room in FLOOR, f"{room} has no floor in ROOMS: which room is it?"
    for module in imported(path):
        top, _, rest = module.partition(".")
        if top != "pipeline" or rest == "__version__":
            continue
        other = rest.split(".")[0]
        assert FLOOR[other] <= FLOOR[room], f"{room} may not import {other}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_is_two_modules_or_has_no_name(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400
    assert not {"utils", "util", "helpers", "common", "misc"} & {path.stem, path.parent.name}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_function_is_longer_than_a_screen(path: Path) -> None:
    if "migrations" in path.parts:  # a table after another
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_names_say_what_they_hold(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                assert name not in NO_NAMES, f"line {node.lineno}: {name}"
            case ast.FunctionDef(name=name):
                assert name not in NO_NAMES, f"line {node.lineno}: {name}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_store_talks_to_the_database(path: Path) -> None:
    if room_of(path) != "store":
        tops = {module.split(".")[0] for module in imported(path)}
        assert not tops & {"sqlalchemy", "alembic", "sqlite3", "psycopg"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_what_fetches_mail_goes_to_the_network(path: Path) -> None:
    # The review listens on this machine, on a port that ``system`` keeps; a cluster, where one is
    # named, is the runner's.
    tops = {module.split(".")[0] for module in imported(path)}
    tops |= {module for module in imported(path) if module.startswith(("urllib.req", "http.cl"))}
    allowed = {
        "fetch": GOES_OUT,
        "web": {"socket", "asyncio"},
        "system": {"socket"},
        "runner": {"distributed"},
    }
    assert not tops & (GOES_OUT - allowed.get(room_of(path), set()))


def test_nothing_that_runs_by_itself_fetches_mail() -> None:
    importing = {
        room_of(path)
        for path in MODULES
        if any(module.startswith("pipeline.fetch") for module in imported(path))
    }
    assert importing <= {"fetch", "cli", "terminal", "doctor", "web"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_command_line_prints_or_exits(path: Path) -> None:
    # The tools that make the product (weights, measurements) are commands of their own.
    if room_of(path) not in {
        "cli",
        "forms_verbs",
        "treasurer",
        "terminal",
        "__main__",
        "training",
        "bench",
    }:
        assert not {"print", "exit", "quit", "sys.exit"} & set(calls(path))
