"""What a page writes into ``fiches.toml``: only that, and what people wrote there stays."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import load_settings, write_settings
from pipeline.errors import ConfigError

WRITTEN = """# ce que Marie a réglé
form = "mais-2018-02-02"   # la journée de février

[promise]
money = 0.0005

[mailbox]   # celle du secrétariat
host = "imap.exemple.fr"
user = "secretariat"
move_to = "Lus"
every_min = 5
"""


def test_what_stood_there_stays_with_its_comments(tmp_path: Path) -> None:
    path = tmp_path / "fiches.toml"
    path.write_text(WRITTEN, "utf-8")
    write_settings(path, {"inbox": "/fiches", "mailbox": {"host": "imap.fr", "every_min": None}})
    settings = load_settings(path)
    assert settings.inbox == Path("/fiches")
    assert settings.mailbox is not None
    assert (settings.mailbox.host, settings.mailbox.every_min) == ("imap.fr", None)
    expected = WRITTEN.replace("imap.exemple.fr", "imap.fr").replace("every_min = 5\n", "")
    kept = [line for line in path.read_text("utf-8").splitlines() if "inbox =" not in line]
    assert [line for line in kept if line] == [line for line in expected.splitlines() if line]


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_any_text_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("settings") / "fiches.toml"
    write_settings(path, {"mailbox": {"host": "imap.fr", "user": text}})
    mailbox = load_settings(path).mailbox
    assert mailbox is not None
    assert mailbox.user == text


def test_a_damaged_file_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "fiches.toml"
    path.write_text("form = ", "utf-8")
    with pytest.raises(ConfigError, match=r"fiches\.toml: not valid TOML"):
        write_settings(path, {"inbox": "/fiches"})
    assert path.read_text("utf-8") == "form = "


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        write_settings(tmp_path / "nowhere" / "fiches.toml", {"inbox": "/fiches"})
