"""The flags of each verb."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from pipeline import __version__
from pipeline.config import CONFIG, INBOX, Evidence, Promise
from pipeline.errors import ExitCode
from pipeline.forms_verbs import WHAT
from pipeline.language import tr
from pipeline.terminal import account, day, part, targets, whole

Verb = Callable[[argparse.Namespace], ExitCode]


def build_parser(**verbs_by_name: Verb) -> argparse.ArgumentParser:
    """Every flag of these verbs; REFERENCE.md names them all."""
    parser = argparse.ArgumentParser(
        prog="fiches",
        description=tr("Scanned registration forms in, a clean registration table out."),
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"fiches {__version__}",
        help=tr("show program's version number and exit"),
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--verbose", action="store_true", help=tr("say more, also of a bug"))
    config = argparse.ArgumentParser(add_help=False)
    config.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help=tr("settings (default: {file}, if there)", file=CONFIG),
    )
    reading = _reading(config)
    drawing, helps = _drawing(config), _helps()

    def add(name: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        does = helps[name]
        added = verbs.add_parser(name, parents=[*parents, common], help=does, description=does)
        added.set_defaults(verb=verbs_by_name[name.replace("-", "_")])
        return added

    _start(add("start", config))
    _fetch(add("fetch", config))
    _run(add("run", reading))
    _review(add("review", config))
    _payments(add("payments", config))
    _book(add("book", config))
    _outputs(add("letters", config))
    _day(add("day", config))
    _forms(add("forms", config))
    _inspect(add("inspect", reading))
    _doctor(add("doctor", config))
    _shortcut(add("shortcut"))
    _evaluate(add("evaluate"))
    _evaluate_lines(add("evaluate-lines", config))
    _learn(add("learn", config))
    _calibrate(add("calibrate", drawing))
    _simulate(add("simulate", drawing))
    return parser


def _helps() -> dict[str, str]:
    """What each verb is for."""
    return {
        "start": tr("Open the page to start from, in the browser: what fiches alone does"),
        "fetch": tr("Take new mail from the mailbox that fiches.toml names into an inbox"),
        "run": tr("Read an inbox of scans and mails into a registration table"),
        "review": tr("Look at the doubtful fields beside their picture, in the browser"),
        "payments": tr("Take bank statements in, and find out which fiche each payment is for"),
        "book": tr("Write what is due into the books, and the files for accounting"),
        "letters": tr("Draft the mails that ask for a payment, or confirm it"),
        "day": tr("Write the attendance sheet and the list of meals of an event"),
        "forms": tr("Draft the form of a blank, check and draw forms, list them"),
        "inspect": tr("Draw one picture a stage of how a document is read"),
        "doctor": tr("Say what is installed, what is missing and what to type"),
        "shortcut": tr("Make a file to double-click that starts Fiches in this folder"),
        "evaluate": tr("Compare a run's tables with the truth"),
        "evaluate-lines": tr("Measure the engine on pictures of single lines"),
        "learn": tr("Learn from what people corrected, or take that back"),
        "calibrate": tr("Measure how often readings are right, so that runs keep their promise"),
        "simulate": tr("Say how well a form will be read, on copies drawn with their truth"),
    }


def _reading(config: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The flags of the verbs that read."""
    reading = argparse.ArgumentParser(add_help=False, parents=[config])
    reading.add_argument("--form", metavar="ID", help=tr("read every page as this form"))
    reading.add_argument(
        "--members",
        type=Path,
        metavar="CSV",
        help=tr("list of members: surname and given name, or name"),
    )
    reading.add_argument(
        "--without",
        action="append",
        choices=get_args(Evidence),
        metavar="KIND",
        help=tr("leave evidence out, to measure it: {kinds}", kinds=", ".join(get_args(Evidence))),
    )
    return reading


def _drawing(config: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The flags of the verbs that draw."""
    drawing = argparse.ArgumentParser(add_help=False, parents=[config])
    drawing.add_argument(
        "--ink",
        type=Path,
        metavar="DIR",
        help=tr("write in real ink: lines.tsv (file, text, writer) and the pictures of its lines"),
    )
    drawing.add_argument(
        "--fonts", type=Path, metavar="DIR", help=tr("write by hand with the fonts in DIR")
    )
    return drawing


def _fetch(fetch: argparse.ArgumentParser) -> None:
    fetch.add_argument("inbox", type=Path, metavar="INBOX", help=tr("folder of scans and mails"))
    fetch.add_argument(
        "--ask-password",
        action="store_true",
        help=tr("ask for the password of the mailbox, and give it to the system's key ring"),
    )


def _shortcut(shortcut: argparse.ArgumentParser) -> None:
    shortcut.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        help=tr("the folder to lay it in (default: the desktop, and the menu where there is one)"),
    )


def _run(run: argparse.ArgumentParser) -> None:
    run.add_argument("inbox", type=Path, metavar="INBOX", help=tr("folder of scans and mails"))
    run.add_argument("--out", type=Path, default=Path("outputs"), metavar="DIR")
    where = run.add_mutually_exclusive_group()
    where.add_argument(
        "--jobs",
        type=whole,
        metavar="N",
        help=tr("documents read at a time (default: one a core; 0: in this process, to debug)"),
    )
    where.add_argument(
        "--scheduler", metavar="ADDR", help=tr("read on the Dask cluster at ADDR (tcp://host:port)")
    )
    run.add_argument("--store", metavar="URL", help=tr("database (default: a SQLite file in DIR)"))
    run.add_argument(
        "--again",
        action="store_true",
        help=tr("also what was refused for its time, its memory or a crash"),
    )
    run.add_argument(
        "--target-error",
        type=targets,
        metavar="CLASS=SHARE,...",
        help=tr(
            "so many of the fields accepted without a person may be wrong ({shares})",
            shares=",".join(f"{name}={share:g}" for name, share in Promise()),
        ),
    )


def _start(start: argparse.ArgumentParser) -> None:
    start.add_argument(
        "--inbox",
        type=Path,
        metavar="DIR",
        help=tr("folder where files are dropped and read ({name})", name=INBOX),
    )
    _review(start)


def _review(review: argparse.ArgumentParser) -> None:
    _outputs(review)
    review.add_argument(
        "--port", type=whole, default=0, metavar="N", help=tr("serve on this port (a free one)")
    )
    review.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDR",
        help=tr("serve other machines, too, on this address: asks for a password"),
    )
    review.add_argument("--no-browser", action="store_true", help=tr("only print the address"))


def _payments(payments: argparse.ArgumentParser) -> None:
    payments.add_argument(
        "statements",
        type=Path,
        nargs="+",
        metavar="STATEMENT",
        help=tr("a file of the bank: CFONB120, OFX, CAMT.053, QIF or CSV"),
    )
    payments.add_argument(
        "--account",
        type=account,
        metavar="IBAN",
        help=tr("the account (default: those of the forms)"),
    )
    _outputs(payments)


def _book(book: argparse.ArgumentParser) -> None:
    which = book.add_mutually_exclusive_group()
    which.add_argument(
        "--until", type=day, metavar="DATE", help=tr("only what came until that day (2018-12-31)")
    )
    which.add_argument(
        "--again", type=whole, metavar="N", help=tr("write the files of batch N once more")
    )
    _outputs(book)


def _day(papers: argparse.ArgumentParser) -> None:
    papers.add_argument("form", metavar="FORM", help=tr("id of a form"))
    _outputs(papers)


def _forms(forms: argparse.ArgumentParser) -> None:
    forms.add_argument(
        "what", choices=WHAT, metavar="WHAT", help=tr("one of {what}", what=", ".join(WHAT))
    )
    forms.add_argument(
        "path",
        type=Path,
        nargs="?",
        metavar="PATH",
        help=tr("the file of a blank to draft, or the folder of a form to check or draw"),
    )
    forms.add_argument("--id", metavar="ID", help=tr("what the form is called (the file's name)"))
    forms.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help=tr("folder of forms for a draft, of pictures for what is drawn"),
    )


def _outputs(verb: argparse.ArgumentParser) -> None:
    """Where the store and what is written lie."""
    verb.add_argument(
        "--out",
        type=Path,
        default=Path("outputs"),
        metavar="DIR",
        help=tr("folder that runs write"),
    )
    verb.add_argument("--store", metavar="URL", help=tr("database (default: a SQLite file in DIR)"))


def _inspect(inspect: argparse.ArgumentParser) -> None:
    inspect.add_argument("file", type=Path, metavar="FILE")
    inspect.add_argument("--out", type=Path, required=True, metavar="DIR")


def _doctor(doctor: argparse.ArgumentParser) -> None:
    doctor.add_argument(
        "--mailbox", action="store_true", help=tr("also connect to the mailbox in fiches.toml")
    )


def _evaluate(evaluate: argparse.ArgumentParser) -> None:
    evaluate.add_argument("out", type=Path, metavar="OUT", help=tr("folder that a run wrote"))
    evaluate.add_argument(
        "truth", type=Path, metavar="TRUTH", help=tr("truth.json of the same inbox")
    )
    evaluate.add_argument(
        "--with",
        dest="more",
        type=Path,
        nargs=2,
        action="append",
        default=[],
        metavar=("OUT", "TRUTH"),
        help=tr("another run, counted with the first"),
    )
    evaluate.add_argument(
        "--plots",
        type=Path,
        metavar="DIR",
        help=tr("write the curves and evaluation.html into DIR"),
    )


def _evaluate_lines(lines: argparse.ArgumentParser) -> None:
    lines.add_argument(
        "table", type=Path, metavar="TSV", help=tr("table with the columns file and text")
    )
    lines.add_argument(
        "--field", default="text", metavar="TYPE", help=tr("read them as this field type (text)")
    )
    lines.add_argument(
        "--out", type=Path, metavar="FILE", help=tr("picture of the worst (TABLE-worst.png)")
    )


def _learn(learn: argparse.ArgumentParser) -> None:
    learn.add_argument(
        "--out",
        type=Path,
        default=Path("outputs"),
        metavar="DIR",
        help=tr("folder that runs write; what is learned is kept in DIR/learned"),
    )
    learn.add_argument(
        "--store", metavar="URL", help=tr("database (default: a SQLite file in DIR)")
    )
    learn.add_argument(
        "--lines", type=Path, metavar="TSV", help=tr("learn these pictures of lines, too")
    )
    learn.add_argument("--undo", action="store_true", help=tr("take the last learning back"))


def _calibrate(calibrate: argparse.ArgumentParser) -> None:
    calibrate.add_argument(
        "form", nargs="?", metavar="FORM", help=tr("id of a form to draw (default: the first one)")
    )
    calibrate.add_argument(
        "--n", type=whole, default=1500, metavar="N", help=tr("how many to draw (1500)")
    )
    calibrate.add_argument("--seed", type=whole, default=0, metavar="S", help=tr("draws others"))
    calibrate.add_argument(
        "--layouts",
        type=whole,
        default=0,
        metavar="N",
        help=tr("further forms to draw, of invented layouts: for field types this one has not (0)"),
    )
    calibrate.add_argument(
        "--truth",
        type=Path,
        nargs=2,
        action="append",
        default=[],
        metavar=("OUT", "TRUTH"),
        help=tr("a run and the truth of its inbox, to calibrate on it, too"),
    )
    calibrate.add_argument(
        "--reviewed",
        type=Path,
        action="append",
        default=[],
        metavar="OUT",
        help=tr("a reviewed run: what people decided makes confidence truer, and proves nothing"),
    )
    calibrate.add_argument(
        "--out",
        type=Path,
        default=Path("outputs"),
        metavar="DIR",
        help=tr("folder that runs write; the calibration is kept in it"),
    )
    calibrate.add_argument(
        "--jobs", type=whole, metavar="N", help=tr("forms drawn and read at a time (one a core)")
    )


def _simulate(simulate: argparse.ArgumentParser) -> None:
    simulate.add_argument("form", metavar="FORM", help=tr("id of a form"))
    simulate.add_argument(
        "--n", type=whole, default=100, metavar="N", help=tr("how many to draw (100)")
    )
    simulate.add_argument(
        "--out", type=Path, metavar="DIR", help=tr("keep them and the forecast here")
    )
    simulate.add_argument("--only-draw", action="store_true", help=tr("read nothing; needs --out"))
    simulate.add_argument("--seed", type=whole, default=0, metavar="S", help=tr("draws others"))
    simulate.add_argument(
        "--mailed", type=part, default=0, metavar="SHARE", help=tr("so many are mails (0)")
    )
    simulate.add_argument("--jobs", type=whole, metavar="N", help=tr("at a time (one a core)"))
