import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from pipeline import doctor
from pipeline.cli import main
from pipeline.config import Settings
from pipeline.doctor import Check, examine


def look(what: str, settings: Settings | None = None) -> Check:
    checks = examine(settings or Settings(), folder=Path.cwd())
    return next(check for check in checks if check.what.startswith(what))


def test_a_sound_installation_is_ready(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "mais-2018-02-02" in said
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
    check = look("Tesseract")
    assert (check.ok, check.needed) == (False, False)
    assert check.remedy == "apt install tesseract-ocr tesseract-ocr-fra"
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


def test_an_engine_that_is_not_known_is_not_ready() -> None:
    check = look("engine nonsense", Settings(engine="nonsense"))
    assert not check.ok
    assert "ppocr" in check.remedy
