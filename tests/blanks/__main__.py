"""Draft the blanks, hold the drafts against what was drawn, read copies with them: ``make drafts``.

The exit status is 0 where all goals hold. ``OUT`` keeps the blanks, the drafts (``forms``), what
was wanted of them, the inbox, the truth, what was read, ``drafts.txt`` with every doubt and
``misread.csv``; an inbox that is there is not drawn again.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from associations import fonts, measure
from associations.blank import Blank
from associations.copies import MEDIA, draw, write_truth
from associations.reading import read
from associations.sheet import Asked

from blanks import BLANKS, drafted
from blanks.frames import move_of
from blanks.named import Naming
from blanks.spots import Paired, moved, pair, spots_of
from pipeline import fields
from pipeline.errors import ExitCode, PipelineError
from pipeline.forms.schema import load_form


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m blanks", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("outputs/drafts"))
    parser.add_argument("--each", type=int, default=6, help="copies of a form in a medium (6)")
    parser.add_argument("--seed", type=int, default=19)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--forms", nargs="*", metavar="ID", help="only these (default: all eight)")
    parser.add_argument("--media", nargs="*", choices=MEDIA, default=MEDIA)
    parser.add_argument("--cache", type=Path, default=fonts.CACHE, help="where npm lays fonts")
    parser.add_argument("--wanted", action="store_true", help="draft nothing: take the forms that "
                        "a draft should come to, for what it can reach at best")  # fmt: skip
    parser.add_argument("--only-draft", action="store_true", help="read nothing")
    asked = parser.parse_args()
    blanks = [blank for blank in BLANKS if not asked.forms or blank.id in asked.forms]
    places = {blank.id: blank.lay_out(asked.out / "wanted") for blank in blanks}
    titles = {blank.id: blank.layout for blank in blanks}
    for blank in blanks:
        _lay_out(blank, asked.out, drafts=not asked.wanted)
    scores, paired = _scored(blanks, asked.out)
    doubts = (f"{one.form}: {doubt}" for one in scores for doubt in one.doubts)
    (asked.out / "drafts.txt").write_text("\n".join(doubts) + "\n", "utf-8")
    print("\n".join(drafted.table(scores, titles)))
    held = drafted.goals(scores)
    if not asked.only_draft:
        measured = _reread(asked, blanks, places, paired)
        print()
        print("\n".join(measure.table(measured, titles)))
        print("\n".join(measure.by_class(measured)))
        held += measure.goals(measured, fields.names())
    print()
    for goal in held:
        print(f"{'holds' if goal.holds else 'FAILS':6} {goal.said}")
    return ExitCode.OK if all(goal.holds for goal in held) else 1


def _lay_out(blank: Blank, out: Path, *, drafts: bool) -> None:
    """Lay the blank into ``out/blanks``, and its draft as a form into ``out/forms``, where it may
    be missing: what cannot be drafted costs itself."""
    path, folder = out / "blanks" / f"{blank.id}.pdf", out / "forms" / blank.id
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(blank.make(tilted=True)[0])
    shutil.rmtree(folder, ignore_errors=True)
    if not drafts:
        shutil.copytree(out / "wanted" / blank.id, folder)
        return
    command = [sys.executable, "-m", "pipeline", "forms", "draft", str(path.resolve())]
    command += ["--id", blank.id, "--out", "forms"]
    done = subprocess.run(command, cwd=out, check=False, capture_output=True, text=True)
    if done.returncode != ExitCode.OK:
        print(f"{blank.id}: no draft: {done.stderr}", file=sys.stderr)


def _scored(blanks: Sequence[Blank], out: Path) -> tuple[list[drafted.Scores], dict[str, Paired]]:
    scores, paired = [], {}
    for blank in blanks:
        form = load_form(out / "wanted" / blank.id)
        wanted = spots_of(form)
        try:
            made = load_form(out / "forms" / blank.id)
        except (PipelineError, OSError) as err:
            print(f"{blank.id}: the draft is no form: {err}", file=sys.stderr)
            shutil.rmtree(out / "forms" / blank.id, ignore_errors=True)
            paired[blank.id] = Paired(tuple(wanted), (), {}, ())
            nothing = form.model_copy(update={"zones": (), "areas": (), "sum": None})
            scores.append(drafted.score(form, nothing, paired[blank.id]))
            continue
        spots = spots_of(made)
        if blank.scanned:
            spots = moved(spots, {1: move_of(blank, made.blank_path)})
        paired[blank.id] = pair(wanted, spots)
        scores.append(drafted.score(form, made, paired[blank.id]))
    return scores, paired


def _reread(
    asked: argparse.Namespace,
    blanks: Sequence[Blank],
    places: Mapping[str, Asked],
    paired: Mapping[str, Paired],
) -> measure.Measured:
    """Read copies with the drafts."""
    fonts.install(asked.cache)
    told = asked.out / "truth.json"
    if not told.exists():
        drawn = draw(blanks, asked.out / "inbox", each=asked.each, seed=asked.seed,
                     media=asked.media, jobs=asked.jobs, cache=asked.cache)  # fmt: skip
        write_truth(drawn, told)
    read(asked.out, jobs=asked.jobs)
    truth = {
        name: entry
        for name, entry in json.loads(told.read_text("utf-8")).items()
        if entry["form"] in places and entry["medium"] in asked.media
    }
    measured = measure.measure(asked.out / "read", truth, places, naming=Naming(paired))
    measure.write_misread(measured, asked.out / "misread.csv")
    return measured


if __name__ == "__main__":
    sys.exit(main())
