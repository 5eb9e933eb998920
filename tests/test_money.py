"""French amounts to whole cents and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.money import cents_text, format_cents, parse_cents

AMOUNTS = st.integers(0, 99_999_999)
BLANKS = (" ", "\u00a0", "\u202f", "\u2009")


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("136,30", 13630),
        ("136.30 €", 13630),
        ("136€30", 13630),
        ("136 € 30", 13630),
        ("136,3", 13630),
        ("136, 30", 13630),
        ("40", 4000),
        ("40,-", 4000),
        ("40,--€", 4000),
        ("40 euros", 4000),
        ("EUR 40,00", 4000),
        ("€ 40", 4000),
        ("1 136,30", 113630),
        ("1.136,30", 113630),
        ("1,136.30", 113630),
        ("1.136", 113600),
        ("1'136,30 €", 113630),
        ("0", 0),
    ],
)
def test_a_french_spelling_gives_its_cents(written, cents):
    assert parse_cents(written) == cents


@pytest.mark.parametrize(
    "written", ["", "€", "néant", "12,345", "12 34", "1²", "٣", "136€3", "-5", "1,2,3", "3x40"]
)
def test_what_is_not_one_amount_is_none_and_never_zero(written):
    assert parse_cents(written) is None


@given(AMOUNTS, st.sampled_from(BLANKS), st.sampled_from([",", "."]), st.sampled_from(["", "€"]))
def test_every_blank_and_separator_gives_the_same_cents(cents, blank, separator, sign):
    euros = f"{cents // 100:,}".replace(",", blank)
    unit = blank + sign if sign else ""
    assert parse_cents(f"{euros}{separator}{cents % 100:02d}{unit}") == cents


@given(AMOUNTS)
def test_what_is_written_for_people_and_programs_reads_back(cents):
    assert parse_cents(format_cents(cents)) == cents
    assert parse_cents(cents_text(cents)) == cents


def test_people_read_french_and_programs_a_point():
    assert format_cents(113630) == "1\u202f136,30\u00a0€"
    assert format_cents(-5) == "-0,05\u00a0€"
    assert cents_text(13630) == "136.30"
    assert cents_text(-13605) == "-136.05"


@given(st.text())
def test_no_text_raises(text):
    assert parse_cents(text) is None or parse_cents(text) >= 0
