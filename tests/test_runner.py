import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from fake_work import READER, write_document

from pipeline.config import Promise, Settings
from pipeline.errors import ConfigError, EngineError, ExportError, InputError, TimeLimitError
from pipeline.judging import calibration
from pipeline.paths import FORMS
from pipeline.reader import (
    Reader,
    doubts,
    judge_fingerprint,
    reader_fingerprint,
    with_calibration,
)
from pipeline.records import Outcome, Source
from pipeline.runner import Summary, _done, _Pool, run
from tests.mails import mail

SETTINGS = Settings(time_limit_s=0.5)
NOBODY = Reader("fake", "no_such_module:read")
"""Fails the run as soon as one document is to be read."""


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    return tmp_path / "inbox"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def outputs(out: Path) -> dict[str, bytes]:
    found = {p.name: p.read_bytes() for p in out.iterdir() if p.suffix in {".csv", ".html"}}
    assert found
    return found


def kinds(out: Path) -> dict[str, str]:
    with (out / "rejected.csv").open(encoding="utf-8") as file:
        return {row["document"]: row["kind"] for row in csv.DictReader(file)}


def read(inbox: Path, out: Path, *, reader: Reader = READER, jobs: int = 1) -> Summary:
    return run(inbox, out, SETTINGS, jobs=jobs, reader=reader)


def test_a_run_says_what_it_read_and_how_the_inbox_stands(inbox: Path, out: Path) -> None:
    write_document(inbox / "a.pdf", "fine A")
    write_document(inbox / "b.pdf", "bad")
    summary = read(inbox, out)
    assert (summary.received, summary.read, summary.pages) == (2, 2, 2)
    assert (summary.accepted, summary.review, summary.rejected) == (1, 0, 1)


def test_the_outputs_do_not_depend_on_how_many_documents_are_read_at_a_time(
    inbox: Path, tmp_path: Path
) -> None:
    for n in range(9):
        write_document(inbox / f"{n}.pdf", "bad" if n == 4 else f"slow 0.0{9 - n} Maison {n}")
    seen = []
    for jobs in (0, 1, 2, 5):
        read(inbox, tmp_path / str(jobs), jobs=jobs)
        seen.append(outputs(tmp_path / str(jobs)))
    assert all(s == seen[0] for s in seen)


@pytest.mark.parametrize("jobs", [1, 2])
def test_documents_that_crash_or_hang_are_rejected_alone(inbox: Path, out: Path, jobs: int) -> None:
    texts = ["fine A", "kill", "fine B", "spin", "exit", "fine C"]
    for n, text in enumerate(texts):
        write_document(inbox / f"{n}.pdf", text)
    summary = read(inbox, out, jobs=jobs)
    assert (summary.accepted, summary.rejected) == (3, 3)
    assert kinds(out) == {"1.pdf": "crash", "3.pdf": "time-limit", "4.pdf": "crash"}


def test_an_unchanged_inbox_is_not_read_again(inbox: Path, out: Path) -> None:
    write_document(inbox / "a.pdf", "fine A")
    first = read(inbox, out)
    before = outputs(out)
    again = read(inbox, out, reader=NOBODY)
    assert (again.received, again.read, again.accepted) == (1, 0, first.accepted)
    assert outputs(out) == before


@pytest.mark.parametrize("text", ["spin", "ask", "segfault"])
def test_what_cost_too_much_is_read_again_only_where_that_is_asked_for(
    inbox: Path, out: Path, text: str
) -> None:
    write_document(inbox / "a.pdf", text)
    read(inbox, out)
    before = outputs(out)
    assert read(inbox, out, reader=NOBODY).read == 0
    assert outputs(out) == before
    assert run(inbox, out, SETTINGS, reader=READER, again=True).read == 1


def test_outputs_that_were_deleted_are_written_again(inbox: Path, out: Path) -> None:
    write_document(inbox / "a.pdf", "fine A")
    read(inbox, out)
    before = outputs(out)
    (out / "registrations.csv").unlink()
    read(inbox, out, reader=NOBODY)
    assert outputs(out) == before


def test_only_what_is_new_is_read(inbox: Path, out: Path, tmp_path: Path) -> None:
    said = tmp_path / "said"
    write_document(inbox / "a.pdf", f"say {said}")
    read(inbox, out)
    write_document(inbox / "b.pdf", f"say {said} also")
    assert read(inbox, out).read == 1
    assert said.read_text() == "a.pdf\nb.pdf\n"


def test_the_same_bytes_under_two_names_are_read_once(
    inbox: Path, out: Path, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    write_document(inbox / "a.pdf", f"say {said}")
    write_document(inbox / "folder" / "b.pdf", f"say {said}")
    summary = read(inbox, out, jobs=2)
    assert said.read_text().count("\n") == summary.read == summary.accepted == 1


@pytest.mark.parametrize("change", ["gone", "other bytes"])
def test_a_file_that_was_unavailable_when_its_turn_came_is_read_by_the_next_run(
    inbox: Path, out: Path, change: str
) -> None:
    document = write_document(inbox / "a.pdf", "x")
    data, received = document.read_bytes(), document.stat()

    def disturb(done: int, total: int) -> None:
        if done == 0 and change == "gone":
            document.unlink()
        elif done == 0:
            document.write_bytes(data.replace(b"x", b"y"))

    run(inbox, out, SETTINGS, jobs=0, progress=disturb)
    assert kinds(out) == {"a.pdf": "unavailable"}
    document.write_bytes(data)
    os.utime(document, ns=(received.st_atime_ns, received.st_mtime_ns))
    assert run(inbox, out, SETTINGS, jobs=0).read == 1
    assert kinds(out) == {"a.pdf": "damaged"}


@pytest.mark.parametrize("store", [None, "sqlite:///{inbox}/mine.sqlite", "sqlite:///mine.sqlite"])
def test_what_a_run_writes_is_never_read_though_it_lies_in_the_inbox(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, store: str | None
) -> None:
    write_document(inbox / "a.pdf", "fine A")
    monkeypatch.chdir(inbox)
    url = store and store.format(inbox=inbox)
    for roundabout in (Path(), Path(), Path("..") / inbox.name):
        summary = run(roundabout, Path("outputs"), SETTINGS, reader=READER, store_url=url)
        assert (summary.received, summary.rejected) == (1, 0)


def test_the_inbox_itself_is_no_output_folder(inbox: Path) -> None:
    write_document(inbox / "a.pdf", "fine A")
    with pytest.raises(InputError, match="--out"):
        read(inbox, inbox.parent / "x" / ".." / inbox.name)
    assert [path.name for path in inbox.iterdir()] == ["a.pdf"]


def test_another_reader_reads_everything_again(inbox: Path, out: Path) -> None:
    write_document(inbox / "a.pdf", "fine A")
    read(inbox, out)
    summary = read(inbox, out, reader=Reader("newer", READER.work))
    assert (summary.read, summary.accepted) == (1, 1)


def test_ctrl_c_keeps_what_was_read_and_writes_the_outputs(inbox: Path, out: Path) -> None:
    for n in range(6):
        write_document(inbox / f"{n}.pdf", f"fine {n}")

    def interrupt(done: int, total: int) -> None:
        assert total == 6
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(inbox, out, SETTINGS, jobs=2, reader=READER, progress=interrupt)
    assert outputs(out)["registrations.csv"].count(b"\n") == 3
    summary = read(inbox, out)
    assert (summary.read, summary.accepted) == (4, 6)


def test_a_missing_engine_ends_the_run_and_the_next_run_goes_on(inbox: Path, out: Path) -> None:
    write_document(inbox / "a.pdf", "fine A")
    with pytest.raises(EngineError, match="no_such_module"):
        read(inbox, out, reader=NOBODY)
    assert read(inbox, out).accepted == 1


def test_an_inbox_that_is_not_there_is_said(inbox: Path, out: Path) -> None:
    with pytest.raises(InputError, match="inbox"):
        read(inbox, out)


def test_an_output_folder_that_is_a_file_is_said(inbox: Path, out: Path) -> None:
    write_document(inbox / "a.pdf", "fine A")
    out.write_text("", encoding="utf-8")
    with pytest.raises(ExportError, match="cannot be written"):
        read(inbox, out)


def test_no_more_documents_are_submitted_than_the_window_holds() -> None:
    submitted: list[Future[Outcome]] = []

    def submit(source: Source) -> Future[Outcome]:
        assert sum(not future.done() for future in submitted) < 3
        submitted.append(Future())
        if len(submitted) % 3 == 0:
            for future in submitted[-3:]:
                future.set_result(Outcome(source))
        return submitted[-1]

    sources = [Source(str(n), Path(), str(n)) for n in range(9)]
    assert len(list(_done(_Pool(submit, window=3), sources))) == 9


def test_the_reader_changes_with_the_zones_of_a_form_and_the_judge_with_its_tariffs(
    tmp_path: Path,
) -> None:
    shutil.copytree(FORMS, tmp_path / "forms")
    (path,) = (tmp_path / "forms").glob("*/form.toml")
    settings = Settings(forms=(tmp_path / "forms",))

    def names() -> tuple[str, str]:
        return reader_fingerprint(settings), judge_fingerprint(settings)

    written, (reads, judges) = path.read_text("utf-8"), names()
    assert (reads, judges) == (reader_fingerprint(Settings()), judge_fingerprint(Settings()))
    path.write_text(written.replace("repas = 1210", "repas = 1450"), "utf-8")
    assert names()[0] == reads
    assert names()[1] != judges
    path.write_text(written.replace("[38.9, 46.6, 73.3, 9.2]", "[38.9, 46.6, 73.3, 9.4]"), "utf-8")
    assert names()[0] != reads
    path.write_text(f"# said\n{written}", "utf-8")
    assert names() == (reads, judges)
    with path.with_name("blank.pdf").open("ab") as blank:
        blank.write(b" ")
    assert names()[0] != reads


def test_the_judge_changes_with_the_list_of_members_and_not_with_its_place(tmp_path: Path) -> None:
    one, two, moved = (tmp_path / name for name in ("one.csv", "two.csv", "moved.csv"))
    one.write_text("nom\nPETIT\n")
    two.write_text("nom\nPETIT\nROY\n")
    moved.write_bytes(one.read_bytes())
    lists = [Settings(members=path) for path in (None, one, two, moved)]
    names = [judge_fingerprint(settings) for settings in lists]
    assert len(set(names)) == 3
    assert names[1] == names[3]
    assert len({reader_fingerprint(settings) for settings in lists}) == 1
    with pytest.raises(ConfigError, match="nowhere"):
        judge_fingerprint(Settings(members=tmp_path / "nowhere.csv"))


def test_the_reader_changes_when_tesseract_comes_or_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    names = [reader_fingerprint(Settings())]
    program = tmp_path / "tesseract"
    for version in ("5", "5.3"):
        program.write_text(version)
        program.chmod(0o755)
        names.append(reader_fingerprint(Settings()))
    assert len(set(names)) == 3
    program.unlink()
    assert reader_fingerprint(Settings()) == names[0]


def test_a_run_never_loads_the_engines_into_the_parent(inbox: Path, out: Path) -> None:
    write_document(inbox / "a.pdf", "fine A")
    script = f"""
import sys
sys.path[:0] = {sys.path!r}
from pathlib import Path
from fake_work import READER
from pipeline.config import Settings
from pipeline.runner import run
run(Path({str(inbox)!r}), Path({str(out)!r}), Settings(), jobs=1, reader=READER)
heavy = {{"cv2", "onnxruntime", "pandas", "distributed"}} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", script], check=True)


# the calibration


def _calibrated(path: Path, **basis: object) -> Path:
    made = calibration.load()
    own = made.made.basis.model_copy(update={"code": "other"} | basis)
    path.parent.mkdir(parents=True, exist_ok=True)
    changed = made.model_copy(update={"made": made.made.model_copy(update={"basis": own})})
    path.write_text(changed.model_dump_json(), "utf-8")
    return path


def test_the_calibration_beside_the_outputs_is_taken(out: Path) -> None:
    assert with_calibration(Settings(), out).calibration is None
    own = _calibrated(out / calibration.FILE_NAME)
    assert with_calibration(Settings(), out).calibration == own
    named = Settings(calibration=out / "named.json")
    assert with_calibration(named, out) == named


def test_a_calibration_of_other_weights_is_not_taken_and_that_is_said(
    out: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _calibrated(out / calibration.FILE_NAME, weights="other")
    assert with_calibration(Settings(), out).calibration is None
    assert "was made for other weights and is not used" in caplog.text


def test_a_damaged_calibration_stops_the_run(inbox: Path, out: Path) -> None:
    write_document(inbox / "a.pdf", "fine A")
    out.mkdir()
    (out / calibration.FILE_NAME).write_text("{")
    with pytest.raises(ConfigError, match="damaged"):
        run(inbox, out, SETTINGS)


def test_what_is_not_promised_is_said(out: Path) -> None:
    never = Promise(money=1e-9, identity=1e-9)
    named = Settings(calibration=_calibrated(out / "c.json"), promise=never)
    said = list(doubts(named))
    assert "made for a reader that is another in: code" in said[0]
    assert len(said) == 3
    for told, error in zip(said[1:], ("money", "identity"), strict=True):
        assert f"at most 1e-09 of the accepted fields have an error of {error}" in told
        assert f"say so with --target-error {error}=0." in told
    proven = named.model_copy(update={"promise": Promise(money=0.9, identity=0.9, spelling=0.9)})
    assert len(list(doubts(proven))) == 1


def test_another_promise_or_calibration_is_another_judge_of_the_same_readings(out: Path) -> None:
    own = _calibrated(out / "c.json")
    prints = [judge_fingerprint(Settings(calibration=own)), judge_fingerprint(Settings())]
    own.write_text(own.read_text() + " ")
    others = [
        Settings(calibration=own),
        Settings(promise=Promise(spelling=0.01)),
        Settings(without=("joint",)),
    ]
    prints += map(judge_fingerprint, others)
    assert len(set(prints)) == 5
    assert {reader_fingerprint(one) for one in others} == {reader_fingerprint(Settings())}
    assert reader_fingerprint(Settings(without=("second",))) != reader_fingerprint(Settings())


def test_what_cannot_be_judged_again_stays_and_is_named(
    inbox: Path, out: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_document(inbox / "a.pdf", "fine A")
    run(inbox, out, SETTINGS, jobs=0, reader=READER)
    was = outputs(out)

    def fails(_task: object, _settings: object) -> Iterator[object]:
        raise TimeLimitError("Trop long.")
        yield

    monkeypatch.setattr("fake_work.read", fails)
    another = Reader(READER.fingerprint, READER.work, judge="another")
    run(inbox, out, SETTINGS, jobs=0, reader=another)
    assert outputs(out) == was
    assert "a.pdf: cannot be judged again" in caplog.text


def test_a_field_type_that_was_never_measured_is_said_to_be_left_to_people(out: Path) -> None:
    path = _calibrated(out / "c.json")
    made = json.loads(path.read_text("utf-8"))
    made["maps"] = [one for one in made["maps"] if one["type"] != "phone"]
    path.write_text(json.dumps(made), "utf-8")
    said = [one for one in doubts(Settings(calibration=path)) if "proves nothing" in one]
    assert len(said) == 1
    assert "type phone:" in said[0]


def test_a_mail_that_kills_or_starves_its_opener_costs_itself_alone(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.runner._OPENING", "fake_work:unpack")
    monkeypatch.setattr("pipeline.runner._OPENING_LIMIT_S", 1.0)
    inbox.mkdir()
    for name in ("a good", "b dies", "c hangs", "d good"):
        message = mail((f"{name}.pdf", b"%PDF-1.4\nfine A\n"))
        (inbox / f"{name}.eml").write_bytes(message.as_bytes())
    run(inbox, out, Settings(), reader=READER)
    assert {n: k for n, k in kinds(out).items() if n.endswith(".eml")} == {
        "b dies.eml": "crash",
        "c hangs.eml": "stalled",
    }
    monkeypatch.undo()
    run(inbox, out, Settings(), reader=READER)
    assert [n for n in kinds(out) if n.endswith(".eml")] == ["b dies.eml"], "what hung is tried"
    run(inbox, out, Settings(), reader=READER, again=True)
    assert not [n for n in kinds(out) if n.endswith(".eml")]
    assert len(list((out / "received").iterdir())) == 1  # the good ones are of the same bytes
