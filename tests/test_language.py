"""The terminal in French: the catalogue is whole, and no sentence goes around it."""

import ast
import gettext
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from pipeline import errors
from pipeline.config import load_settings
from pipeline.errors import ConfigError, ConflictError, DocumentError, PipelineError
from pipeline.language import foreign, tr
from pipeline.locale import catalogue
from pipeline.locale.catalogue import MO, PO, as_mo, as_po, said_by_us, singular, updated

PACKAGE = Path(__file__).parent.parent / "pipeline"
SPOKEN = {
    path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text("utf-8"))
    for path in sorted(PACKAGE.rglob("*.py"))
    if not {"training", "bench", "locale"} & set(path.relative_to(PACKAGE).parts)
}
OURS = said_by_us()
CATALOGUE = updated(PO.read_bytes())
FRENCH = {
    singular(message): message.string if isinstance(message.string, str) else message.string[0]
    for message in CATALOGUE
    if message.id
}
HELP = ("help", "description")
ENGLISH = re.compile(
    r"\b(the|is|are|and|of|to|be|with|that|this|usage:|error|read|file|folder|not|found|required)\b"
)


def placeholders(text: str) -> set[tuple[str, str | None]]:
    """The names in braces, with how they are shown; widths may differ."""
    return {(name, shown) for _, name, _, shown in Formatter().parse(text) if name is not None}


# --- the catalogue ------------------------------------------------------------------------------


def test_every_message_has_its_french_with_the_same_facts() -> None:
    for message in OURS:
        assert FRENCH[message], f"translate it in fiches.po: {message}"
        assert placeholders(FRENCH[message]) == placeholders(message), message
    assert not any(message.fuzzy for message in CATALOGUE)


def test_the_words_of_others_keep_their_facts() -> None:
    for message in FRENCH.keys() - OURS:
        for fact in (r"\{\w+\}", r"%(?:\(\w+\))?[rs]"):
            assert set(re.findall(fact, FRENCH[message])) <= set(re.findall(fact, message)), message


def test_the_catalogue_says_what_is_said_and_nothing_else() -> None:
    assert as_po(CATALOGUE) == PO.read_bytes(), "type make locale"


def test_the_compiled_catalogue_is_that_of_the_sources() -> None:
    assert as_mo(CATALOGUE) == MO.read_bytes(), "type make locale"


def test_messages_nobody_says_leave_the_catalogue_and_new_ones_enter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(catalogue, "said_by_us", lambda: {"new {fact}"})
    anew = {singular(message): message.string for message in updated(PO.read_bytes())}
    assert not anew["new {fact}"]
    assert "Ready to run." not in anew
    assert anew["Field required"] == "clé obligatoire"


def test_french_is_written_the_french_way() -> None:
    """A no-break space before what is tall, so that no line of a terminal begins with it."""
    for french in FRENCH.values():
        assert not re.search(r" [:;?!»]| %[ ,.)]|« |[^\s\u00a0][;?!](\s|$)", french), french


def test_columns_stay_under_their_french_headings() -> None:
    heads = [text for text in FRENCH if "<95%" in text]
    assert [len(FRENCH[text]) for text in heads] == [len(text) for text in heads]
    told = "{wrong:6} of {accepted:<8}"
    assert len(FRENCH[told].format(wrong=1, accepted=2)) == len(told.format(wrong=1, accepted=2))


# --- what the code says -------------------------------------------------------------------------


def errors_in_english() -> set[str]:
    """The errors that a terminal shows; the others speak French to the secretary."""
    return {
        name
        for name, one in vars(errors).items()
        if isinstance(one, type)
        and issubclass(one, PipelineError)
        and not issubclass(one, DocumentError | ConflictError)
    } | {"ArgumentTypeError"}


def calls(name: str, *functions: str) -> Iterator[ast.Call]:
    for node in ast.walk(SPOKEN[name]):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in functions:
            yield node


def bare_words(node: ast.AST) -> str:
    """The words of literals that do not go through ``tr``."""
    match node:
        case ast.Call(func=ast.Name(id="tr")):
            return ""
        case ast.Constant(value=str(text)):
            return text.removeprefix("fiches: ")
    return " ".join(map(bare_words, ast.iter_child_nodes(node)))


def test_no_error_goes_around_the_catalogue() -> None:
    for name in SPOKEN:
        for call in calls(name, *errors_in_english()):
            said = [bare_words(one) for one in call.args]
            assert not re.search(r"\w", " ".join(said)), f"{name}: {ast.unparse(call)}"


def test_no_warning_goes_around_the_catalogue() -> None:
    for name in SPOKEN:
        for call in calls(name, "warning", "error", "info"):
            if ast.unparse(call.func).startswith("_log."):
                assert ast.unparse(call.args[0]) == "'%s'", f"{name}: {ast.unparse(call)}"


@pytest.mark.parametrize("name", ["cli.py", "terminal.py"])
def test_nothing_is_printed_around_the_catalogue(name: str) -> None:
    for call in calls(name, "print", "aside", "getpass", "Progress", "add_task"):
        assert not re.search(r"\w{2}", " ".join(map(bare_words, call.args))), ast.unparse(call)
    for call in calls(name, "Table"):
        assert bare_words(call).split() in ([], ["CER", "WER"]), ast.unparse(call)


def test_no_help_goes_around_the_catalogue() -> None:
    nodes = list(ast.walk(SPOKEN["flags.py"]))
    told = [n.value for n in nodes if isinstance(n, ast.keyword) and n.arg in HELP]
    told += [value for n in nodes if isinstance(n, ast.Dict) for value in n.values]
    for one in told:
        assert not re.search(r"\w", bare_words(one)), ast.unparse(one)


def test_every_message_stands_where_it_is_found() -> None:
    """As one literal, and in no f-string: of these, Babel sees nothing."""
    for name in SPOKEN:
        for one in ast.walk(SPOKEN[name]):
            hidden = ast.walk(one) if isinstance(one, ast.JoinedStr) else ()
            assert not any(isinstance(n, ast.Name) and n.id == "tr" for n in hidden), name
        for call in calls(name, "tr"):
            assert isinstance(call.args[0], ast.Constant), f"{name}: {ast.unparse(call)}"
            assert call.args[0].value in OURS, f"{name}: {ast.unparse(call)}"


def test_nothing_is_translated_before_it_is_said() -> None:
    """At import, a message would take the language of whoever imports first."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)

    def at_import(node: ast.AST) -> Iterator[ast.AST]:
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, functions):
                yield child
                yield from at_import(child)

    for name, tree in SPOKEN.items():
        for node in at_import(tree):
            assert not (isinstance(node, ast.Call) and ast.unparse(node.func) == "tr"), name


def test_what_a_fact_holds_is_never_taken_for_a_message() -> None:
    assert tr("{path}: {why}.", path="{why} {0} {}", why="{path}") == "{why} {0} {}: {path}."
    assert foreign("{0} {unheard of}") == "{0} {unheard of}"
    assert foreign("") == ""


def test_a_message_without_french_is_said_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "fr")
    assert tr("never said {this}", this="before") == "never said before"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"LANGUAGE": "fr"}, "Tout est prêt."),
        ({"LANG": "fr_FR.UTF-8"}, "Tout est prêt."),
        ({"LC_MESSAGES": "fr_BE", "LANG": "en_GB.UTF-8"}, "Tout est prêt."),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "fr_FR.UTF-8"}, "Ready to run."),
        ({"LANG": "de_DE.UTF-8"}, "Ready to run."),
        ({}, "Ready to run."),
    ],
)
def test_the_environment_says_which_language(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], said: str
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert tr("Ready to run.") == said


# --- faults of a file ---------------------------------------------------------------------------

BROKEN = """
form = 3
second = 1
promise = { money = 1.0, identity = 0, colour = 0.1 }
target_error = 0.001
time_limit_s = 0
max_pages = 2.5
quality_sample = "x"
without = ["zz"]
second_reader = "x"
learned = 4
forms = "x"
"""


def faults(tmp_path: Path, text: str) -> str:
    path = tmp_path / "fiches.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    return str(caught.value)


def test_faults_are_told_in_french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "fr")
    path, *told = faults(tmp_path, BROKEN).splitlines()
    assert path == f"{tmp_path}/fiches.toml\u00a0: corriger ceci et relancer\u00a0:"
    assert sorted(told) == [
        "  form: doit être un texte",
        "  forms: doit être une liste",
        "  learned: doit être un chemin",
        "  max_pages: doit être un nombre entier, sans décimales",
        "  promise.colour: clé inconnue",
        "  promise.identity: doit être supérieur à 0",
        "  promise.money: doit être inférieur à 1",
        "  quality_sample: doit être un nombre",
        "  second: clé inconnue",
        "  second_reader: doit être true ou false",
        "  target_error: maintenant une part pour chaque classe d'erreurs\u00a0: "
        "promise = { money = 0.001, identity = 0.005, spelling = 0.02 }",
        "  time_limit_s: doit être supérieur à 0",
        "  without.0: attendu\u00a0: 'joint', 'second', 'names', 'organisation', 'mail', 'members' "
        "ou 'known'",
    ]


def test_faults_are_told_in_pydantics_own_english(tmp_path: Path) -> None:
    said = faults(tmp_path, BROKEN)
    assert "  time_limit_s: Input should be greater than 0\n" in said
    assert "'members' or 'known'" in said


@pytest.mark.parametrize(
    ("text", "english", "french"),
    [
        (
            "a = 1\nb c",
            "Expected '=' after a key in a key/value pair (at line 2, column 3)",
            "'=' attendu après une clé (ligne 2, colonne 3)",
        ),
        ("a = '", "Expected", "Expected"),
        ("a = [1", "Unclosed array (at end of document)", "liste sans ']' à la fin"),
    ],
)
def test_what_is_no_toml_is_told_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, english: str, french: str
) -> None:
    assert f"fiches.toml: not valid TOML: {english}" in faults(tmp_path, text)
    monkeypatch.setenv("LANGUAGE", "fr")
    assert f"ce n'est pas du TOML\u00a0: {french}" in faults(tmp_path, text)


# --- the command --------------------------------------------------------------------------------


COMMANDS = {
    ("--help",): ("usage : fiches", "Scanned registration forms in"),
    ("run", "--help"): (
        "base de données (par défaut : un fichier SQLite dans DIR)",
        "database (default: a SQLite file in DIR)",
    ),
    ("run", "--unheard-of", "x"): (
        "fiches: erreur : arguments inconnus : --unheard-of",
        "fiches: error: unrecognized arguments: --unheard-of",
    ),
    ("run",): (
        "fiches run: erreur : arguments obligatoires : INBOX",
        "fiches run: error: the following arguments are required: INBOX",
    ),
    ("run", "x", "--jobs"): (
        "argument --jobs : une valeur est attendue",
        "argument --jobs: expected one argument",
    ),
    ("run", "x", "--jobs", "two"): (
        "argument --jobs : two n'est pas un nombre entier à partir de 0",
        "argument --jobs: two is not a whole number from 0 up",
    ),
    ("run", "x", "--jobs", "1", "--scheduler", "tcp://x"): (
        "argument --scheduler : ne va pas avec l'argument --jobs",
        "argument --scheduler: not allowed with argument --jobs",
    ),
    ("evaluate", "x", "y", "--with", "z"): (
        "argument --with : 2 valeurs sont attendues",
        "argument --with: expected 2 arguments",
    ),
    ("run", "empty"): (
        "fiches: empty ne contient aucun fichier : y mettre des numérisations et des courriels",
        "fiches: empty holds no file: put scans and mails into it and run again.",
    ),
    ("run", "x", "--target-error", "2"): (
        "argument --target-error : 2 n'est pas une part entre 0 et 1, comme 0.001",
        "argument --target-error: 2 is not a share between 0 and 1, such as 0.001",
    ),
    ("run", "x", "--without", "zz"): (
        "argument --without : choix impossible : 'zz' (au choix : 'joint'",
        "argument --without: invalid choice: 'zz' (choose from 'joint'",
    ),
    ("run", "nowhere"): (
        "n'existe pas : nommer le dossier qui contient les numérisations et les courriels.",
        "does not exist: name the folder that holds the scans and mails.",
    ),
    ("run", "x", "--members", "nowhere.csv"): (
        "fiches: nowhere.csv : lecture impossible (fichier ou dossier introuvable).",
        "fiches: nowhere.csv: cannot be read (No such file or directory).",
    ),
    ("run", "x", "--config", "broken.toml"): (
        "fiches: broken.toml : corriger ceci et relancer :\n  max_pages: doit être supérieur à 0",
        "fiches: broken.toml: mend these and run again:\n  max_pages: Input should be greater than",
    ),
    ("evaluate", ".", "."): ("lecture impossible", "cannot be read"),
    ("simulate", "zz"): ("Aucun formulaire ne s'appelle", "No form is called 'zz': use one of"),
    ("learn", "--undo"): ("rien n'a encore été appris.", "nothing was learned yet."),
    ("doctor",): ("d'origine", "as shipped"),
}


_EACH = """
import json, sys
from pipeline.cli import main
for arguments in json.loads(sys.argv[1]):
    try:
        main(arguments)
    except SystemExit:
        pass
    sys.stdout.flush()
    print(end="\\0", flush=True)
"""


def run_in_a_shell(folder: Path, script: str, *arguments: str, **told: str) -> str:
    """What a script says on both streams, in an environment that says no other language."""
    silent = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"}
    environment = {k: v for k, v in os.environ.items() if k not in silent}
    run = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(PACKAGE.parent), "COLUMNS": "200"} | told,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=True,
    )
    return run.stdout.decode().replace("\u00a0", " ")


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[tuple[str, ...], str]]:
    """What each command says, by language."""
    folder = tmp_path_factory.mktemp("shell")
    (folder / "broken.toml").write_text("max_pages = 0\n", "utf-8")
    (folder / "empty").mkdir()
    said = {}
    for lang in ("fr_FR.UTF-8", "C.UTF-8"):
        told = run_in_a_shell(folder, _EACH, json.dumps(list(COMMANDS)), LANG=lang)
        each = told.replace(f"{folder}/", "").replace(str(folder), ".").split("\0")[:-1]
        said[lang] = dict(zip(COMMANDS, each, strict=True))
    return said


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_the_command_speaks_the_language_of_the_user(
    shell: dict[str, dict[tuple[str, ...], str]], arguments: tuple[str, ...]
) -> None:
    french, english = COMMANDS[arguments]
    told = shell["fr_FR.UTF-8"][arguments]
    assert french in told
    assert not ENGLISH.search(re.sub(r"--[a-z-]+|[\w/.-]+\.\w+", "", told)), told
    assert english in shell["C.UTF-8"][arguments]


def test_the_module_speaks_as_the_command_does(tmp_path: Path) -> None:
    script = "import runpy; runpy.run_module('pipeline', run_name='__main__')"
    assert run_in_a_shell(tmp_path, script, "doctor", LANG="fr_FR.UTF-8").count("d'origine") > 9


def test_french_reaches_a_terminal_that_has_no_accents(tmp_path: Path) -> None:
    script = "import sys; from pipeline.cli import main; main(['--help'])"
    told = run_in_a_shell(tmp_path, script, LANGUAGE="fr", PYTHONIOENCODING="ascii")
    assert "numerisations" in told


def test_the_file_for_python_lies_where_gettext_looks() -> None:
    assert gettext.find("fiches", str(PACKAGE / "locale"), ["fr"]) == str(MO)
