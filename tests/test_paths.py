"""What is written about people is for its user's eyes."""

import os
import stat
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from desks import picture

from pipeline.cli import main
from pipeline.paths import close_to_others, private, write_whole

pytestmark = pytest.mark.posix


@pytest.fixture(autouse=True)
def open_to_all() -> Iterator[None]:
    """The umask of most systems."""
    before = os.umask(0o022)
    yield
    assert os.umask(before) == 0o022


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _open_to_others(folder: Path) -> list[str]:
    """What somebody else could reach below a folder, were that open."""
    return [
        path.name
        for path in folder.rglob("*")
        if all(_mode(p) & 0o077 for p in (path, *path.parents) if folder in p.parents)
    ]


@pytest.mark.parametrize("made_before", [False, True])
def test_nobody_else_can_read_what_a_run_writes(tmp_path: Path, *, made_before: bool) -> None:
    inbox, out = tmp_path / "inbox", tmp_path / "out"
    inbox.mkdir()
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Awa DIOP <awa@exemple.fr>", "Inscription"
    mail.set_content("Bonjour, voici la fiche.")
    mail.add_attachment(picture("modes"), "image", "png", filename="fiche.png")
    (inbox / "awa.eml").write_bytes(bytes(mail))
    if made_before:  # by an earlier version
        assert main(["run", str(inbox), "--out", str(out), "--jobs", "0"]) == 0
        for path in (out, *out.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        (out / ".registrations.csv.17-4.part").touch()
        (out / ".registrations.csv.17-4.part").chmod(0o644)
    assert main(["run", str(inbox), "--out", str(out), "--jobs", "0"]) == 0
    assert (out / "registrations.csv").is_file()
    assert list((out / "received").rglob("*.png"))
    assert _open_to_others(out) == []
    assert _mode(out) == (0o755 if made_before else 0o700)
    assert _mode(inbox) == 0o755


def test_what_is_open_to_others_is_closed_and_what_a_group_shares_is_left(tmp_path: Path) -> None:
    with private():
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / "file").touch()
    assert [_mode(tmp_path / "new"), _mode(tmp_path / "new" / "file")] == [0o700, 0o600]
    for before, after in ((0o644, 0o600), (0o664, 0o600), (0o660, 0o660), (0o755, 0o700)):
        path = tmp_path / f"{before:o}"
        path.touch()
        path.chmod(before)
        close_to_others(path, tmp_path / "not there")
        assert _mode(path) == after


def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "known.json"
    write_whole(path, b"old")

    def interrupted(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            write_whole(path, b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["known.json"]
    assert path.read_bytes() == b"old"
    write_whole(path, b"new", durable=True)
    assert path.read_bytes() == b"new"
