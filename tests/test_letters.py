"""The letter model: likely spellings are likelier, and its probabilities are probabilities."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.decoding import letters
from pipeline.decoding.letters import ALPHABET, LetterModel, pack
from pipeline.errors import ConfigError


def counted(*words: str) -> LetterModel:
    """A model of these words alone, each seen once."""
    counts: dict[tuple[int, ...], float] = {}
    for word in words:
        spelled = (0, *(ALPHABET.index(c) for c in word), 0)
        for stop in range(2, len(spelled) + 1):
            for start in range(max(0, stop - letters.ORDER), stop):
                counts[spelled[start:stop]] = counts.get(spelled[start:stop], 0.0) + 1.0
    rows = sorted((len(s), pack(s), n) for s, n in counts.items())
    lengths, keys, often = zip(*rows, strict=True)
    return LetterModel(
        np.array(keys, np.uint32), np.array(often, np.float32), np.array(lengths, np.uint8)
    )


def test_the_probabilities_of_all_words_of_few_letters_stay_below_one():
    model = counted("ab", "ba", "b")
    words = ["".join(w) for n in range(4) for w in product("ab", repeat=n)]
    total = sum(np.exp(model.log_prob(word)) for word in words)
    assert 0.1 < total < 1.0


def test_what_was_counted_is_likelier_than_what_was_not():
    model = counted("martin", "martel", "morin")
    assert model.log_prob("martin") > model.log_prob("martil") > model.log_prob("xqzwkj")


@given(st.text(ALPHABET[1:], max_size=12))
def test_any_word_has_a_probability(word):
    assert -np.inf < letters.load().log_prob(word) < 0.0


def test_case_and_accents_do_not_count():
    model = letters.load()
    assert model.log_prob("HÉLÈNE") == model.log_prob("helene")


@pytest.mark.parametrize(
    ("likely", "unlikely"),
    [("Kervarec", "Kezvarec"), ("Scouarnec", "Scouamec"), ("Montreuvel", "Montreuvcl")],
)
def test_a_french_spelling_is_likelier_than_a_misread_one(likely, unlikely):
    model = letters.load()
    assert model.log_prob(likely) > model.log_prob(unlikely) + 2.0


def test_a_usual_name_is_likelier_than_an_ordinary_one_and_noise_is_not():
    model = letters.load()
    assert model.log_prior("martin") > 0.0 > model.log_prior("xqzwkj")


@pytest.mark.parametrize("damage", ["emptied", "cut short", "a byte changed"])
def test_a_damaged_model_says_what_to_do(monkeypatch, tmp_path, damage):
    held = bytearray((letters.LEXICONS / "letters.npz").read_bytes())
    held[2000] ^= 255
    kept = {"emptied": b"", "cut short": bytes(held[:5000]), "a byte changed": bytes(held)}
    (tmp_path / "letters.npz").write_bytes(kept[damage])
    monkeypatch.setattr(letters, "LEXICONS", tmp_path)
    with pytest.raises(ConfigError, match="install fiches again"):
        letters.load.__wrapped__()


def test_a_missing_model_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(letters, "LEXICONS", tmp_path)
    with pytest.raises(ConfigError, match="install fiches again"):
        letters.load.__wrapped__()
