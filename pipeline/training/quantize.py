"""The recogniser with its heavy layers in whole numbers, half the time a line:
``python -m pipeline.training.quantize FLOAT.onnx OUT.onnx``.

The 26 one by one convolutions around the GELUs take 70 % of the time. They become products of 8 bit
numbers (Jacob et al., CVPR 2018): the weights scaled per output channel, the activations by the
range they are seen to have in each run. All between them stays float, and so does their output:
residuals, depthwise convolutions and attention add no errors of their own.

Weights keep 7 bits: two of their products fit the 16 bits that processors without VNNI (AVX2) add
them in, so that every processor reads the same. They are rounded one input channel after the other,
each making good the errors before it on crops to train on (Frantar et al., "GPTQ", ICLR 2023).
"""

import argparse
import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

from pipeline.engines import ppocr
from pipeline.learning.evaluate_lines import describe, validate
from pipeline.learning.samples import Sample
from pipeline.records import Gray
from pipeline.training import data

_OPSET = 17
"""The first with layer normalisation."""
_GREATEST = 63
_DAMPING = 0.01
_CROPS_A_SET = 60
_TO_LAST, _TO_FIRST = (0, 2, 3, 1), (0, 3, 1, 2)
"""Channels last, as a product of matrices needs them; channels first, as a convolution does."""

_log = logging.getLogger(__name__)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Block:
    """Two one by one convolutions around a GELU.

    ``before`` makes its input: a convolution, or the product of one with its gate (squeeze and
    excitation). ``after`` adds that input to its output, in most blocks.
    """

    before: NodeProto
    first: NodeProto
    gelu: NodeProto
    second: NodeProto
    after: NodeProto | None

    @property
    def replaced(self) -> list[NodeProto]:
        gate = [self.before] if self.before.op_type == "Mul" else []
        return [*gate, self.first, self.gelu, self.second, *([self.after] if self.after else [])]


def quantize(source: Path, target: Path, crops: Sequence[Gray]) -> None:
    """Write the float network ``source`` with its heavy layers in whole numbers.

    Raises ValueError where ``source`` is no network of this kind.
    """
    model = _fused(source)
    blocks = list(_blocks(model.graph))
    if not blocks:
        raise ValueError(f"{source} has no GELU between two convolutions")
    grams = _grams(model, [c.input[0] for b in blocks for c in (b.first, b.second)], crops)
    _rewrite(model.graph, blocks, grams)
    onnx.checker.check_model(model)
    target.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(target))


def restore(shipped: Path, base: Path, target: Path) -> None:
    """Write the float network ``base`` with the weights of ``shipped``, made of its kind by
    ``quantize``: what training goes on from where the float weights are lost.

    Whole numbers become floats again; what was folded into another is taken out of it.
    """
    model = onnx.load(str(base))
    held = {t.name: numpy_helper.to_array(t) for t in onnx.load(str(shipped)).graph.initializer}
    old = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    new = {name: held[name] for name in old if name in held}
    for name in old:
        if f"{name}.whole" in held:
            new[name] = (held[f"{name}.whole"] * held[f"{name}.scales"]).T
        elif f"ConvAddFusion_Add_B_{name}" in held:
            new[name] = held[f"ConvAddFusion_Add_B_{name}"]
    for node in model.graph.node:
        if node.op_type == "BatchNormalization":
            conv = next(n for n in model.graph.node if n.output[0] == node.input[0])
            scale, bias, mean, variance = node.input[1:]
            epsilon = next(a.f for a in node.attribute if a.name == "epsilon")
            share = old[scale] / np.sqrt(old[variance] + epsilon)
            folded = held[f"ConvBnFusion_W_{conv.input[1]}"]
            new[conv.input[1]] = folded / share[:, None, None, None]
            new[bias] = held[f"ConvBnFusion_BN_B_{bias}"] + old[mean] * share
    for tensor in model.graph.initializer:
        if tensor.name in new and tensor.data_type == TensorProto.FLOAT:
            array = np.ascontiguousarray(new[tensor.name].reshape(tuple(tensor.dims)), np.float32)
            tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
    onnx.save(model, str(target))


def round_weights(weights: Floats, scales: Floats, gram: Floats) -> NDArray[np.int8]:
    """Weights (inputs, outputs) as whole multiples of the scale of their output.

    ``gram`` (inputs, inputs) is the sum of the products of the inputs with each other.
    """
    left = weights.astype(np.float64)
    damping = _DAMPING * float(np.diag(gram).mean()) * np.eye(len(left))
    order = np.argsort(-np.diag(gram))
    inverse = np.linalg.inv((gram + damping)[np.ix_(order, order)])
    factor = np.linalg.cholesky(inverse).T
    rounded = np.zeros(left.shape, np.int8)
    for step, i in enumerate(order):
        rounded[i] = np.clip(np.round(left[i] / scales), -_GREATEST, _GREATEST)
        error = (left[i] - rounded[i] * scales) / factor[step, step]
        left[order[step + 1 :]] -= np.outer(factor[step, step + 1 :], error)
    return rounded


def calibration_crops(sets: Mapping[str, Sequence[Sample]]) -> list[Gray]:
    """Some crops of each set, the same each time."""
    rng = np.random.default_rng(0)
    return [
        samples[int(i)].image
        for samples in sets.values()
        for i in rng.permutation(len(samples))[:_CROPS_A_SET]
    ]


def _fused(source: Path) -> ModelProto:
    """The network with its biases, batch and layer normalisations and GELUs each one operator."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fused.onnx"
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(path)
        newer = onnx.version_converter.convert_version(onnx.load(str(source)), _OPSET)
        onnxruntime.InferenceSession(
            newer.SerializeToString(), options, disabled_optimizers=["ConvActivationFusion"]
        )
        model = onnx.load(str(path))
    used = [o for o in model.opset_import if o.domain in ("", "com.microsoft")]
    del model.opset_import[:]
    model.opset_import.extend(used)
    return model


def _blocks(graph: GraphProto) -> Iterator[Block]:
    made_by = {name: node for node in graph.node for name in node.output}
    for gelu in graph.node:
        if gelu.op_type != "Gelu":
            continue
        first = made_by[gelu.input[0]]
        (second,) = _users(graph, gelu.output[0])
        if not first.op_type == second.op_type == "Conv":
            raise ValueError(f"{gelu.name} does not stand between two convolutions")
        (after,) = _users(graph, second.output[0])
        adds = after.op_type == "Add" and first.input[0] in after.input
        yield Block(made_by[first.input[0]], first, gelu, second, after if adds else None)


def _users(graph: GraphProto, name: str) -> list[NodeProto]:
    return [node for node in graph.node if name in node.input]


def _grams(
    model: ModelProto, names: Sequence[str], crops: Sequence[Gray]
) -> dict[str, NDArray[np.float32]]:
    """Of each tensor, channels by channels: the sum of their products over all crops."""
    seen = ModelProto.FromString(model.SerializeToString())
    seen.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in names)
    session = onnxruntime.InferenceSession(seen.SerializeToString())
    grams: dict[str, NDArray[np.float32]] = {}
    for crop in crops:
        outputs = session.run(names, {"x": ppocr.to_input([ppocr.scale(crop)])})
        for name, output in zip(names, outputs, strict=True):
            channels = output[0].reshape(output.shape[1], -1)
            grams[name] = grams.get(name, 0) + channels @ channels.T
    return grams


def _rewrite(graph: GraphProto, blocks: Sequence[Block], grams: Mapping[str, Floats]) -> None:
    """Put each block's new nodes where its last one stood; drop what nobody uses any more."""
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    new = {block.replaced[-1].name: _new_nodes(block) for block in blocks}
    for block in blocks:
        for conv in (block.first, block.second):
            weights = numpy_helper.to_array(tensors[conv.input[1]])[:, :, 0, 0].T
            scales = np.abs(weights).max(axis=0) / np.float32(_GREATEST)
            rounded = round_weights(weights, scales, grams[conv.input[0]])
            for name, array in zip(_constants(conv), (rounded, scales), strict=True):
                tensors[name] = numpy_helper.from_array(array, name)
    gone = {node.name for block in blocks for node in block.replaced}
    nodes = [
        NodeProto.FromString(node.SerializeToString())
        for old in graph.node
        for node in new.get(old.name, [] if old.name in gone else [old])
    ]
    needed = {name for node in nodes for name in node.input}
    kept = [
        TensorProto.FromString(t.SerializeToString()) for t in tensors.values() if t.name in needed
    ]
    for held, items in ((graph.node, nodes), (graph.initializer, kept), (graph.value_info, [])):
        del held[:]
        held.extend(items)


def _new_nodes(block: Block) -> list[NodeProto]:
    """The block with its channels last, from the float convolution before to the one after it."""
    start = block.first.input[0]
    nodes = []
    if block.before.op_type == "Mul":
        nodes += [_transpose(name, _last(name), _TO_LAST) for name in block.before.input]
        nodes.append(
            helper.make_node("Mul", [_last(n) for n in block.before.input], [_last(start)])
        )
    else:
        nodes.append(_transpose(start, _last(start), _TO_LAST))
    end = block.second.output[0]
    nodes += [
        _product(block.first),
        helper.make_node(
            "Gelu",
            [_last(block.first.output[0])],
            [_last(block.gelu.output[0])],
            domain="com.microsoft",
        ),
        _product(block.second),
    ]
    if block.after is not None:
        total = block.after.output[0]
        nodes.append(helper.make_node("Add", [_last(start), _last(end)], [_last(total)]))
        end = total
    nodes.append(_transpose(_last(end), end, _TO_FIRST))
    return nodes


def _product(conv: NodeProto) -> NodeProto:
    weights, scales = _constants(conv)
    return helper.make_node(
        "DynamicQuantizeMatMul",
        [_last(conv.input[0]), weights, scales, "", conv.input[2]],
        [_last(conv.output[0])],
        domain="com.microsoft",
    )


def _constants(conv: NodeProto) -> tuple[str, str]:
    """The names of a convolution's whole weights and of their scales."""
    return f"{conv.input[1]}.whole", f"{conv.input[1]}.scales"


def _last(name: str) -> str:
    """The name of the same tensor with its channels last."""
    return f"{name}.last"


def _transpose(name: str, moved: str, order: Sequence[int]) -> NodeProto:
    return helper.make_node("Transpose", [name], [moved], perm=order)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "fiches")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    alphabet = data.Reader.open(args.source).alphabet
    sets = data.load_training(args.data, args.cache, alphabet)
    quantize(args.source, args.target, calibration_crops(sets))
    unseen = data.load_validation(args.data, args.cache, alphabet)
    for path in (args.source, args.target):
        scores = validate(unseen, data.Reader.open(path))
        _log.info("%s, %.1f MB: %s", path, path.stat().st_size / 1e6, describe(scores))


if __name__ == "__main__":
    main()
