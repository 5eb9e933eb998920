"""Forms are folders, checked where they enter."""

import shutil
from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.forms.schema import load_form, load_forms
from pipeline.paths import FORMS

_MAIS = FORMS / "mais-2018-02-02"


def _copy(tmp_path: Path, name: str, *changes: tuple[str, str]) -> Path:
    folder = tmp_path / name
    shutil.copytree(_MAIS, folder)
    text = (folder / "form.toml").read_text("utf-8").replace("mais-2018-02-02", name)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "form.toml").write_text(text, "utf-8")
    return folder


def test_adding_a_form_is_adding_a_folder(tmp_path: Path) -> None:
    _copy(tmp_path, "sortie-2019")
    assert [form.id for form in load_forms(FORMS, tmp_path)] == ["mais-2018-02-02", "sortie-2019"]


def test_every_fault_of_a_form_is_told_at_once_with_its_path(tmp_path: Path) -> None:
    folder = _copy(
        tmp_path,
        "bad",
        ('title = "', 'titel = "'),
        ("repeated = true", 'repeated = "perhaps"'),
        ("lines_mm = [[38.9, 46.6, 73.3, 9.2]]", "lines_mm = [[38.9, 46.6, -73.3, 9.2]]"),
    )
    with pytest.raises(ConfigError) as caught:
        load_form(folder)
    message = str(caught.value)
    assert "titel" in message
    assert "title" in message
    assert "zones.3.repeated" in message
    assert "zones.1.lines_mm" in message
    assert str(folder / "form.toml") in message


def test_arithmetic_on_a_zone_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    folder = _copy(tmp_path, "bad", ("repas = 1210", "dessert = 1210"))
    with pytest.raises(ConfigError, match=r"sum.tariffs_cents.dessert.*no zone"):
        load_form(folder)


def test_a_folder_named_other_than_its_form_is_refused(tmp_path: Path) -> None:
    folder = _copy(tmp_path, "one").rename(tmp_path / "two")
    with pytest.raises(ConfigError, match="is not the folder's name"):
        load_form(folder)


def test_a_form_without_its_blank_is_refused(tmp_path: Path) -> None:
    folder = _copy(tmp_path, "bare")
    (folder / "blank.pdf").unlink()
    with pytest.raises(ConfigError, match="no file"):
        load_form(folder)


def test_no_form_at_all_says_what_to_add(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"form\.toml"):
        load_forms(tmp_path)
