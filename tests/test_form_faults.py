"""A fault of a form.toml is told with its line, and an unknown key with the one that is meant."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigError
from pipeline.forms.faults import lines_of
from pipeline.forms.schema import load_form
from pipeline.paths import SHIPPED_FORM

_KEYS = st.text("ab.# é'=[]{}", min_size=1, max_size=3)
_LEAVES = st.one_of(
    st.integers(), st.dates(), st.datetimes(), st.booleans(), st.text("a\"'#\n\\=[]{},", max_size=6)
)
_VALUES = st.recursive(
    _LEAVES, lambda v: st.lists(v, max_size=3) | st.dictionaries(_KEYS, v, max_size=3), max_leaves=9
)
_ODD = '''\
title = "a # b"   # one = "two"
a.b = { c = [1, 2], "d.e" = 'x' }
text = """
[no]
"quoted" = 1
"""
when = 2018-02-02 09:15:00
list = [
  [1, 2],  # first
  { k = "]" },

  """x
y""", 3,
]

[[zones]]
field = "a"
[zones.boxes_mm]
x = [1]
[[zones]]
field = "b"
'''


def _paths(value: object, *before: str) -> Iterator[tuple[str, ...]]:
    """The path of each key within a value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*before, key)
            yield from _paths(inner, *before, key)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _paths(inner, *before, str(i))


def _told(tmp_path: Path, *changes: tuple[str, str]) -> list[str]:
    folder = tmp_path / "bad"
    shutil.copytree(SHIPPED_FORM, folder)
    text = (folder / "form.toml").read_text("utf-8").replace(SHIPPED_FORM.name, "bad")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "form.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_form(folder)
    return [line.strip() for line in str(caught.value).splitlines()[1:]]


def test_faults_are_told_in_the_order_of_their_lines(tmp_path: Path) -> None:
    told = _told(
        tmp_path,
        ("repas = 1210", "repas = -1210"),
        ('type = "phone"', 'type = "fax"'),
        ("[38.9, 46.6, 73.3, 9.2]", "\n  [38.9, 46.6, 73.3, 9.2],\n  [1, 1, 1, 0],\n"),
        ('limit = "personnes"', 'limit = "people"'),
    )
    assert [line.partition(": ")[0] for line in told] == [
        "line 36, zones.1.lines_mm.1.3",
        "line 42, zones.2.type",
        "line 93, sum.tariffs_cents.repas",
        "line 106, constraints.0.limit",
    ]


def test_what_is_missing_is_told_with_the_line_of_its_table(tmp_path: Path) -> None:
    told = _told(tmp_path, ('type = "amount"\n', ""), ("title = ", "# title = "))
    assert told == ["title: Field required", "line 74, zones.7.type: Field required"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("title = ", "titel = "), "titel: Extra inputs are not permitted; perhaps 'title'"),
        (("place = ", "palce = "), "event.palce: Extra inputs are not permitted; perhaps 'place'"),
        (
            ("repeated = ", "repeat = "),
            "repeat: Extra inputs are not permitted; perhaps 'repeated'",
        ),
        (
            ("tariffs_cents", "tarifs"),
            "sum.tarifs: Extra inputs are not permitted; perhaps 'tariffs'",
        ),
        (("limit = ", "limits = "), "limits: Extra inputs are not permitted; perhaps 'limit'"),
    ],
)
def test_an_unknown_key_is_told_with_the_nearest_that_its_table_knows(
    tmp_path: Path, change: tuple[str, str], fault: str
) -> None:
    assert any(line.endswith(fault) for line in _told(tmp_path, change))


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ('type = "phone"\npattern = "[0-9]{2}"', "zones.2.pattern: 'phone' has no pattern"),
        ('type = "licence"\nunit = "cm"', "zones.2.unit: 'licence' has no unit"),
        ('type = "number"\nunit = "m2"', "no unit: it has a few letters and no digit"),
        ('type = "licence"\npattern = "(a+)+"', "the pattern in too many ways"),
        ('type = "licence"\npattern = "[0-9"', "'[0-9' in the pattern is not known or not closed"),
    ],
)
def test_a_pattern_or_a_unit_that_can_be_none_is_told(
    tmp_path: Path, keys: str, fault: str
) -> None:
    (told,) = _told(tmp_path, ('type = "phone"', keys))
    text = (SHIPPED_FORM / "form.toml").read_text("utf-8")
    line = text[: text.index('type = "phone"')].count("\n") + 2  # the one behind
    assert told.startswith(f"line {line}, ")
    assert fault in told


def test_a_key_like_no_other_is_told_alone(tmp_path: Path) -> None:
    told = _told(tmp_path, ('place = "', 'xyz = "'), ('blank = "', 'folders = "'))
    assert told == [
        "line 6, folders: Extra inputs are not permitted",  # no file says where it lies
        "line 12, event.xyz: Extra inputs are not permitted",
    ]


def test_odd_ways_of_writing_toml_are_followed() -> None:
    lines = lines_of(_ODD)
    numbers = {
        ("a", "b"): 2,
        ("a", "b", "c", "1"): 2,
        ("a", "b", "d.e"): 2,
        ("when",): 7,
        ("list", "0", "1"): 9,
        ("list", "1", "k"): 10,
        ("list", "2"): 12,
        ("list", "3"): 13,
        ("zones",): 16,
        ("zones", "0", "boxes_mm", "x", "0"): 19,
        ("zones", "1", "field"): 21,
    }
    assert {path: lines[path] for path in numbers} == numbers
    assert ("no",) not in lines


@given(st.dictionaries(_KEYS, _VALUES, max_size=4))
def test_each_key_of_a_file_has_the_line_that_it_stands_in(data: dict[str, object]) -> None:
    text = tomlkit.dumps(data)
    lines = lines_of(text)
    for path in _paths(data):
        assert path[-1] in text.split("\n")[lines[path] - 1]


@pytest.mark.parametrize(
    ("comb", "fault"),
    [
        (
            "[20, 5]",
            "zones.1: Value error, comb says how many cells each line has: 2 numbers for 1",
        ),
        ("[0]", "zones.1.comb.0: Input should be greater than or equal to 1"),
        ("[61]", "zones.1.comb.0: Input should be less than or equal to 60"),
        ("[2.5]", "zones.1.comb.0: Input should be a valid integer"),
        ("20", "zones.1.comb: Input should be a valid tuple"),
    ],
)
def test_a_comb_that_cannot_be_is_told(tmp_path: Path, comb: str, fault: str) -> None:
    told = _told(
        tmp_path, ("[[38.9, 46.6, 73.3, 9.2]]", f"[[38.9, 46.6, 73.3, 9.2]]\ncomb = {comb}")
    )
    assert any(fault in line for line in told)


def test_a_comb_of_boxes_is_told(tmp_path: Path) -> None:
    told = _told(tmp_path, ('type = "checkbox"', 'type = "checkbox"\ncomb = [2]'))
    assert any("a comb has lines_mm, whose cells it counts" in line for line in told)
