"""The built wheel: whole, and at work without the checkout."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from pipeline import __version__

ROOT = Path(__file__).parent.parent
FORM = "mais-2018-02-02"


def run(*command: str | Path, cwd: Path, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a source distribution and of the wheel built from what it holds."""
    folder = tmp_path_factory.mktemp("dist")
    run("-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    (archive,) = folder.glob("*.tar.gz")
    shutil.unpack_archive(archive, folder)
    unpacked = folder / archive.name.removesuffix(".tar.gz")
    run("-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=unpacked)
    return folder


@pytest.fixture(scope="module")
def installed(built: Path) -> Path:
    """Where the wheel alone is installed; its dependencies are those of the tests."""
    (wheel,) = built.glob("*.whl")
    target = built / "installed"
    offline = ("--no-deps", "--no-index", "--quiet", "--disable-pip-version-check")
    run("-m", "pip", "install", *offline, "--target", target, wheel, cwd=built)
    return target


@pytest.mark.parametrize(
    "pattern",
    [
        "pipeline/models/MANIFEST.toml",
        "pipeline/models/recognizer/*.onnx",
        f"pipeline/models/forms/{FORM}/form.toml",
        f"pipeline/models/forms/{FORM}/blank.pdf",
        "pipeline/models/lexicons/*.txt",
        "pipeline/models/fonts/*.ttf",
        "pipeline/models/fonts/*.LICENSE.txt",
        "pipeline/store/migrations/versions/*.py",
        "pipeline/models/calibration/*.json",
        "pipeline/exporters/templates/*",
        "pipeline/evaluate/*.j2",
        "pipeline/letters/templates/*.j2",
        "*.dist-info/licenses/LICENSE",
        "*.dist-info/licenses/NOTICE",
    ],
)
def test_the_wheel_holds(built: Path, pattern: str) -> None:
    (wheel,) = built.glob("*.whl")
    with ZipFile(wheel) as archive:
        assert [name for name in archive.namelist() if Path(name).match(pattern)]


def test_the_wheel_holds_nothing_but_the_package(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert tops == {"pipeline", f"fiches-{__version__}.dist-info"}


def test_no_package_holds_what_only_training_needs(built: Path) -> None:
    (wheel,), (source,) = built.glob("*.whl"), built.glob("*.tar.gz")
    with ZipFile(wheel) as archive, tarfile.open(source) as sources:
        names = [*archive.namelist(), *sources.getnames()]
    assert any(name.endswith("pipeline/training/train.py") for name in names)
    assert not any(name.endswith(".pt") for name in names)


def test_the_installed_command_works_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    told = run(installed / "bin" / "fiches", "doctor", cwd=tmp_path, PYTHONPATH=str(installed))
    assert "Ready to run." in told
    where = "import pipeline.paths as p; print(p.MODELS)"
    models = run("-c", where, cwd=tmp_path, PYTHONPATH=str(installed)).strip()
    assert Path(models) == installed / "pipeline" / "models"


def test_the_installed_command_draws_and_reads_a_form_without_any_other_program(
    installed: Path, tmp_path: Path
) -> None:
    here = {"cwd": tmp_path, "PYTHONPATH": str(installed), "PATH": ""}  # no Tesseract
    fiches = installed / "bin" / "fiches"
    run(fiches, "simulate", FORM, "--n", "1", "--out", "inbox", "--only-draw", **here)
    for name in ("truth.json", "members.csv"):
        (tmp_path / "inbox" / name).unlink()
    run(fiches, "run", "inbox", "--jobs", "0", **here)
    table = (tmp_path / "outputs" / "registrations.csv").read_text("utf-8")
    assert FORM in table


def test_every_locked_package_stands_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    for package, number in re.findall(r"^([\w-]+)==(\S+)", lock, re.MULTILINE):
        assert re.search(
            rf"^  {re.escape(package)} .*\b{re.escape(number)}\b", notice, re.MULTILINE
        ), f"NOTICE must name {package} {number} and its licence"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_no_place_of_the_machine_that_made_it(name: str) -> None:
    assert not re.search(r"file:|https?:|\s/", (ROOT / name).read_text("utf-8"))
