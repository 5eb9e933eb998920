"""Code is named by what it does: where it stands and what is said about it does not count."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.fingerprint import code_digest
from pipeline.paths import PACKAGE
from pipeline.reader import JUDGING, READING

_CODE = {
    "a.py": '''"""Reads."""
from pipeline.b import helps, other
import pipeline.c as c

LEVEL = 3


def reads(x: int) -> int:
    """Say so."""
    return helps(x) + c.deep(LEVEL)  # why
''',
    "b.py": "def helps(x): return _more(x)\n\ndef _more(x): return x\n\ndef other(): ...\n",
    "c.py": "class Kept: ...\n\ndef deep(x): return x\n",
    "d.py": "",
}


def _digest(folder: Path, **changes: str) -> str:
    """Of ``a.reads``, with some modules as told. Modules are read once: each try has a folder."""
    tried = folder / str(len(list(folder.iterdir())))
    tried.mkdir()
    for name, text in (_CODE | {f"{name}.py": text for name, text in changes.items()}).items():
        (tried / name).write_text(text)
    return code_digest("pipeline.a:reads", package=tried)


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("a", "Say so.", "Say it in other words.\n\n    At length."),
        ("a", "LEVEL = 3\n", "# Three.\nLEVEL = 3\n\n\n"),
        ("b", "def other(): ...", "def other(): return 1"),
        ("c", "class Kept: ...", "class Kept: x = 1"),
        ("d", "", "print()"),
    ],
)
def test_what_changes_nothing_has_the_same_name(
    tmp_path: Path, module: str, old: str, new: str
) -> None:
    changed = _CODE[f"{module}.py"].replace(old, new)
    assert _digest(tmp_path, **{module: changed}) == _digest(tmp_path)


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("a", "LEVEL = 3", "LEVEL = 4"),
        ("a", "helps(x) +", "helps(x) -"),
        ("b", "return x", "return -x"),
        ("c", "def deep(x): return x", "def deep(x): return 2 * x"),
        ("c", "class Kept", "print()\n\nclass Kept"),
    ],
)
def test_what_changes_something_has_another_name(
    tmp_path: Path, module: str, old: str, new: str
) -> None:
    changed = _CODE[f"{module}.py"].replace(old, new)
    assert changed != _CODE[f"{module}.py"]
    assert _digest(tmp_path, **{module: changed}) != _digest(tmp_path)


def test_code_that_moved_has_the_same_name(tmp_path: Path) -> None:
    b = "from pipeline.d import _more\n\ndef helps(x): return _more(x)\n"
    moved = _digest(tmp_path, b=b, d="def _more(x): return x\n")
    assert moved == _digest(tmp_path)


def test_what_is_not_there_is_told() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        code_digest("pipeline.nowhere:reads")


def _appended(text: str) -> Callable[[str], str]:
    return lambda code: code + text


@pytest.mark.parametrize(
    ("path", "change", "reads_alike", "judges_alike"),
    [
        ("web/app.py", _appended("\nprint()\n"), True, True),
        ("judging/deciding.py", _appended("\nprint()\n"), True, True),
        ("exporters/report.py", _appended("\nprint()\n"), True, True),
        (
            "paper/dropout.py",
            lambda code: code.replace("_BRIDGE_MM = ", "_BRIDGE_MM = 2 * "),
            False,
            True,
        ),
        (
            "limits.py",
            lambda code: code.replace("_HARD_FACTOR = 2", "_HARD_FACTOR = 3"),
            False,
            True,
        ),
        ("parts.py", lambda code: code.replace("_MOST_LOST = 2", "_MOST_LOST = 3"), False, True),
        ("fields/phone.py", _appended("\nX = 1\n"), False, False),
        (
            "judging/reconcile.py",
            lambda code: code.replace("_SUPPORT, ", "_SUPPORT, X, "),
            True,
            False,
        ),
        (
            "judging/members.py",
            lambda code: code.replace('_SEPARATORS = ";', '_SEPARATORS = "#;'),
            True,
            False,
        ),
    ],
)
def test_only_what_reads_makes_a_run_read_again_and_only_what_judges_judge_again(
    tmp_path: Path,
    path: str,
    change: Callable[[str], str],
    reads_alike: bool,
    judges_alike: bool,
) -> None:
    copy = tmp_path / "pipeline"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("models", "__pycache__"))
    file = copy / path
    changed = change(file.read_text("utf-8"))
    assert changed != file.read_text("utf-8")
    file.write_text(changed, "utf-8")
    for roots, alike in ((READING, reads_alike), (JUDGING, judges_alike)):
        assert (code_digest(*roots, package=copy) == code_digest(*roots)) is alike
