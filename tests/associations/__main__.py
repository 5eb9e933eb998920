"""Draw the copies, read them, print the table: ``make forms``.

The exit status is 0 where all goals hold. ``OUT`` keeps the forms, the inbox, the truth, what was
read and ``misread.csv``; an inbox that is there is not drawn again.
"""

import argparse
import json
import sys
from pathlib import Path

from associations import fonts
from associations.blanks import BLANKS
from associations.copies import MEDIA, draw, write_truth
from associations.measure import goals, measure, table, write_misread
from associations.reading import read
from pipeline import fields
from pipeline.errors import ExitCode


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m associations", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("outputs/associations"))
    parser.add_argument("--each", type=int, default=6, help="copies of a form in a medium (6)")
    parser.add_argument("--seed", type=int, default=18)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--forms", nargs="*", metavar="ID", help="only these (default: all six)")
    parser.add_argument("--media", nargs="*", choices=MEDIA, default=MEDIA)
    parser.add_argument("--cache", type=Path, default=fonts.CACHE, help="where npm lays fonts")
    parser.add_argument("--only-draw", action="store_true", help="read nothing")
    asked = parser.parse_args()
    blanks = [blank for blank in BLANKS if not asked.forms or blank.id in asked.forms]
    fonts.install(asked.cache)
    forms = {blank.id: blank.lay_out(asked.out / "forms") for blank in blanks}
    told = asked.out / "truth.json"
    if not told.exists():
        drawn = draw(blanks, asked.out / "inbox", each=asked.each, seed=asked.seed,
                     media=asked.media, jobs=asked.jobs, cache=asked.cache)  # fmt: skip
        write_truth(drawn, told)
    if asked.only_draw:
        return ExitCode.OK
    read(asked.out, jobs=asked.jobs)
    truth = {
        name: entry
        for name, entry in json.loads(told.read_text("utf-8")).items()
        if entry["form"] in forms and entry["medium"] in asked.media
    }
    measured = measure(asked.out / "read", truth, forms)
    write_misread(measured, asked.out / "misread.csv")
    print("\n".join(table(measured, {blank.id: blank.layout for blank in blanks})))
    print()
    held = goals(measured, fields.names())
    for goal in held:
        print(f"{'holds' if goal.holds else 'FAILS':6} {goal.said}")
    return ExitCode.OK if all(goal.holds for goal in held) else 1


if __name__ == "__main__":
    sys.exit(main())
