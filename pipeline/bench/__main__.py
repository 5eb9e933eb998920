"""Time Fiches, RapidOCR and Tesseract on the same pages: ``make bench``.

Each program is a process of its own and gets the same folder; its whole run counts, start-up
included, as a user sees it. The programs take turns, and the median of the rounds is told. The
steady rate leaves the start-up out: it compares the folder with a run of one page a worker.
"""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd
import pypdfium2
from PIL import Image

from pipeline.bench.measure import Measured, Result, measure
from pipeline.bench.plot import draw
from pipeline.errors import ExitCode
from pipeline.forms.schema import load_form
from pipeline.paths import SHIPPED_FORM
from pipeline.simulate import simulate

_STYLES = ("typed", "hand", "photo")
_OURS = "Fiches"
_WHOLE_RUN = (ExitCode.OK, ExitCode.SOME_REJECTED)
_TRIAL_PAGES = 3
"""Pages a core, to find a program's better setting."""
_MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Program:
    """``command`` reads the folder it is given; ``good`` are the exit codes of a whole run."""

    name: str
    setting: str
    command: Callable[[Path], Sequence[str]]
    env: Mapping[str, str] = field(default_factory=dict)
    good: tuple[int, ...] = (0,)

    def run(self, folder: Path) -> Measured:
        return measure(self.command(folder), env=self.env, good=self.good)


def main() -> None:
    """Measure, print, and write ``bench.png`` and ``bench.json``."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.bench", description=__doc__)
    parser.add_argument("--pages", type=int, default=20, help="how many documents (20)")
    parser.add_argument("--folder", type=Path, help="documents of your own (default: drawn)")
    parser.add_argument("--rounds", type=int, default=3, help="times each program runs (3)")
    parser.add_argument("--jobs", type=int, default=2, help="cores each program gets (2)")
    parser.add_argument("--seed", type=int, default=1, help="of the drawn documents (1)")
    parser.add_argument("--out", type=Path, default=Path("outputs"), help="where to write")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fiches-bench-") as place:
        work = Path(place)
        lay_out(asked.folder, work / "all", n=asked.pages, seed=asked.seed)
        documents = sorted((work / "all").iterdir())
        if not documents:
            parser.error(f"{asked.folder} holds no page to read")
        first = copy_to(work / "first", documents[: asked.jobs])
        some = copy_to(work / "some", documents[: _TRIAL_PAGES * asked.jobs])
        programs = [fiches(work, asked.jobs), *peers(some, asked.jobs)]
        results = compare(programs, work / "all", first, rounds=asked.rounds)
        start_up, outcome = run_again(work / "all", work / "out", asked.jobs)
    report = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {sys.version.split()[0]}",
        "rounds": asked.rounds,
        "results": [asdict(result) for result in results],
        "start_up_s": start_up,
        "outcome": outcome,
    }
    print(table(report))
    (asked.out / "bench.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    draw(results, report["machine"], asked.out / "bench.png")
    print(f"{asked.out / 'bench.png'}, {asked.out / 'bench.json'}")


def lay_out(given: Path | None, folder: Path, *, n: int, seed: int) -> None:
    """Draw ``n`` documents into ``folder``, or copy them there from the ``given`` folder."""
    if given:
        copy_to(folder, [path for path in sorted(given.iterdir()) if count_pages(path)][:n])
        return
    simulate(load_form(SHIPPED_FORM), folder, n=n, seed=seed, styles=_STYLES)
    (folder / "truth.json").unlink()


def copy_to(folder: Path, documents: Sequence[Path]) -> Path:
    """A new folder that holds these documents."""
    folder.mkdir()
    for path in documents:
        shutil.copy(path, folder)
    return folder


def count_pages(path: Path) -> int:
    """Of a picture or a PDF; 0 for anything else."""
    try:
        if path.suffix.lower() == ".pdf":
            return len(pypdfium2.PdfDocument(path))
        with Image.open(path) as image:
            return int(getattr(image, "n_frames", 1))
    except (OSError, pypdfium2.PdfiumError):
        return 0


def fiches(work: Path, jobs: int) -> Program:
    """This product, each time into a new folder of ``work``."""
    return Program(
        _OURS,
        f"{jobs} x 1",
        lambda folder: _fiches(folder, Path(tempfile.mkdtemp(dir=work)), jobs),
        good=_WHOLE_RUN,
    )


def run_again(folder: Path, out: Path, jobs: int) -> tuple[dict[str, float], str]:
    """Seconds until Fiches has nothing to do, and what it made of the pages."""
    measure(_fiches(folder, out, jobs), good=_WHOLE_RUN)
    seconds = {
        "fiches --help": measure([sys.executable, "-m", "pipeline", "--help"]).seconds,
        "an unchanged inbox": measure(_fiches(folder, out, jobs), good=_WHOLE_RUN).seconds,
    }
    rows = {name: len(pd.read_csv(out / f"{name}.csv")) for name in ("registrations", "rejected")}
    return seconds, ", ".join(f"{rows[name]} {name}" for name in rows)


def _fiches(folder: Path, out: Path, jobs: int) -> list[str]:
    where = ["--out", str(out), "--jobs", str(jobs)]
    return [sys.executable, "-m", "pipeline", "run", str(folder), *where]


def peers(some: Path, jobs: int) -> list[Program]:
    """What is installed of the others, at the setting that reads ``some`` pages faster."""
    programs = []
    try:
        version("rapidocr")
    except PackageNotFoundError:
        print("RapidOCR is left out: pip install 'fiches[bench]'")
    else:
        settings = [_peer("rapidocr", "RapidOCR", p, jobs // p) for p in sorted({1, jobs})]
        programs.append(min(settings, key=lambda program: program.run(some).seconds))
    if shutil.which("tesseract") is None:
        print("Tesseract is left out: apt install tesseract-ocr tesseract-ocr-fra")
    else:
        programs.append(_peer("tesseract", "Tesseract", jobs, 1))
    return programs


def _peer(peer: str, name: str, processes: int, threads: int) -> Program:
    options = ["--processes", str(processes), "--threads", str(threads)]
    threads_env = {"OMP_THREAD_LIMIT": str(threads), "OMP_NUM_THREADS": str(threads)}
    return Program(
        name,
        f"{processes} x {threads}",
        lambda folder: [sys.executable, "-m", "pipeline.bench.peers", peer, str(folder), *options],
        env=threads_env,
    )


def compare(programs: Sequence[Program], folder: Path, first: Path, *, rounds: int) -> list[Result]:
    """Let the programs take turns on the folder; ``first`` holds one page a worker."""
    runs: dict[str, list[Measured]] = {program.name: [] for program in programs}
    for number in range(1, rounds + 1):
        for program in programs:
            runs[program.name].append(program.run(folder))
            seconds = runs[program.name][-1].seconds
            print(f"round {number} of {rounds}: {program.name} took {seconds:.1f} s", flush=True)
    pages = sum(map(count_pages, folder.iterdir()))
    first_pages = sum(map(count_pages, first.iterdir()))
    return [
        summarise(p, runs[p.name], p.run(first), pages=pages, first_pages=first_pages)
        for p in programs
    ]


def summarise(
    program: Program, runs: Sequence[Measured], start: Measured, *, pages: int, first_pages: int
) -> Result:
    """The medians of ``runs`` on ``pages``; ``start`` is a run on the first of them."""
    seconds = median(run.seconds for run in runs)
    steady_s = seconds - start.seconds
    return Result(
        name=program.name,
        setting=program.setting,
        pages=pages,
        seconds=tuple(round(run.seconds, 2) for run in runs),
        rate=_MINUTE_S * pages / seconds,
        steady_rate=_MINUTE_S * (pages - first_pages) / steady_s if steady_s > 0 else 0.0,
        peak_mb=max(run.peak_mb for run in runs),
    )


def table(report: Mapping[str, Any]) -> str:
    """What was measured, for people."""
    first, *others = report["results"]
    lines = [
        "",
        f"{first['pages']} pages, median of {report['rounds']} rounds, {report['machine']}",
        "",
        f"{'':<12}{'pages a minute':>16}{'without start-up':>19}{'MB a process':>15}"
        "   processes x threads",
    ]
    lines += [
        f"{r['name']:<12}{r['rate']:>16.1f}{r['steady_rate']:>19.1f}{r['peak_mb']:>15.0f}"
        f"   {r['setting']}"
        for r in report["results"]
    ]
    lines += ["", *(f"{first['rate'] / r['rate']:.1f} x {r['name']}" for r in others)]
    lines += [f"{what}: {seconds:.2f} s" for what, seconds in report["start_up_s"].items()]
    return "\n".join([*lines, f"made of the pages: {report['outcome']}"])


if __name__ == "__main__":
    main()
