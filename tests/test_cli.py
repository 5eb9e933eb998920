import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_work import write_document
from PIL import Image, ImageDraw, ImageFont

from pipeline import errors, system
from pipeline.cli import main
from pipeline.config import Promise
from pipeline.forms.schema import Form
from pipeline.judging import calibration
from pipeline.judging.calibration import Calibration, Proof, Writing
from pipeline.judging.error_class import ErrorClass
from pipeline.paths import FONTS
from pipeline.runner import Summary
from tests.paper import saved, sheet

FORM = "mais-2018-02-02"
SUMMARY = Summary(
    received=9, read=6, judged=0, accepted=5, review=3, rejected=0, pages=12, seconds=30.0
)

PROOFS = (
    Proof(target=0.001, error=ErrorClass.MONEY, writing=Writing.ANY),
    Proof(target=0.005, error=ErrorClass.IDENTITY, writing=Writing.PRINT, threshold=0.9),
    Proof(target=0.02, error=ErrorClass.SPELLING, writing=Writing.HAND, threshold=0.123454),
)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What ``run`` was called with; its stand-in gives ``SUMMARY``."""
    told: dict[str, Any] = {}

    def run(inbox: Path, out: Path, settings: object, **options: Any) -> Summary:
        told.update(options, inbox=inbox, out=out, settings=settings)
        options["progress"](0, 2)
        options["progress"](2, 2)
        return SUMMARY

    monkeypatch.setattr("pipeline.runner.run", run)
    return told


def raising(err: BaseException) -> Callable[..., Summary]:
    def run(*_: object, **__: object) -> Summary:
        raise err

    return run


def test_a_run_ends_with_a_table_and_the_way_to_the_report(
    told: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "inbox"]) == 0
    said = capsys.readouterr()
    for word in ("documents", "read", "accepted", "to review", "rejected", "pages a minute"):
        assert word in said.out
    assert [cell.strip() for cell in said.out.splitlines()[3].strip("│").split("│")] == [
        *("9", "6", "5", "3", "0", "24")
    ]
    assert "outputs/registrations.xlsx: open this" in said.out
    assert "outputs/report.html" in said.out
    assert said.err == "fiches: 2 of 2 documents read\n"


def test_every_option_of_a_run_reaches_it(told: dict[str, Any]) -> None:
    main(["run", "inbox"])
    assert (told["inbox"], told["out"]) == (Path("inbox"), Path("outputs"))
    assert told["jobs"] == system.cores()
    assert (told["scheduler"], told["store_url"], told["settings"].form) == (None, None, None)
    main(["run", "in", "--out", "o", "--jobs", "0", "--store", "sqlite:///x", "--form", FORM])
    assert (told["out"], told["jobs"], told["store_url"]) == (Path("o"), 0, "sqlite:///x")
    assert told["settings"].form == FORM
    main(["run", "in", "--scheduler", "tcp://h:1"])
    assert told["scheduler"] == "tcp://h:1"


def test_rejected_documents_show_in_the_exit_code(
    told: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = Summary(
        received=1, read=1, judged=0, accepted=0, review=0, rejected=1, pages=0, seconds=1.0
    )
    monkeypatch.setattr("pipeline.runner.run", lambda *_, **__: summary)
    assert main(["run", "inbox"]) == 8


@pytest.mark.parametrize(
    ("err", "code"),
    [
        (errors.ConfigError("x"), 3),
        (errors.InputError("x"), 4),
        (errors.EngineError("x"), 5),
        (errors.StoreError("x"), 6),
        (errors.ExportError("x"), 7),
    ],
)
def test_an_error_is_one_line_and_its_exit_code(
    err: errors.PipelineError,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("pipeline.runner.run", raising(err))
    assert main(["run", "inbox"]) == code
    assert capsys.readouterr().err == "fiches: x\n"


def test_a_bug_is_said_to_be_one_and_shown_only_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pipeline.runner.run", raising(ZeroDivisionError("Mme Durand")))
    assert main(["run", "inbox"]) == 1
    said = capsys.readouterr().err
    assert re.search(r"this is a bug.*ZeroDivisionError, test_cli\.py:\d+", said)
    assert "Traceback" not in said
    assert "Durand" not in said, "what an error quotes may be personal"
    assert main(["run", "inbox", "--verbose"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_says_that_the_next_run_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pipeline.runner.run", raising(KeyboardInterrupt()))
    assert main(["run", "inbox"]) == 130
    assert "run again to go on" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [
        ["nonsense"],
        ["run"],
        ["run", "inbox", "--jobs", "-1"],
        ["run", "inbox", "--jobs", "2", "--scheduler", "tcp://h:1"],
    ],
)
def test_wrong_usage_exits_with_2(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(argv)
    assert caught.value.code == 2


def test_without_a_verb_the_start_page_opens_on_the_inbox_and_the_outputs_of_this_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served: list[tuple[Path, Path]] = []
    monkeypatch.setattr(
        "pipeline.web.serve.serve",
        lambda out, _settings, *, inbox, **_others: served.append((inbox, out)),
    )
    assert main([]) == 0
    assert served == [(Path("fiches-recues"), Path("outputs"))]


@pytest.mark.parametrize("number", ["-3", "many", "1.5"])
def test_a_number_that_is_none_is_said_in_words(
    number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["run", "inbox", "--jobs", number])
    said = capsys.readouterr().err
    assert f"--jobs: {number} is not a whole number from 0 up" in said
    assert "_whole" not in said


@pytest.mark.parametrize("verb", ["simulate", "inspect"])
def test_a_folder_that_cannot_be_written_is_an_export_error(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("file").touch()
    Path("scan.png").write_bytes(saved(sheet(), "PNG"))
    what = [FORM] if verb == "simulate" else ["scan.png"]
    assert main([verb, *what, "--out", "file/x"]) == 7
    assert capsys.readouterr().err == "fiches: file/x: cannot be written (Not a directory).\n"


@pytest.mark.parametrize("verb", [["run", "i", "--form", "x"], ["simulate", "x", "--out", "o"]])
def test_a_form_that_nobody_knows_is_answered_with_the_known_ones(
    verb: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(verb) == 3
    assert capsys.readouterr().err == f"fiches: No form is called 'x': use one of {FORM}.\n"


def test_the_settings_in_the_current_folder_are_used_unless_others_are_named(
    told: dict[str, Any], tmp_path: Path
) -> None:
    Path("fiches.toml").write_text('time_limit_s = 7\nforms = ["my-forms"]', encoding="utf-8")
    for folder in ("my-forms", "other/my-forms"):
        Path(folder).mkdir(parents=True)
    Path("other/s.toml").write_text('time_limit_s = 8\nforms = ["my-forms"]', encoding="utf-8")
    main(["run", "inbox"])
    assert told["settings"].time_limit_s == 7
    assert told["settings"].forms == (tmp_path / "my-forms",)
    main(["run", "inbox", "--config", "other/s.toml"])
    assert told["settings"].time_limit_s == 8
    assert told["settings"].forms == (tmp_path / "other" / "my-forms",)


def test_a_setting_that_does_not_exist_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    Path("fiches.toml").write_text("tempo = 7", encoding="utf-8")
    assert main(["run", "inbox"]) == 3
    assert "tempo" in capsys.readouterr().err


def test_a_list_of_members_and_what_is_left_out_reach_the_run(
    told: dict[str, Any], tmp_path: Path
) -> None:
    Path("lists").mkdir()
    Path("lists/m.csv").write_text("nom;prenom\nPETIT;Luc\n", encoding="utf-8")
    main(["run", "i", "--members", "lists/m.csv", "--without", "mail", "--without", "names"])
    assert told["settings"].members == tmp_path / "lists" / "m.csv"
    assert told["settings"].without == ("mail", "names")
    Path("lists/s.toml").write_text('members = "m.csv"\nwithout = ["joint"]', encoding="utf-8")
    main(["run", "i", "--config", "lists/s.toml"])
    assert told["settings"].members == tmp_path / "lists" / "m.csv"
    assert told["settings"].without == ("joint",)


def test_a_bad_list_of_members_ends_before_anything_is_read(
    told: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("m.csv").write_text("ville\nRennes\n", encoding="utf-8")
    assert main(["run", "inbox", "--members", "m.csv"]) == 3
    assert "m.csv: its first line names no column" in capsys.readouterr().err
    assert main(["run", "inbox", "--members", "nowhere.csv"]) == 3
    assert "nowhere.csv: cannot be read" in capsys.readouterr().err
    assert not told


def test_an_inbox_that_is_missing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "no-such-inbox"]) == 4
    assert "no-such-inbox" in capsys.readouterr().err


def test_simulate_draws_copies_with_their_truth() -> None:
    drawn = ["--n", "1", "--out", "drawn", "--seed", "3", "--only-draw"]
    assert main(["simulate", FORM, *drawn]) == 0
    (document,) = json.loads(Path("drawn/truth.json").read_text("utf-8"))
    assert Path("drawn", document).is_file()


def test_simulate_draws_mails_on_demand() -> None:
    drawn = ["--n", "1", "--out", "drawn", "--mailed", "1", "--only-draw"]
    assert main(["simulate", FORM, *drawn]) == 0
    (document,) = json.loads(Path("drawn/truth.json").read_text("utf-8"))
    mail, piece = document.split("!")
    assert Path("drawn", mail).is_file()
    assert not Path("drawn", piece).exists()


@pytest.mark.parametrize("share", ["-0.1", "1.5", "half", "nan"])
def test_a_share_of_mails_is_between_0_and_1(
    share: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["simulate", FORM, f"--mailed={share}"])
    assert "is not a share between 0 and 1" in capsys.readouterr().err


def test_evaluate_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "out", "truth.json"]) == 4
    assert capsys.readouterr().err.startswith("fiches: ")


def write_lines(*texts: str, heading: str = "file\ttext") -> Path:
    """A table of pictures of the word "Rennes", with what is said to stand on them."""
    picture = Image.new("L", (300, 70), 255)
    ImageDraw.Draw(picture).text((20, 10), "Rennes", 0, ImageFont.truetype(FONTS / "arimo.ttf", 40))
    picture.save("a.png")
    table = Path("lines.tsv")
    table.write_text("\n".join([heading, *(f"a.png\t{text}" for text in texts)]), "utf-8")
    return table


def test_evaluate_lines_prints_rates_and_draws_the_worst(
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = write_lines("Rennes", "Vannes")
    assert main(["evaluate-lines", str(table)]) == 0
    said = capsys.readouterr().out
    for word in ("lines", "CER", "WER", "exact", "ms a line", "16.7 %", "50.0 %"):
        assert word in said
    assert "lines-worst.png" in said
    assert Image.open("lines-worst.png").format == "PNG"
    main(["evaluate-lines", str(table), "--field", "person", "--out", "sheets/x"])
    assert Image.open("sheets/x").format == "PNG"


def test_evaluate_lines_without_a_fault_draws_nothing() -> None:
    assert main(["evaluate-lines", str(write_lines("Rennes"))]) == 0
    assert not Path("lines-worst.png").exists()


@pytest.mark.parametrize(
    ("heading", "flags", "code", "word"),
    [
        ("file\tlabel", [], 4, "columns file and text"),
        ("file\ttext", ["--field", "colour"], 3, "colour"),
        ("file\ttext", ["--out", "a.png/x.png"], 7, "cannot be written"),
    ],
)
def test_evaluate_lines_says_what_is_wrong(
    heading: str, flags: list[str], code: int, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate-lines", str(write_lines("x", heading=heading)), *flags]) == code
    said = capsys.readouterr().err
    assert word in said
    assert said.count("\n") == 1


def test_evaluate_lines_names_the_file_that_is_missing_or_is_no_table(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["evaluate-lines", "none.tsv"]) == 4
    assert "none.tsv" in capsys.readouterr().err
    write_lines("x")
    assert main(["evaluate-lines", "a.png"]) == 4
    assert "no table" in capsys.readouterr().err
    Path("a.png").unlink()
    assert main(["evaluate-lines", "lines.tsv"]) == 4
    assert "a.png" in capsys.readouterr().err


def fiches(*argv: str, **options: Any) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    command = [sys.executable, "-m", "pipeline", *argv]
    return subprocess.run(command, env=environment, text=True, stderr=subprocess.PIPE, **options)


def test_python_dash_m_is_the_command() -> None:
    assert fiches("--version", stdout=subprocess.PIPE).stdout.startswith("fiches ")
    assert fiches("run", "no-such-inbox").returncode == 4


def test_a_reader_that_stops_listening_is_no_error() -> None:
    listening, said = os.pipe()
    os.close(listening)
    ended = fiches("doctor", stdout=said)
    os.close(said)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_help_loads_nothing_heavy() -> None:
    heavy = "{'cv2', 'numpy', 'onnxruntime', 'pandas', 'rich', 'sqlalchemy', 'distributed'}"
    script = (
        f"import sys, pipeline.cli as c; c.build_parser(); assert not {heavy} & set(sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)


RUN = """
import functools, sys
import pipeline.cli, pipeline.runner
from fake_work import READER
pipeline.runner.run = functools.partial(pipeline.runner.run, reader=READER)
sys.exit(pipeline.cli.main(["run", "inbox", "--out", "out", "--jobs", "2"]))
"""


def test_ctrl_c_in_a_real_run_leaves_outputs_and_no_process(tmp_path: Path) -> None:
    said_by_children = tmp_path / "said"
    for n in range(99):
        write_document(tmp_path / "inbox" / f"{n}.pdf", f"say {said_by_children} {n}")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    # A shell that runs the tests in the background has them, and what they start, ignore Ctrl-C.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [sys.executable, "-c", heard + RUN]
    running = subprocess.Popen(
        command, env=environment, text=True, stderr=subprocess.PIPE, start_new_session=True
    )
    while not said_by_children.exists() or said_by_children.read_text().count("\n") < 9:
        assert running.poll() is None
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGINT)
    assert running.stderr is not None
    # Its end is read only when the children, which share it, have ended too.
    said = running.stderr.read()
    running.stderr.close()
    assert running.wait() == 130
    *progress, last = said.splitlines()  # where the machine is slow, how far it came is told
    assert last == "fiches: interrupted; run again to go on."
    assert all(line.endswith("documents read") for line in progress)
    registrations = (tmp_path / "out" / "registrations.csv").read_text("utf-8")
    assert 1 < registrations.count("\n") < 100


@pytest.mark.posix
def test_a_disk_that_fills_up_ends_the_run_and_the_next_one_goes_on(tmp_path: Path) -> None:
    for n in range(60):
        write_document(tmp_path / "inbox" / f"{n}.pdf", f"fine {n} {'A' * 9000}")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    # No file may grow beyond 300 kB: to who writes it, a full disk looks the same.
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))"
    for script, code, word in ((full + RUN, 6, "run again"), (RUN, 0, "documents read")):
        ended = subprocess.run(
            [sys.executable, "-c", script], env=environment, text=True, capture_output=True
        )
        assert ended.returncode == code, ended.stderr
        assert word in ended.stderr
        assert "Traceback" not in ended.stderr
    assert (tmp_path / "out" / "registrations.csv").read_text("utf-8").count("\n") == 61


def test_the_promised_error_rate_reaches_the_run(told: dict[str, Any]) -> None:
    main(["run", "inbox"])
    assert told["settings"].promise == Promise(money=0.001, identity=0.005, spelling=0.02)
    Path("fiches.toml").write_text(
        'calibration = "c.json"\n[promise]\nspelling = 0.2\n', encoding="utf-8"
    )
    main(["run", "inbox"])
    assert told["settings"].promise == Promise(spelling=0.2)
    assert told["settings"].calibration == Path.cwd() / "c.json"
    for said, promise in (
        ("0.0001", Promise(money=0.0001, identity=0.0001, spelling=0.0001)),
        ("identity=0.01", Promise(identity=0.01, spelling=0.2)),
        ("money=0.01,spelling=0.1", Promise(money=0.01, spelling=0.1)),
    ):
        main(["run", "inbox", "--target-error", said])
        assert told["settings"].promise == promise


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("colour=0.1", "colour is no class of errors: write money, identity, spelling"),
        ("money=0.1,colour=0.1", "colour is no class of errors: write money, identity, spelling"),
        ("=0.1", " is no class of errors: write money, identity, spelling"),
        ("money=0.1,identity", " is not a share between 0 and 1"),
        ("money=2", "2 is not a share between 0 and 1"),
        ("money=", " is not a share between 0 and 1"),
        ("money=0.1;identity=0.1", "0.1;identity=0.1 is not a share between 0 and 1"),
    ],
)
def test_an_error_rate_of_no_class_is_wrong_usage(
    said: str, fault: str, told: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", "inbox", f"--target-error={said}"])
    assert ended.value.code == 2
    assert f"argument --target-error: {fault}" in capsys.readouterr().err
    assert told == {}


def test_a_run_says_what_is_promised_and_how_much_stands_without_a_person(
    told: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def promised() -> list[str]:
        lines = capsys.readouterr().out.splitlines()
        return [line for line in lines if "stand without a person" in line]

    main(["run", "inbox"])
    assert promised() == [], "nothing was read"
    counted = replace(SUMMARY, fields=40, sure=31)
    monkeypatch.setattr("pipeline.runner.run", lambda *_, **__: counted)
    main(["run", "inbox", "--target-error", "money=0.00025,identity=0.01"])
    assert promised() == [
        "77% of the fields stand without a person; promised are at most so many errors among them: "
        "money 0.025%, identity 1%, spelling 2%."
    ]


@pytest.mark.parametrize("share", ["0", "1", "-0.1", "a", "nan"])
def test_an_error_rate_that_is_none_is_wrong_usage(
    share: str, told: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", "inbox", f"--target-error={share}"])
    assert ended.value.code == 2
    assert "is not a share between 0 and 1" in capsys.readouterr().err


def test_calibrate_hands_on_what_it_was_told_and_ends_with_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told: dict[str, Any] = {}

    def calibrate(form: Form, out: Path, settings: object, **options: Any) -> Calibration:
        told.update(options, form=form.id, out=out)
        return calibration.load().model_copy(update={"proofs": PROOFS})

    monkeypatch.setattr("pipeline.calibrate.calibrate", calibrate)
    monkeypatch.setenv("COLUMNS", "120")
    flags = ["--n", "9", "--seed", "3", "--truth", "o", "t", "--jobs", "1"]
    assert main(["calibrate", *flags, "--reviewed", "r", "--reviewed", "s"]) == 0
    assert (told["form"], told["out"]) == (FORM, Path("outputs"))
    assert (told["n"], told["seed"], told["jobs"]) == (9, 3, 1)
    assert told["labelled"] == [[Path("o"), Path("t")]]
    assert told["reviewed"] == [Path("r"), Path("s")]
    said = capsys.readouterr().out
    for word in ("error of", "target", "accepted", "wrong among these", "at most", "from"):
        assert word in said
    for cell in ("money", "identity", "spelling", "print", "hands", "0.12345", "nothing"):
        assert re.search(rf"│ {cell}\s", said), cell
    assert "outputs/calibration.json: the next run into outputs uses it." in said
    assert main(["calibrate", "nobody"]) == 3
