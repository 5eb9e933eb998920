"""The treasurer's verbs, killed at every step: nothing is half done, and the next one goes on."""

import os
import signal
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from bank_files import IBAN, statement, write
from sqlalchemy.engine.default import DefaultDialect
from treasury import ACCOUNTING, fiche, fill

from pipeline.cli import main
from pipeline.decisions import Act
from pipeline.ledger import Movement
from pipeline.payments.reference import reference_of
from pipeline.store import Store

pytestmark = pytest.mark.posix

NAMES = ("moulin", "chene", "saule", "tilleul")
MOST_STEPS = 200


def test_verbs_that_are_killed_leave_nothing_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", "en")
    verbs = (
        *(["payments", "releve.txt", "--account", IBAN], ["book"], ["letters"]),
        ["day", "mais-2018-02-02"],
    )
    spared = _season(tmp_path / "spared", monkeypatch)
    for verb in verbs:
        assert main(verb) == 0
    expected = _state(spared)
    killed = _season(tmp_path / "killed", monkeypatch)
    for verb in verbs:
        step = 0
        while _killed_at(step, verb):
            _whole(killed)
            step += 1
            assert step < MOST_STEPS
        assert step > 3
    assert _state(killed) == expected


def _season(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "outputs").mkdir()
    (folder / "fiches.toml").write_text(f"[accounting]\n{ACCOUNTING}\n")
    with _opened(folder) as store:
        ids = fill(store, **{name: fiche(name) for name in NAMES})
    paid = [
        Movement(date(2018, 1, 15), 13630, f"SERVICE {name.upper()}", reference_of(ids[name]))
        for name in NAMES[:3]
    ]
    (folder / "releve.txt").write_bytes(write("cfonb120", statement(paid)))
    return folder


def _opened(folder: Path) -> Store:
    return Store.open(f"sqlite:///{folder / 'outputs' / 'fiches.sqlite'}")


def _killed_at(step: int, verb: list[str]) -> bool:
    """Type a verb in a child that dies before, or after, its n-th step that lasts; False where it
    came to its end."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            _die_at(step)
            code = main(verb)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def _die_at(step: int) -> None:
    left = [step]

    def counted(act: Callable[..., object]) -> Callable[..., object]:
        def then_or_never(*given: object, **named: object) -> object:
            for do in (lambda: None, lambda: act(*given, **named)):
                came = do()
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left[0] -= 1
            return came

        return then_or_never

    for name in ("replace", "rename", "mkdir", "unlink"):
        setattr(os, name, counted(getattr(os, name)))
    DefaultDialect.do_commit = counted(DefaultDialect.do_commit)  # type: ignore[method-assign]


def _whole(folder: Path) -> None:
    """Whatever is there is whole: files that are readable, batches with all of their files."""
    with _opened(folder) as store:
        ledger, bookings, decided = store.ledger(), store.bookings(), store.decided()
    assert len(ledger.movements) in (0, 3)
    assert len({entry.entry.source for entry in bookings}) == len(bookings)
    for batch in (folder / "outputs").glob("accounting/0*"):
        assert len([*batch.iterdir()]) == 2
    numbers = [d.decision.value for d in decided if d.decision.act is Act.SENT]
    assert len({*filter(None, numbers)}) == len([*filter(None, numbers)])
    for mail in (folder / "outputs").glob("letters/*.eml"):
        assert mail.read_bytes().startswith(b"X-Unsent: 1")


def _state(folder: Path) -> dict[str, bytes | str]:
    """All that came of it; mails and books to the byte."""
    out = folder / "outputs"
    files: dict[str, bytes | str] = {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.suffix in (".csv", ".txt", ".eml", ".pdf")
    }
    with _opened(folder) as store:
        decided = [(d.subject, d.decision) for d in store.decided()]
    return files | {"decided": str(decided), "left": str([*out.rglob("*.part*")])}
