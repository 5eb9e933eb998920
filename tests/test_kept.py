"""What took time to make is kept; whatever befalls the file costs the time, and nothing else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.forms import kept as module
from pipeline.forms.kept import kept

MADE = np.arange(12, dtype=np.float32).reshape(3, 4)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "user_cache_path", lambda *_, **__: tmp_path / "cache")
    return tmp_path / "cache" / "blanks"


def _never() -> np.ndarray:
    raise AssertionError("it is made again")


def _counted(times: list[int]) -> Callable[[], np.ndarray]:
    def make() -> np.ndarray:
        times.append(1)
        return MADE

    return make


def test_what_was_made_is_not_made_again(folder: Path) -> None:
    assert kept("a", lambda: MADE) is MADE
    np.testing.assert_array_equal(kept("a", _never), MADE)
    assert [path.name for path in folder.iterdir()] == ["a.npy"]


def test_another_name_is_another_array(folder: Path) -> None:
    kept("a", lambda: MADE)
    np.testing.assert_array_equal(kept("b", lambda: MADE + 1), MADE + 1)
    np.testing.assert_array_equal(kept("a", _never), MADE)


@given(st.data())
def test_a_broken_file_is_made_anew(data: st.DataObject) -> None:
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "user_cache_path", lambda *_, **__: Path(name))
        kept("a", lambda: MADE)
        path = Path(name) / "blanks" / "a.npy"
        whole = path.read_bytes()
        at = data.draw(st.integers(0, len(whole) - 1))
        end = data.draw(st.sampled_from([whole[at + 1 :], b""]))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + end)
        times: list[int] = []
        np.testing.assert_array_equal(kept("a", _counted(times)), MADE)
        assert times == [1]
        assert path.read_bytes() == whole


def test_nothing_pickled_is_ever_loaded(folder: Path) -> None:
    buffer = BytesIO()
    np.save(buffer, np.array([Path("x")], dtype=object), allow_pickle=True)
    folder.mkdir(parents=True)
    (folder / "a.npy").write_bytes(sha256(buffer.getvalue()).digest() + buffer.getvalue())
    np.testing.assert_array_equal(kept("a", lambda: MADE), MADE)


def test_where_nothing_can_be_written_it_is_made_each_time(folder: Path) -> None:
    folder.parent.write_text("a file where the folder would be")
    times: list[int] = []
    for _ in range(2):
        np.testing.assert_array_equal(kept("a", _counted(times)), MADE)
    assert times == [1, 1]


def test_several_may_make_it_at_once(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        every = list(pool.map(lambda _: kept("a", lambda: MADE), range(40)))
    assert all(np.array_equal(array, MADE) for array in every)
    assert [path.name for path in folder.iterdir()] == ["a.npy"]


def test_the_folder_does_not_grow_for_ever(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_FILES", 3)
    for name in "abcdef":
        kept(name, lambda: MADE)
    assert len(list(folder.iterdir())) == 3
