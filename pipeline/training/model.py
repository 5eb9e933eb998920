"""The recogniser as a PyTorch module with its weights in place, and back to ONNX.

The trained weights are written into the ONNX file the module was made from: its graph, opset and
speed stay as they were, and no exporter has to be trusted. ``difference`` proves both are the same.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from torch import nn
from torch.fx import GraphModule, Node
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Recognizer:
    """``network`` maps (n, 3, 48, width) to logits (n, frames, 1 + len(alphabet)).

    ``weights`` gives, for each initializer of the ONNX file, its parameter in the network.
    """

    network: nn.Module
    weights: dict[str, nn.Parameter]
    alphabet: str


def from_onnx(path: Path) -> Recognizer:
    """The network of an ONNX file, ready to train; batch statistics are frozen.

    Only three batch normalisations are left in the file (the others are folded into their
    convolutions); batches of eight crops would make their statistics worse.
    """
    model = onnx.load(str(path))
    alphabet = next(p.value for p in model.metadata_props if p.key == "alphabet")
    _pad_explicitly(model)
    _drop_softmax(model)
    network = _convert(model)
    weights = _find_weights(model, network)
    _fuse_gelu(network)
    return Recognizer(network.eval(), weights, alphabet)


def to_onnx(recognizer: Recognizer, source: Path, target: Path) -> None:
    """Write ``source``, the file the network was made from, with the network's weights."""
    model = onnx.load(str(source))
    for tensor in model.graph.initializer:
        if tensor.name in recognizer.weights:
            array = recognizer.weights[tensor.name].detach().cpu().numpy()
            kept = np.ascontiguousarray(array.reshape(tuple(tensor.dims)), dtype=np.float32)
            tensor.CopyFrom(numpy_helper.from_array(kept, tensor.name))
    onnx.checker.check_model(model)
    target.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(target))


def difference(recognizer: Recognizer, path: Path, pixels: NDArray[np.float32]) -> float:
    """The greatest difference of a probability between the network and an ONNX file."""
    session = onnxruntime.InferenceSession(str(path))
    expected = session.run(None, {session.get_inputs()[0].name: pixels})[0]
    with torch.inference_mode():
        got = recognizer.network(torch.from_numpy(pixels)).softmax(-1).numpy()
    return float(np.abs(got - expected).max())


def _convert(model: onnx.ModelProto) -> GraphModule:
    # onnx2torch imports torchvision for two operators that are not in this network, and the CPU
    # build of torch has none that fits.
    vision, ops = ModuleType("torchvision"), ModuleType("torchvision.ops")
    stand_in: Any = ops
    stand_in.roi_align = stand_in.nms = stand_in.box_convert = None
    vision.__dict__["ops"] = ops
    sys.modules.setdefault("torchvision", vision)
    sys.modules.setdefault("torchvision.ops", ops)
    from onnx2torch import convert

    network: GraphModule = convert(model)
    return network


def _pad_explicitly(model: onnx.ModelProto) -> None:
    """``SAME_UPPER`` at stride one over two by two: one row below, one column to the right.

    The pool's input has gone through a ReLU, so that padding it with zeros changes no maximum.
    """
    nodes = []
    for node in model.graph.node:
        auto = next((a for a in node.attribute if a.name == "auto_pad"), None)
        if auto is not None and auto.s == b"SAME_UPPER":
            pads = f"{node.name}.pads"
            amounts = np.array([0, 0, 0, 0, 0, 0, 1, 1], dtype=np.int64)
            model.graph.initializer.append(numpy_helper.from_array(amounts, pads))
            padded = f"{node.name}.padded"
            nodes.append(
                helper.make_node("Pad", [node.input[0], pads], [padded], name=f"{node.name}.pad")
            )
            node.input[0] = padded
            auto.s = b"VALID"
        nodes.append(node)
    copies = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del model.graph.node[:]
    model.graph.node.extend(copies)


def _drop_softmax(model: onnx.ModelProto) -> None:
    last = model.graph.node[-1]
    if last.op_type != "Softmax":
        raise ValueError(f"the network ends in {last.op_type}, not in a softmax")
    model.graph.output[0].name = last.input[0]
    del model.graph.node[-1]


def _find_weights(model: onnx.ModelProto, network: GraphModule) -> dict[str, nn.Parameter]:
    """Register every weight as a parameter, and say which initializer of the file it is.

    onnx2torch keeps the weights of convolutions as parameters, others as buffers; the order of a
    module's arguments is that of its node's inputs.
    """
    nodes = {node.name.replace(".", "/"): node for node in model.graph.node}
    floats = {
        tensor.name
        for tensor in model.graph.initializer
        if tensor.data_type == onnx.TensorProto.FLOAT and tensor.dims
    }
    weights: dict[str, nn.Parameter] = {}
    for call in network.graph.nodes:
        if call.op != "call_module":
            continue
        inputs = nodes[call.target].input
        for name, argument in zip(inputs, call.args, strict=False):
            if name in floats and isinstance(argument, Node):
                weights[name] = _as_parameter(network, str(argument.target))
        module = network.get_submodule(call.target)
        if isinstance(module, nn.Conv2d | nn.BatchNorm2d):
            own = (module.weight, module.bias)
            weights |= {n: w for n, w in zip(inputs[1:], own, strict=False) if w is not None}
    return weights


def _fuse_gelu(network: GraphModule) -> None:
    """Each x * (1 + erf(x / sqrt 2)) / 2 as one function: a fifth of a step's time."""
    for node in list(network.graph.nodes):
        if node.op == "call_module" and str(node.target).startswith("Erf/"):
            (scaled,) = node.args
            last = node
            for _ in range(3):
                (last,) = last.users
            with network.graph.inserting_after(last):
                fused = network.graph.call_function(functional.gelu, (scaled.args[0],))
            last.replace_all_uses_with(fused)
    network.graph.eliminate_dead_code()
    network.recompile()


def _as_parameter(network: nn.Module, path: str) -> nn.Parameter:
    """The buffer of that path, made a parameter."""
    owner, _, name = path.rpartition(".")
    module = network.get_submodule(owner)
    value = getattr(module, name)
    if not isinstance(value, nn.Parameter):
        delattr(module, name)
        value = nn.Parameter(value.clone())
        module.register_parameter(name, value)
    return value
