"""The command ``fiches``: verbs and flags. The only module that prints or exits."""

import argparse
import logging
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import gettempdir

from pipeline import flags, forms_verbs, system, treasurer
from pipeline.config import CONFIG, INBOX
from pipeline.errors import ExitCode, InputError, PipelineError, bug_place
from pipeline.language import speak, tr
from pipeline.paths import private
from pipeline.terminal import (
    aside,
    ask_password,
    configured_mailbox,
    jobs,
    load_flags,
    print_fetched,
    print_summary,
    print_table,
    show_what_can_be_shown,
    telling,
    writing,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; the exit code (see ``errors.ExitCode``). Wrong usage exits with 2."""
    system.reach_programs()
    speak()
    show_what_can_be_shown()
    arguments = build_parser().parse_args((sys.argv[1:] if argv is None else argv) or ["start"])
    logging.basicConfig(
        level=logging.INFO if arguments.verbose else logging.WARNING,
        format="fiches: %(message)s",
    )
    verb: Callable[[argparse.Namespace], ExitCode] = arguments.verb
    try:
        with private():
            code = verb(arguments)
        sys.stdout.flush()
    except PipelineError as err:
        aside(str(err))
        return err.exit_code
    except KeyboardInterrupt:
        aside(tr("interrupted; run again to go on."))
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except ImportError as err:
        if str(err.name).partition(".")[0] == __name__.partition(".")[0]:
            return _bug(err, verbose=arguments.verbose)
        aside(tr("something is missing ({what}): `fiches doctor` says what to type.", what=err))
        return ExitCode.ENGINE
    except Exception as err:
        return _bug(err, verbose=arguments.verbose)
    return code


def _bug(err: Exception, *, verbose: bool) -> ExitCode:
    if verbose:
        traceback.print_exception(err)
    aside(tr("this is a bug, please report it: {place}", place=bug_place(err)))
    if not verbose:
        aside(tr("add --verbose to see more."))
    return ExitCode.BUG


def build_parser() -> argparse.ArgumentParser:
    return flags.build_parser(
        start=_review,
        fetch=_fetch,
        run=_run,
        review=_review,
        payments=treasurer.payments,
        book=treasurer.book,
        letters=treasurer.letters,
        day=treasurer.day,
        forms=forms_verbs.forms,
        inspect=_inspect,
        doctor=_doctor,
        shortcut=_shortcut,
        evaluate=_evaluate,
        evaluate_lines=_evaluate_lines,
        learn=_learn,
        calibrate=_calibrate,
        simulate=_simulate,
    )


def _fetch(arguments: argparse.Namespace) -> ExitCode:
    from pipeline.fetch import fetch

    mailbox, inbox = configured_mailbox(load_flags(arguments)), arguments.inbox
    password = ask_password(mailbox) if arguments.ask_password else ""
    with telling(mails=True) as progress:
        fetched = fetch(mailbox, inbox, password=password, progress=progress)
    print_fetched(fetched, mailbox, inbox)
    return ExitCode.SOME_REJECTED if fetched.troubles else ExitCode.OK


def _run(arguments: argparse.Namespace) -> ExitCode:
    from pipeline.runner import run

    settings = load_flags(arguments)
    with telling() as progress:
        summary = run(
            arguments.inbox,
            arguments.out,
            settings,
            jobs=jobs(arguments),
            scheduler=arguments.scheduler,
            store_url=arguments.store,
            again=arguments.again,
            progress=progress,
        )
    print_summary(summary, settings.promise, arguments.out)
    return ExitCode.SOME_REJECTED if summary.rejected else ExitCode.OK


def _review(arguments: argparse.Namespace) -> ExitCode:
    import webbrowser
    from getpass import getpass

    from pipeline.web.serve import is_loopback, serve

    settings = load_flags(arguments)
    password = ""
    if not is_loopback(arguments.host):
        host = arguments.host
        print(tr("Others can reach {host}: they need a password to review.", host=host))
        password = os.environ.get("FICHES_PASSWORD") or getpass(tr("Password for the review: "))

    def show(address: str) -> None:
        print(
            address,
            tr("Open this address; stop with Ctrl-C.")
            if password
            else tr("Open this address: it works once; stop with Ctrl-C."),
            sep="\n",
            flush=True,
        )

    serve(
        arguments.out,
        settings,
        host=arguments.host,
        port=arguments.port,
        password=password,
        store_url=arguments.store,
        inbox=arguments.inbox or settings.inbox or INBOX if "inbox" in arguments else None,
        config=arguments.config or CONFIG,
        who=system.user_name(),
        show=show,
        browse=None if arguments.no_browser else webbrowser.open,
    )
    return ExitCode.OK


def _inspect(arguments: argparse.Namespace) -> ExitCode:
    from pipeline.inspect import inspect_document

    settings = load_flags(arguments)
    with writing(arguments.out):
        written = inspect_document(arguments.file, arguments.out, settings)
    for path in written:
        print(path)
    return ExitCode.OK


def _doctor(arguments: argparse.Namespace) -> ExitCode:
    from rich.markup import escape
    from rich.table import Table

    from pipeline.doctor import examine, installed, is_ready, look_at

    checks = installed()
    if is_ready(checks):
        settings = load_flags(arguments)
        checks = tuple(examine(settings, folder=Path.cwd()))
        if arguments.mailbox or settings.mailbox:
            checks += (look_at(configured_mailbox(settings), connect=arguments.mailbox),)
    table = Table("", tr("what"), tr("found"), tr("what to do"))
    for check in checks:
        mark = tr("ok") if check.ok else tr("MISSING") if check.needed else tr("optional")
        table.add_row(mark, check.what, check.state, "" if check.ok else escape(check.remedy))
    print_table(table)
    ready = is_ready(checks)
    print(tr("Ready to run.") if ready else tr("Not ready: see MISSING above."))
    return ExitCode.OK if ready else ExitCode.ENGINE


def _shortcut(arguments: argparse.Namespace) -> ExitCode:
    from pipeline.shortcut import write_shortcuts

    folder = Path.cwd()
    with writing(arguments.to or folder):
        written = write_shortcuts(folder, arguments.to)
    for path in written:
        print(
            tr("{path}: double-click this to start Fiches in {folder}.", path=path, folder=folder)
        )
    return ExitCode.OK


def _evaluate(arguments: argparse.Namespace) -> ExitCode:
    from pipeline.evaluate import evaluate

    pairs = [(arguments.out, arguments.truth), *arguments.more]
    first, *others = (evaluate(out, truth) for out, truth in pairs)
    evaluation = sum(others, first)
    print(evaluation)
    if arguments.plots:
        from pipeline.evaluate.page import write_page

        with writing(arguments.plots):
            page = write_page(evaluation, arguments.plots)
        print("\n" + tr("{page}: the same, with its curves.", page=page))
    return ExitCode.OK


def _evaluate_lines(arguments: argparse.Namespace) -> ExitCode:
    from rich.table import Table

    from pipeline import engines
    from pipeline.learning.evaluate_lines import draw_worst, load_table, measure

    settings = load_flags(arguments)
    engine = engines.load(settings.engine, settings.learned)
    score = measure(load_table(arguments.table), engine, field=arguments.field)
    table = Table(tr("lines"), "CER", "WER", tr("exact"), tr("ms a line"))
    rates = (f"{100 * rate:.1f} %" for rate in (score.cer, score.wer, score.exact))
    table.add_row(str(score.lines), *rates, f"{score.ms_a_line:.1f}")
    print_table(table)
    if score.worst:
        sheet = arguments.out or arguments.table.with_name(f"{arguments.table.stem}-worst.png")
        with writing(sheet):
            draw_worst(score, sheet)
        print(tr("{sheet}: the lines read worst.", sheet=sheet))
    return ExitCode.OK


def _learn(arguments: argparse.Namespace) -> ExitCode:
    from rich.table import Table

    from pipeline import learned
    from pipeline.learning.learn import LEAST_LINES, learn_from

    settings, folder = load_flags(arguments), arguments.out / learned.FOLDER
    if arguments.undo:
        _unlearn(folder)
        return ExitCode.OK
    file = arguments.out.absolute() / "fiches.sqlite"
    store_url = arguments.store or (f"sqlite:///{file}" if file.is_file() else None)
    if store_url is None and arguments.lines is None:
        raise InputError(
            tr("{file} is not there: say with --out or --store where corrections are.", file=file)
        )
    aside(tr("learning takes some minutes"))
    with writing(folder):
        lesson = learn_from(settings, folder, store_url=store_url, table=arguments.lines)
    for reason, count in lesson.skipped.items():
        if count:
            print(tr("{count} skipped: {reason}.", count=count, reason=reason))
    if lesson.rates is None:
        print(
            tr(
                "Only {lines} corrected lines: learning needs {needed}. Nothing changed.",
                lines=lesson.lines,
                needed=LEAST_LINES,
            )
        )
        return ExitCode.OK
    heads = (tr("CER before"), tr("after"), tr("exact before"), tr("after"))
    table = Table(tr("read"), *heads)
    for name, (before, after) in lesson.rates.items():
        figures = (before.cer, after.cer, before.exact, after.exact)
        table.add_row(name, *(f"{100 * figure:.1f} %" for figure in figures))
    print_table(table)
    if lesson.written is None:
        print(tr("Learning would not read better without forgetting: nothing changed."))
    else:
        print(
            tr(
                "{learned}: learned from {lines} lines; the next run uses it.",
                learned=lesson.written,
                lines=lesson.lines,
            )
        )
        if settings.learned is not None:
            own = str(settings.learned)
            print(tr("But fiches.toml says learned = {own!r}: take that out.", own=own))
    return ExitCode.OK


def _unlearn(folder: Path) -> None:
    """Take the last learning back."""
    from pipeline import learned

    with writing(folder):
        gone = learned.undo(folder)
    if gone is None:
        print(tr("{folder}: nothing was learned yet.", folder=folder))
        return
    print(tr("{learned} is taken back.", learned=gone))
    left = learned.generations(folder)
    print(
        tr("Runs use {learned} again.", learned=left[-1])
        if left
        else tr("Runs use the shipped weights again.")
    )


def _calibrate(arguments: argparse.Namespace) -> ExitCode:
    from rich.table import Table

    from pipeline.calibrate import HANDS_SHARE, calibrate
    from pipeline.forms.schema import find_form, load_forms
    from pipeline.judging.calibration import FILE_NAME, writing_name
    from pipeline.judging.error_class import class_name
    from pipeline.paths import FORMS
    from pipeline.simulate import Hands

    settings = load_flags(arguments)
    forms = load_forms(FORMS, *settings.forms)
    aside(tr("drawing and reading {count} forms", count=arguments.n))
    with writing(arguments.out), telling() as progress:
        made = calibrate(
            find_form(forms, arguments.form) if arguments.form else forms[0],
            arguments.out,
            settings,
            n=arguments.n,
            seed=arguments.seed,
            jobs=jobs(arguments),
            layouts=arguments.layouts,
            labelled=arguments.truth,
            reviewed=arguments.reviewed,
            hands=Hands(arguments.ink, arguments.fonts, HANDS_SHARE),
            progress=progress,
        )
    heads = (tr("error of"), tr("in"), tr("target"), tr("accepted"), tr("wrong among these"))
    table = Table(*heads, tr("at most"), tr("from"))
    for proof in made.proofs:
        figures = (
            (
                f"{proof.accepted:.1%}",
                str(proof.wrong),
                f"{proof.bound:.5f}",
                f"{proof.threshold:.5f}",
            )
            if proof.threshold is not None
            else (tr("nothing"),)
        )
        where = writing_name(proof.writing)
        if proof.further:
            where = tr("other forms, {writing}", writing=where)
        what = class_name(proof.error), where
        table.add_row(*what, f"{proof.target:g}", *figures)
    print_table(table)
    file, out = arguments.out / FILE_NAME, arguments.out
    print(tr("{file}: the next run into {out} uses it.", file=file, out=out))
    return ExitCode.OK


def _simulate(arguments: argparse.Namespace) -> ExitCode:
    from pipeline.forecast import forecast
    from pipeline.forms.schema import find_form, load_forms
    from pipeline.paths import FORMS
    from pipeline.simulate import Hands, simulate, write_members

    settings, out = load_flags(arguments), arguments.out
    form = find_form(load_forms(FORMS, *settings.forms), arguments.form)
    drawn = {"jobs": jobs(arguments)} | {k: vars(arguments)[k] for k in ("n", "seed", "mailed")}
    drawn["hands"] = Hands(arguments.ink, arguments.fonts)
    if arguments.only_draw and out is None:
        raise InputError(tr("--only-draw keeps what it draws: say where with --out."))
    with writing(out or Path(gettempdir())), telling() as progress:
        if arguments.only_draw:
            simulate(form, out, **drawn)
        else:
            print(forecast(form, settings, out=out, progress=progress, **drawn))
        if out:
            write_members(form, out, seed=arguments.seed)
    return ExitCode.OK
