"""The network in whole numbers: it reads as the float one does, in a third of the file.

Only making it needs onnx, which is no dependency of the product.
"""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from pipeline.engines import EngineLine
from pipeline.learning.features import Body
from pipeline.learning.samples import Sample
from pipeline.records import Gray
from pipeline.simulate.pen import Pen, write_line
from pipeline.training import data
from pipeline.training.data import Reader
from pipeline.training.quantize import calibration_crops, quantize, restore, round_weights

TEXTS = ("Anaïs Le Goff", "02 99 12 34 56", "12,10 €", "zelie@exemple.fr", "MARCHAND", "7")


def written(text: str) -> Gray:
    pen = Pen(font="caveat", printed=False, cap_mm=3, lift_mm=0)
    return 255 - write_line(text, pen, np.random.default_rng(1), cap_px=28).coverage


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data.untrained(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def whole(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("quantized") / "a" / "whole.onnx"
    quantize(source, target, [written(text) for text in TEXTS])
    return target


def read(path: Path) -> list[EngineLine]:
    return Reader.open(path).read_lines([written(text) for text in TEXTS])


def test_whole_numbers_read_what_floats_read(source: Path, whole: Path) -> None:
    for expected, line in zip(read(source), read(whole), strict=True):
        assert line.text == expected.text
        assert line.alphabet == expected.alphabet
        assert expected.log_probs is not None
        assert line.log_probs is not None
        assert np.abs(np.exp(line.log_probs) - np.exp(expected.log_probs)).mean() < 1e-3


def test_training_can_go_on_from_the_whole_numbers(
    source: Path, whole: Path, tmp_path: Path
) -> None:
    strange = onnx.load(str(source))  # every weight that may be restored is another than its own
    for tensor in strange.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size > 1 and "batch_norm" not in tensor.name:
            tensor.CopyFrom(numpy_helper.from_array(values * np.float32(1.5), tensor.name))
    onnx.save(strange, str(tmp_path / "strange.onnx"))
    restore(whole, tmp_path / "strange.onnx", tmp_path / "restored.onnx")
    for expected, line in zip(read(whole), read(tmp_path / "restored.onnx"), strict=True):
        assert line.text == expected.text
        assert expected.log_probs is not None
        assert line.log_probs is not None
        assert np.abs(np.exp(line.log_probs) - np.exp(expected.log_probs)).mean() < 1e-3


def test_the_file_is_less_than_half_as_large(source: Path, whole: Path) -> None:
    assert whole.stat().st_size < source.stat().st_size / 2


def test_only_the_products_around_the_gelus_are_whole_and_none_saturates(whole: Path) -> None:
    graph = onnx.load(str(whole)).graph
    tensors = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    products = [node for node in graph.node if node.op_type == "DynamicQuantizeMatMul"]
    assert len(products) == 26
    # Two products of a byte and a weight stay below 32,768: AVX2 adds them in 16 bits.
    assert all(2 * 255 * np.abs(tensors[n.input[1]].astype(int)).max() < 2**15 for n in products)
    assert {t.dtype.name for t in tensors.values()} == {"float32", "int64", "int8"}


def test_the_last_layer_can_still_be_learned_anew(source: Path, whole: Path) -> None:
    float_body, body = (Body.open(path.read_bytes()) for path in (source, whole))
    assert np.array_equal(body.layer.weight, float_body.layer.weight)
    assert np.array_equal(body.layer.bias, float_body.layer.bias)


def test_rounding_makes_good_its_errors_on_what_was_seen() -> None:
    rng = np.random.default_rng(3)
    inputs = (rng.normal(size=(400, 4)) @ rng.normal(size=(4, 24))).astype(np.float32)
    inputs += 0.1 * rng.normal(size=inputs.shape).astype(np.float32)
    weights = rng.normal(size=(24, 8)).astype(np.float32)
    scales = np.abs(weights).max(axis=0) / np.float32(63)

    def error(rounded: np.ndarray[tuple[int, ...], np.dtype[np.int8]]) -> float:
        return float(np.square(inputs @ (rounded * scales - weights)).sum())

    plain = np.round(weights / scales).astype(np.int8)
    clever = round_weights(weights, scales, inputs.T @ inputs)
    assert error(clever) < error(plain) / 2
    assert np.abs(clever.astype(int)).max() <= 63


def test_a_network_of_another_kind_is_refused(tmp_path: Path) -> None:
    value = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    made = helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [value], [made])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(tmp_path / "other.onnx"))
    with pytest.raises(ValueError, match="no GELU"):
        quantize(tmp_path / "other.onnx", tmp_path / "whole.onnx", [])


def test_every_set_gives_crops_to_calibrate_on_the_same_each_time() -> None:
    sets = {
        name: [
            Sample(np.full((4, 9 + i), 255, np.uint8), "x", name, "text", "n") for i in range(90)
        ]
        for name in ("lines", "fonts")
    }
    crops = calibration_crops(sets)
    assert len(crops) == 120
    assert [c.shape for c in crops] == [c.shape for c in calibration_crops(sets)]
