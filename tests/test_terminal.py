"""What a console shows, whatever letters it has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SAY = """
import sys
from pipeline.terminal import aside, show_what_can_be_shown
show_what_can_be_shown()
print(sys.argv[1])
aside(sys.argv[1])
"""


def said(text: str, encoding: str) -> tuple[str, str]:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-c", SAY, text],
        env=environment,
        capture_output=True,
        encoding=encoding,
        check=True,
    )
    return ended.stdout, ended.stderr


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [
        ("Hélène\u202f: 40\u00a0€ → « l’œuvre »…", "utf-8", None),
        ("Hélène\u202f: 40\u00a0€ → « l’œuvre »…", "cp1252", "Hélène : 40\u00a0€ -> « l’œuvre »…"),
        ("Hélène\u202f: à l’œuvre…", "cp850", "Hélène : à l'oeuvre..."),
        ("Hélène\u202f: à l’œuvre", "ascii", "Helene : a l'oeuvre"),
        ("日本", "cp850", "\\u65e5\\u672c"),
    ],
)
def test_french_is_shown_as_far_as_a_console_can(
    text: str, encoding: str, shown: str | None
) -> None:
    shown = text if shown is None else shown
    assert said(text, encoding) == (f"{shown}\n", f"fiches: {shown}\n")


@pytest.mark.posix
def test_a_name_that_is_no_text_is_shown_by_its_bytes() -> None:
    assert said("caf\udce9.pdf", "utf-8")[0] == "caf\\udce9.pdf\n"


@pytest.mark.parametrize("encoding", ["cp850", "cp1252", "ascii"])
def test_tables_and_help_are_drawn_on_any_console(encoding: str, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONIOENCODING": encoding,
        "PYTHONPATH": str(ROOT),
        "LANGUAGE": "fr",
    }
    script = """
from rich.table import Table
from pipeline.terminal import print_table, show_what_can_be_shown
show_what_can_be_shown()
table = Table("reçu", "à relire")
table.add_row("équipe", "œuvre")
print_table(table)
"""
    for command in (["-c", script], ["-m", "pipeline", "run", "--help"]):
        ended = subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            encoding=encoding,
            check=False,
        )
        assert (ended.returncode, ended.stderr) == (0, "")
        assert "\\u" not in ended.stdout
