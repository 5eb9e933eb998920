"""The network in PyTorch: the same as its ONNX file, trainable, and back into the file.

PyTorch is no dependency of the product nor of its tests: `make train` installs it.
"""

import hashlib
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is installed by `make train` only")

import torch

from pipeline.engines import ppocr
from pipeline.learning.evaluate_lines import validate
from pipeline.learning.samples import Sample
from pipeline.records import Gray
from pipeline.simulate.pen import Pen, write_line
from pipeline.training import data, export, model, train
from pipeline.training.augment import Batch
from pipeline.training.data import Reader


def written(text: str) -> Gray:
    pen = Pen(font="caveat", printed=False, cap_mm=3, lift_mm=0)
    return 255 - write_line(text, pen, np.random.default_rng(1), cap_px=28).coverage


def batch_of(*texts: str) -> Batch:
    return Batch(tuple(ppocr.scale(written(text)) for text in texts), texts, 320)


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data.untrained(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def _two_threads() -> None:
    torch.set_num_threads(2)


@pytest.mark.parametrize("width", [64, 320, 333])
def test_the_network_gives_what_its_file_gives(width: int, untrained: Path) -> None:
    pixels = np.random.default_rng(0).uniform(-1, 1, (2, 3, 48, width)).astype(np.float32)
    assert model.difference(model.from_onnx(untrained), untrained, pixels) < 1e-5


def test_untouched_weights_give_the_same_file(tmp_path: Path, untrained: Path) -> None:
    model.to_onnx(model.from_onnx(untrained), untrained, tmp_path / "copy.onnx")
    assert (tmp_path / "copy.onnx").read_bytes() == untrained.read_bytes()


def test_every_weight_learns_and_reaches_the_file(tmp_path: Path, untrained: Path) -> None:
    run = train.begin(untrained, seed=1, start=None)
    before = {name: weight.detach().clone() for name, weight in run.recognizer.weights.items()}
    for group in run.optimizer.param_groups:
        group["lr"] = 3e-5
    losses = [train.learn(run, [batch_of("Zélie 7", "0299123456")]) for _ in range(6)]
    assert losses[-1] < losses[0]
    # The statistics of the three batch normalisations are frozen, all the rest moves.
    assert all(
        not torch.equal(before[name], weight) for name, weight in run.recognizer.weights.items()
    )
    assert sum(weight.numel() for weight in before.values()) > 2_700_000
    pixels = ppocr.to_input(batch_of("Zélie 7").crops)
    assert model.difference(run.recognizer, untrained, pixels) > 1e-3
    train.save(run, tmp_path / "best.pt")
    run.average = {name: weight.detach() for name, weight in run.recognizer.weights.items()}
    train.save(run, tmp_path / "best.pt")
    held = tmp_path / "checkpoint.pt"
    exported = export.export(
        [tmp_path / "best.pt"], untrained, tmp_path / "new.onnx", to_go_on=held
    )
    assert exported < 1e-5
    assert model.difference(run.recognizer, tmp_path / "new.onnx", pixels) < 1e-5
    again = train.begin(untrained, seed=1, start=held).recognizer.weights
    learned = {name: weight.half().float() for name, weight in run.recognizer.weights.items()}
    assert all(torch.equal(again[name], weight) for name, weight in learned.items())


def test_two_batches_at_a_time_teach_what_both_hold(untrained: Path) -> None:
    batches = [batch_of("Zélie 7", "0299123456"), batch_of("Le Goff", "12,10 €")]
    run = train.begin(untrained, seed=1, start=None)
    for group in run.optimizer.param_groups:
        group["lr"] = 3e-5
    losses = [train.learn(run, batches) for _ in range(4)]
    assert run.step == 4
    assert losses[-1] < losses[0]


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path, untrained: Path) -> None:
    batch = batch_of("Le Goff", "12,10 €")
    whole = train.begin(untrained, seed=1, start=None)
    train.learn(whole, [batch])
    train.save(whole, tmp_path / "last.pt")
    first = train.learn(whole, [batch])
    again = train.begin(untrained, seed=1, start=None)
    train.resume(again, tmp_path / "last.pt")
    assert again.step == 1
    assert train.learn(again, [batch]) == pytest.approx(first, rel=1e-4)


def test_a_short_run_keeps_its_best_weights_and_its_figures(
    tmp_path: Path, untrained: Path
) -> None:
    samples = [
        Sample(written(text), text, "hand", "person", "x") for text in ("Anna Roy", "Loïc Le Bris")
    ]
    run = train.begin(untrained, seed=1, start=None)
    train.train(
        run,
        {"fonts": samples},
        {"lines": samples, "names": samples, "amounts": samples, "forms": samples},
        base=untrained,
        out=tmp_path,
        minutes=1 / 60,
        threads=2,
    )
    assert {"last.pt", "best.pt", "average.onnx", "log.tsv"} <= {p.name for p in tmp_path.iterdir()}
    assert "validation" in (tmp_path / "log.tsv").read_text("utf-8")
    assert run.seconds >= 1
    assert Reader.open(tmp_path / "average.onnx").alphabet == run.recognizer.alphabet


def test_the_rate_warms_up_and_falls() -> None:
    rates = [train.rate(share) for share in (0.0, 0.03, 0.5, 1.0)]
    assert rates[0] < rates[1] > rates[2] > rates[3] > 0


def test_the_manifest_gets_the_new_checksum_and_keeps_its_other_entries(tmp_path: Path) -> None:
    manifest, weights = tmp_path / "MANIFEST.toml", tmp_path / "w.onnx"
    weights.write_bytes(b"weights")
    manifest.write_text(
        '["a"]\nsha256 = "1"\nlicence = "MIT"\norigin = "x"\n\n["b"]\nsha256 = "2"\norigin = "y"\n'
    )
    export.update_manifest(manifest, weights, key="a", origin="new")
    digest = hashlib.sha256(b"weights").hexdigest()
    assert manifest.read_text() == (
        f'["a"]\nsha256 = "{digest}"\nlicence = "MIT"\norigin = "new"\n\n'
        '["b"]\nsha256 = "2"\norigin = "y"\n'
    )


def test_a_validation_reads_the_same_samples_each_time(untrained: Path) -> None:
    samples = [Sample(written(t), t, "lines", "text", t) for t in ("un", "deux", "trois", "neuf")]
    reader = Reader.open(untrained)
    one, other = (validate({"lines": samples}, reader, {"lines": 2}) for _ in range(2))
    assert one["lines"].lines == 2
    assert one["lines"].cer == other["lines"].cer
