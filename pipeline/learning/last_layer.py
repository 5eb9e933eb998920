"""Train the recogniser's last layer alone, with numpy: features of the frames in, classes out.

The network up to there is run once a line; what is left is a linear layer under a softmax, whose
CTC loss has a gradient that a page of numpy computes: after Graves et al., "Connectionist Temporal
Classification" (ICML 2006), sections 4.1 and 4.2. The steps after Kingma and Ba, "Adam" (2015).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.geometry import FloatArray
from pipeline.learned import Layer

_LEAST = 1e-300
_BATCH, _KNOWN, _STEPS, _PASSES = 16, 16, 60, 8
"""Lines a step, to learn and known; steps at least; passes over the lines to learn at least."""
_RATE, _FADE, _FADE_SQUARE, _NOT_NOUGHT = 3e-3, 0.9, 0.999, 1e-8
_PULL = 5.0
"""How much what is remembered counts beside the loss of a correction's character."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the last layer meets it: ``features`` (frames, features), and what stands there."""

    features: FloatArray
    text: str


@dataclass(frozen=True, slots=True)
class Memory:
    """Some lines that a layer reads, in brief: by how much a change of it would be felt there.

    ``moments`` (features + 1, features + 1): the features of each frame, behind them a 1 for the
    bias, multiplied with one another, summed over all frames by their doubt, a character. The doubt
    of a frame is the sum of p (1 - p) over its classes; ``doubt`` (classes,) is each class's share
    of all of it. The product of both is near to the layer's Fisher information, and so the pull is
    that of Ritter et al., "Online structured Laplace approximations for overcoming catastrophic
    forgetting" (NeurIPS 2018). Nothing that was written can be read out of it.
    """

    moments: FloatArray
    doubt: FloatArray


def remember(lines: Iterable[Line], layer: Layer) -> Memory:
    """The memory of these lines."""
    features, classes = layer.weight.shape
    moments, doubt = np.zeros((features + 1, features + 1)), np.zeros(classes)
    characters = 0
    for line in lines:
        held = np.column_stack([line.features, np.ones(len(line.features))]).astype(np.float64)
        probs = np.exp(log_softmax(line.features @ layer.weight + layer.bias))
        doubts = probs * (1 - probs)
        moments += (held * doubts.sum(axis=1, keepdims=True)).T @ held
        doubt += doubts.sum(axis=0)
        characters += len(line.text)
    return Memory(moments / characters, doubt / doubt.sum())


def drift(memory: Memory, first: Layer, second: Layer) -> float:
    """How far apart two layers read what is remembered, in nats a character (about the divergence
    of Kullback and Leibler)."""
    moved = np.vstack([second.weight - first.weight, second.bias - first.bias])
    return float((moved * (memory.moments @ moved) * memory.doubt).sum()) / 2


def between(first: Layer, second: Layer, share: float) -> Layer:
    """``share`` of the way from one layer to another."""
    return Layer(
        first.weight + share * (second.weight - first.weight),
        first.bias + share * (second.bias - first.bias),
    )


def read(line: Line, layer: Layer, alphabet: str) -> str:
    """The likeliest class of each frame, repeats and blanks left out: as the engine reads."""
    best = (line.features @ layer.weight + layer.bias).argmax(axis=1)
    begins = (best != 0) & (best != np.concatenate([[0], best[:-1]]))
    return "".join(alphabet[i - 1] for i in best[begins])


def train(
    lines: Sequence[Line],
    known: Sequence[Line],
    shipped: Layer,
    alphabet: str,
    memories: Sequence[Memory],
) -> Layer:
    """Learn the lines, reading known ones as before, held back by what is remembered of others.

    The same lines give the same layer.
    """
    rng = np.random.default_rng(0)
    start = np.vstack([shipped.weight, shipped.bias]).astype(np.float64)
    weights, mean, square = start.copy(), np.zeros_like(start), np.zeros_like(start)
    steps = max(_STEPS, _PASSES * len(lines) // _BATCH)
    waiting: list[int] = []
    for step in range(1, steps + 1):
        while len(waiting) < _BATCH:
            waiting += rng.permutation(len(lines)).tolist()
        some, waiting = [lines[i] for i in waiting[:_BATCH]], waiting[_BATCH:]
        gradient = mean_loss(some, weights, alphabet)[1]
        again = [known[i] for i in rng.integers(len(known), size=_KNOWN)]
        gradient += unlike(again, weights, start)
        for memory in memories:
            gradient += _PULL * (memory.moments @ (weights - start)) * memory.doubt
        mean += (1 - _FADE) * (gradient - mean)
        square += (1 - _FADE_SQUARE) * (gradient**2 - square)
        rate = _RATE * 0.5 * (1 + np.cos(np.pi * step / steps)) / (1 - _FADE**step)
        weights -= rate * mean / (np.sqrt(square / (1 - _FADE_SQUARE**step)) + _NOT_NOUGHT)
    return Layer(weights[:-1].astype(np.float32), weights[-1].astype(np.float32))


def mean_loss(
    lines: Sequence[Line], weights: FloatArray, alphabet: str
) -> tuple[float, FloatArray]:
    """The CTC loss a character, and its gradient; the last row of ``weights`` is the bias."""
    classes = {char: i + 1 for i, char in enumerate(alphabet)}
    frames = [len(line.features) for line in lines]
    held = np.zeros((len(lines), max(frames), len(weights)))
    for row, line in enumerate(lines):
        held[row, : frames[row], :-1] = line.features
        held[row, : frames[row], -1] = 1.0
    labels = [[classes[char] for char in line.text] for line in lines]
    losses, gradient = ctc_loss(log_softmax(held @ weights), frames, labels)
    characters = sum(map(len, labels))
    flat = held.reshape(-1, len(weights)).T @ gradient.reshape(-1, weights.shape[1])
    return float(losses[np.isfinite(losses)].sum()) / characters, flat / characters


def unlike(lines: Sequence[Line], weights: FloatArray, start: FloatArray) -> FloatArray:
    """The gradient of how unlike ``start`` the lines are read, in nats a character: of the
    divergence of Kullback and Leibler. What was read rightly stays right, and no label is needed.
    """
    features = np.concatenate([line.features for line in lines])
    held = np.column_stack([features, np.ones(len(features))])
    moved = np.exp(log_softmax(held @ weights)) - np.exp(log_softmax(held @ start))
    gradient: FloatArray = held.T @ moved / sum(len(line.text) for line in lines)
    return gradient


def log_softmax(logits: FloatArray) -> FloatArray:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    result: FloatArray = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def ctc_loss(
    log_probs: FloatArray, frames: Sequence[int], labels: Sequence[Sequence[int]]
) -> tuple[FloatArray, FloatArray]:
    """The CTC loss of each line, in nats, and its gradient with respect to the logits.

    ``log_probs``: (lines, frames, classes), class 0 the blank, of which the first ``frames`` of
    each line count; ``labels``: the classes that stand on each. A label that its frames cannot hold
    has an infinite loss and no gradient.
    """
    lines, longest, classes = log_probs.shape
    is_past = np.arange(longest) >= np.asarray(frames)[:, None]
    probs = np.exp(log_probs)
    # Frames past a line's end say "blank" for certain, which changes the probability of no label.
    probs[is_past] = np.eye(1, classes)
    states = np.zeros((lines, 2 * max(map(len, labels)) + 1), np.intp)
    for row, label in enumerate(labels):
        states[row, 1 : 2 * len(label) : 2] = label
    may_skip = np.zeros(states.shape)
    may_skip[:, 2:] = (states[:, 2:] != 0) & (states[:, 2:] != states[:, :-2])
    emitted = np.take_along_axis(probs, np.repeat(states[:, None], longest, axis=1), axis=2)
    begin, end = np.zeros(states.shape), np.zeros(states.shape)
    begin[:, :2] = 1.0
    for row, label in enumerate(labels):
        end[row, max(0, 2 * len(label) - 1) : 2 * len(label) + 1] = 1.0
    forward, log_likelihood = np.empty_like(emitted), np.zeros(lines)
    alpha = begin
    for t in range(longest):
        if t:
            alpha = alpha.copy()
            alpha[:, 1:] += forward[:, t - 1, :-1]
            alpha[:, 2:] += forward[:, t - 1, :-2] * may_skip[:, 2:]
        alpha = alpha * emitted[:, t]
        scale = np.maximum(alpha.sum(axis=1), _LEAST)
        alpha = alpha / scale[:, None]
        log_likelihood += np.log(scale)
        forward[:, t] = alpha
    beta, occupied = end, np.empty_like(emitted)
    for t in reversed(range(longest)):
        occupied[:, t] = forward[:, t] * beta
        coming = beta * emitted[:, t]
        beta = coming.copy()
        beta[:, :-1] += coming[:, 1:]
        beta[:, :-2] += (coming * may_skip)[:, 2:]
        beta /= np.maximum(beta.sum(axis=1), _LEAST)[:, None]
    total = occupied.sum(axis=2, keepdims=True)
    possible = total[:, -1, 0] > 0.0
    shares = occupied / np.maximum(total, _LEAST)
    gradient = probs - shares @ np.eye(classes)[states]
    gradient[is_past] = 0.0
    gradient[~possible] = 0.0
    ended = np.log(np.maximum(total[:, -1, 0], _LEAST)) + log_likelihood
    return np.where(possible, -ended, np.inf), gradient
