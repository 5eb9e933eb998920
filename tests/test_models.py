"""Every file of data is the one that was meant to ship, and says where it comes from."""

import hashlib
import tomllib

import pytest

from pipeline.engines import ppocr
from pipeline.errors import EngineError
from pipeline.paths import MODELS

_MANIFEST = tomllib.loads((MODELS / "MANIFEST.toml").read_text("utf-8"))
_FILES = sorted(
    path.relative_to(MODELS).as_posix()
    for path in MODELS.rglob("*")
    if path.is_file() and path.name not in {"MANIFEST.toml", "README.md"} and path.suffix != ".md"
)


@pytest.mark.parametrize("name", [n for n in _FILES if not n.endswith(".LICENSE.txt")])
def test_a_file_of_data_is_listed_with_its_checksum_licence_and_origin(name: str) -> None:
    entry = _MANIFEST[name]
    assert hashlib.sha256((MODELS / name).read_bytes()).hexdigest() == entry["sha256"]
    assert entry["licence"]
    assert entry["origin"]


def test_the_manifest_lists_nothing_that_is_not_there() -> None:
    assert set(_MANIFEST) <= set(_FILES)


@pytest.fixture
def _fresh_session() -> None:
    ppocr._session.cache_clear()


@pytest.mark.usefixtures("_fresh_session")
def test_damaged_weights_say_so(tmp_path, monkeypatch) -> None:
    (tmp_path / "recognizer.onnx").write_bytes(b"not the weights")
    monkeypatch.setattr(ppocr, "RECOGNIZER", tmp_path)
    with pytest.raises(EngineError, match="damaged"):
        ppocr.read_lines([])


@pytest.mark.usefixtures("_fresh_session")
def test_missing_weights_say_what_to_do(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(ppocr, "RECOGNIZER", tmp_path)
    with pytest.raises(EngineError, match="install fiches again"):
        ppocr.read_lines([])
