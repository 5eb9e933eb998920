import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from pipeline import doctor
from pipeline.cli import main
from pipeline.config import Settings
from pipeline.doctor import Check, examine
from pipeline.paths import SHIPPED_FORM


def look(what: str, settings: Settings | None = None) -> Check:
    checks = examine(settings or Settings(), folder=Path.cwd())
    return next(check for check in checks if check.what.startswith(what))


def test_a_sound_installation_is_ready(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "mais-2018-02-02" in said
    assert "a run of one drawn form" in said
    assert "Ready to run." in said


def test_the_packages_are_those_of_pyproject() -> None:
    pyproject = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))
    required = {d.split(">")[0] for d in pyproject["project"]["dependencies"]}
    looked_for = {check.what for check in examine(Settings(), folder=Path.cwd())}
    assert required <= looked_for
    assert {"distributed (extra cluster)", "matplotlib (extra plots)"} <= looked_for
    assert not any(what.startswith(("pytest", "torch")) for what in looked_for)


def test_a_missing_package_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(package: str) -> str:
        raise PackageNotFoundError(package)

    monkeypatch.setattr(doctor, "version", version)
    check = look("rapidfuzz")
    assert (check.ok, check.needed, check.remedy) == (False, True, "pip install rapidfuzz")
    extra = look("distributed")
    assert (extra.ok, extra.needed) == (False, False)
    assert extra.remedy == "pip install 'fiches[cluster]'"


def test_without_tesseract_the_default_engine_still_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    for name, remedy in (
        ("linux", "apt install tesseract-ocr tesseract-ocr-fra"),
        ("darwin", "brew install tesseract tesseract-lang"),
        ("win32", "winget install UB-Mannheim.TesseractOCR --interactive"),
    ):
        monkeypatch.setattr(doctor.system, "NAME", name)
        check = look("Tesseract")
        assert (check.ok, check.needed, check.remedy) == (False, False, remedy)
    monkeypatch.setattr(doctor.system, "NAME", "linux")
    assert main(["doctor"]) == 0


def test_tesseract_without_french_is_not_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "tesseract"
    program.write_text("#!/bin/sh\necho tesseract 5.3.0\necho eng\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    check = look("Tesseract")
    assert not check.ok
    assert check.state == "tesseract 5.3.0, no French"


def test_weights_that_were_altered_are_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "MANIFEST.toml").write_text('["a.onnx"]\nsha256 = "0"\n["b.onnx"]\nsha256 = "0"\n')
    (tmp_path / "a.onnx").write_text("altered")
    monkeypatch.setattr(doctor, "MODELS", tmp_path)
    assert look("models/a.onnx").state == "altered"
    assert not look("models/b.onnx").ok
    assert main(["doctor"]) == 5
    assert "Not ready" in capsys.readouterr().out


def test_editions_of_other_forms_are_shown(tmp_path: Path) -> None:
    folder = tmp_path / "mais-2019"
    shutil.copytree(SHIPPED_FORM, folder)
    text = (folder / "form.toml").read_text("utf-8").replace(SHIPPED_FORM.name, folder.name)
    text = text.replace("title = ", f'edition_of = "{SHIPPED_FORM.name}"\ntitle = ', 1)
    (folder / "form.toml").write_text(text, "utf-8")
    said = look("forms", Settings(forms=(tmp_path,))).state
    assert said == f"{SHIPPED_FORM.name}, mais-2019 (edition of {SHIPPED_FORM.name})"


def test_an_engine_that_is_not_known_is_not_ready() -> None:
    check = look("engine nonsense", Settings(engine="nonsense"))
    assert not check.ok
    assert "ppocr" in check.remedy


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Settings(time_limit_s=0.01), "plus de 0,01 s de calcul"),
        (Settings(memory_limit_mb=60), "plus de 60 Mo de mémoire|memory_limit_mb"),
    ],
)
def test_what_would_hinder_a_run_is_seen_by_a_run(settings: Settings, said: str) -> None:
    check = look("a run of one drawn form", settings)
    assert not check.ok
    assert re.search(said, check.remedy)


def test_a_bug_that_a_run_would_meet_is_told_and_nothing_is_ready(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pipeline.exporters.report", None)
    assert main(["doctor"]) == 5
    said = capsys.readouterr().out
    assert "ModuleNotFoundError" in said
    assert "Not ready" in said


def test_a_folder_that_cannot_be_written_is_no_place_to_run(tmp_path: Path) -> None:
    checks = examine(Settings(), folder=tmp_path / "nowhere")
    check = next(check for check in checks if check.what == "may write here")
    assert not check.ok
    assert "No such file" in check.state


HIDDEN = """
import importlib.metadata, sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "rapidfuzz":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Hidden())
real = importlib.metadata.version
def version(name):
    if name == "rapidfuzz":
        raise importlib.metadata.PackageNotFoundError(name)
    return real(name)
importlib.metadata.version = version
from pipeline.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("verb", "said"),
    [("doctor", "pip install rapidfuzz"), ("run", "is missing (No module named 'rapidfuzz')")],
)
def test_a_package_that_is_missing_is_no_bug_and_doctor_names_it(
    tmp_path: Path, verb: str, said: str
) -> None:
    command = [sys.executable, "-c", HIDDEN, verb, *(["inbox"] if verb == "run" else [])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    ended = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 5
    assert said in ended.stdout + ended.stderr
    assert "bug" not in ended.stderr
