import sys
from pathlib import Path

import pytest
from PIL import Image

from pipeline.bench.__main__ import Program, count_pages, lay_out, summarise
from pipeline.bench.measure import Measured, measure


def test_memory_is_that_of_the_largest_process_below_the_command() -> None:
    greedy = "held = bytearray(200 * 1024 * 1024); import time; time.sleep(0.5)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {greedy!r}])"
    measured = measure([sys.executable, "-c", parent])
    assert 200 <= measured.peak_mb < 300
    assert measured.seconds >= 0.5


def test_a_program_that_fails_is_not_timed() -> None:
    with pytest.raises(RuntimeError, match=r"ended with 3:\nno such page"):
        measure([sys.executable, "-c", "print('no such page'); raise SystemExit(3)"])


def test_rates_are_medians_and_the_steady_one_leaves_the_start_up_out() -> None:
    program = Program("any", "2 x 1", lambda folder: [str(folder)])
    runs = [Measured(seconds, peak_mb) for seconds, peak_mb in ((9, 80), (12, 90), (60, 70))]
    result = summarise(program, runs, Measured(2, 0), pages=22, first_pages=2)
    assert result.rate == pytest.approx(60 * 22 / 12)
    assert result.steady_rate == pytest.approx(60 * 20 / 10)
    assert result.peak_mb == 90


def test_only_pages_are_taken_from_a_folder(tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    (given / "truth.json").write_text("{}")
    sheets = [Image.new("L", (20, 20)) for _ in range(3)]
    sheets[0].save(given / "three.tif", save_all=True, append_images=sheets[1:])
    sheets[0].save(given / "one.png")
    lay_out(given, tmp_path / "all", n=9, seed=0)
    counted = {path.name: count_pages(path) for path in (tmp_path / "all").iterdir()}
    assert counted == {"one.png": 1, "three.tif": 3}
