"""Labels made fit for training, crops cut from real data, and the cache they are kept in."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engines import ppocr
from pipeline.errors import InputError
from pipeline.learning.samples import Sample
from pipeline.paths import RECOGNIZER
from pipeline.records import Gray
from pipeline.simulate.pen import Pen, write_line
from pipeline.training import data
from pipeline.training.data import Amount, Reader
from pipeline.training.prune import ALPHABET


def written(text: str, *, cap_px: float = 30) -> Gray:
    pen = Pen(font="arimo", printed=True, cap_mm=3, lift_mm=0)
    return 255 - write_line(text, pen, np.random.default_rng(1), cap_px=cap_px).coverage


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return Reader.open(data.untrained(tmp_path_factory.mktemp("cache")))


@pytest.mark.parametrize(
    ("label", "cleaned"),
    [
        ("l’été  “à Brest”", 'l’été "à Brest"'),
        ('\\" Masculin \\"', '" Masculin "'),
        ("Hernández", "Hernandez"),
        ("le <> chat", "le chat"),
        ("2 π r", ""),
        ("  ", ""),
    ],
)
def test_a_label_is_written_in_the_recognisers_own_characters(label: str, cleaned: str) -> None:
    assert data.clean_label(label, ALPHABET) == cleaned


@given(st.text(max_size=30))
def test_a_cleaned_label_never_holds_a_character_that_cannot_be_learned(label: str) -> None:
    cleaned = data.clean_label(label, ALPHABET)
    assert set(cleaned) <= set(ALPHABET)
    assert data.clean_label(cleaned, ALPHABET) == cleaned


def test_about_a_fifth_of_the_files_is_held_out_and_always_the_same() -> None:
    held = [data.is_held_out(f"{i:04}.jpg") for i in range(2000)]
    assert 0.17 < np.mean(held) < 0.23
    assert data.is_held_out("0001.jpg") == data.is_held_out("0001.jpg")


def test_the_printed_label_before_a_name_is_masked(reader: Reader) -> None:
    name, printed = written("MARCHAND"), written("NOM :", cap_px=20)
    image = np.full((name.shape[0], printed.shape[1] + 40 + name.shape[1]), 255, np.uint8)
    image[20 : 20 + printed.shape[0], : printed.shape[1]] = printed
    image[:, -name.shape[1] :] = name
    crop, text, log_prob = data.find_handwriting(image, ["MARCHAND"], reader)
    assert reader.read_lines([crop])[0].text == "MARCHAND"
    assert text == "MARCHAND"
    assert log_prob > -8


def make_names(folder: Path) -> None:
    """A name of each kind of label; the pictures all show the label."""
    tables = {
        "names": "file\ttext\na.png\tCELINE\nb.png\tMARCHAND\nc.png\tCHLOE\n",
        "names2": "file\ttext\thow\tsplit\nd.png\tMARTIN\tauto\ttrain\n"
        "e.png\tCELINE\tauto\ttrain\nf.png\tCELINE\teye\ttrain\ng.png\tDURAND\teye\tval\n",
    }
    for name, table in tables.items():
        (folder / name).mkdir(parents=True)
        (folder / name / f"{name}.tsv").write_text(table, "utf-8")
    relabel = "file\tlabel\twith_accents\nc.png\tCHLOE\tCHLOÉ\n"
    (folder / "names" / "relabel.tsv").write_text(relabel, "utf-8")
    for name in tables:
        for row in data.read_names(folder, name):
            cv2.imwrite(str(folder / name / row.file), written(row.text))


def test_a_label_that_may_have_lost_an_accent_teaches_nothing(
    reader: Reader, tmp_path: Path
) -> None:
    make_names(tmp_path)
    names = {s.text for s in data.load_names(tmp_path, "names", reader)}
    names2 = [(s.text, s.name) for s in data.load_names(tmp_path, "names2", reader)]
    assert names >= {"MARCHAND", "CHLOÉ"}
    held_out = data.is_held_out("a.png")  # the held-out ones are measured, whatever they say
    assert ("CELINE" in names) == held_out
    assert names2 == [("MARTIN", "d.png"), ("CELINE", "f.png"), ("DURAND", "g.png")]


def test_names_keep_their_split_and_those_not_looked_at_stand_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_names(tmp_path)
    cached = [
        Sample(written("X"), row.text, name, "person", row.file)
        for name in data.NAME_SETS
        for row in data.read_names(tmp_path, name)
    ]
    monkeypatch.setattr(data, "cached_names", lambda *_: cached)
    to_train = data.names_to_train(tmp_path, tmp_path)
    unseen = data.split_names(tmp_path, tmp_path, held_out=True)
    assert [s.name for s in to_train["names2"]] == ["f.png"]
    assert [s.name for s in to_train["names2, not by eye"]] == ["d.png", "e.png"]
    assert [s.name for s in unseen[1]] == ["g.png"]
    assert {s.name for s in to_train["names"]}.isdisjoint(s.name for s in unseen[0])


def test_lines_come_from_their_own_split_and_fields_are_known_by_their_text(
    tmp_path: Path,
) -> None:
    (tmp_path / "unipen_fields").mkdir()
    texts = {"a": "jean.dupont@orange.fr", "b": "06 12 34 56 78", "c": "ÉVRY", "d": "11"}
    rows = [f"{name}.png\t{text}\tw\ttrain" for name, text in texts.items()]
    rows.append("a.png\tNON\tw\tval")
    table = tmp_path / "unipen_fields" / "lines.tsv"
    table.write_text("file\ttext\twriter\tsplit\n" + "\n".join(rows) + "\n", "utf-8")
    for name in texts:
        cv2.imwrite(str(tmp_path / "unipen_fields" / f"{name}.png"), written("ABC"))
    samples = data.load_lines(tmp_path, "unipen_fields", "train", ALPHABET)
    assert {s.text: s.kind for s in samples} == dict(
        zip(texts.values(), ("email", "phone", "person", "text"), strict=True)
    )


def test_points_between_the_digits_are_painted_over() -> None:
    image = np.full((40, 120), 200, np.uint8)
    image[5:35, 10:14] = image[5:35, 90:94] = 40  # two ones
    image[30:34, 50:54] = 40  # a point
    amount = Amount("x.jpg", image, "11", ((8, 4, 8, 32), (88, 4, 8, 32)))
    cleaned = data.digits_only(amount)
    assert cleaned[28:36, 48:56].min() > 150
    assert np.array_equal(cleaned[:, 10:14], image[:, 10:14])


def make_amounts(folder: Path) -> None:
    (folder / "amounts").mkdir(parents=True)
    rows = ["file\tdigits\tboxes"]
    for i in range(20):
        image = np.full((40, 120), 220, np.uint8)
        image[5:35, 10:14] = image[5:35, 90:94] = 40
        cv2.imwrite(str(folder / "amounts" / f"{i}.png"), image)
        rows.append(f"{i}.png\t11\t[[88,4,8,32,1],[8,4,8,32,1]]")
    rows.append("0.png\t12\t[[8,4,8,32,1],[88,4,8,32,1]]")
    (folder / "amounts" / "amounts.tsv").write_text("\n".join(rows) + "\n", "utf-8")


def test_a_wide_gap_between_digits_is_a_space_and_wrong_boxes_are_left_out(tmp_path: Path) -> None:
    make_amounts(tmp_path)
    trained = data.load_amounts(tmp_path, held_out=False)
    held_out = data.load_amounts(tmp_path, held_out=True)
    assert {s.text for s in trained} == {"1 1"}
    assert {s.text for s in held_out} == {"11"}
    assert len(trained) + len(held_out) == 20
    assert {s.name for s in trained}.isdisjoint(s.name for s in held_out)


def test_a_missing_table_says_which(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"lines\.tsv"):
        data.load_lines(tmp_path, "lines", "train", ALPHABET)


def test_samples_survive_the_cache(tmp_path: Path) -> None:
    samples = [
        Sample(np.full((h, w), h, np.uint8), f"é {h}", "hand", "count", "page-1")
        for h, w in ((3, 5), (40, 2))
    ]
    data.save_samples(tmp_path / "a" / "b.npz", samples)
    kept = data.load_samples(tmp_path / "a" / "b.npz")
    assert [(s.text, s.source, s.kind, s.name) for s in kept] == [
        (s.text, s.source, s.kind, s.name) for s in samples
    ]
    assert all(np.array_equal(a.image, b.image) for a, b in zip(kept, samples, strict=True))


def test_a_reader_of_the_shipped_file_reads_as_the_engine_does() -> None:
    reader = Reader.open(RECOGNIZER / "recognizer.onnx")
    crops = [written("02 99 12 34 56"), written("Anaïs Le Goff")]
    expected = ppocr.read_lines(crops)
    assert [line.text for line in reader.read_lines(crops)] == [line.text for line in expected]
