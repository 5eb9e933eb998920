"""Fine-tune the recogniser: ``python -m pipeline.training.train --out RUN --minutes 55 --seed 1``.

Starts from the untrained recogniser, from shipped weights (``--base``), or from those of an earlier
run (``--start``), on the CPU or a GPU (``--device``). The rate follows the share of the time that
has gone by, so that a run ends when it was told to, whatever else the machine does; ``--resume``
goes on where an interrupted run stopped. The folder RUN holds ``last.pt``, ``best.pt`` (by
validation) and ``log.tsv``.

CTC after Graves et al. (ICML 2006); AdamW after Loshchilov and Hutter (ICLR 2019); the weights kept
are a moving average after Polyak and Juditsky (1992).
"""

import argparse
import io
import logging
import math
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch.nn import functional

from pipeline.engines import ppocr
from pipeline.learning.evaluate_lines import Score, describe, validate
from pipeline.learning.samples import Sample
from pipeline.paths import write_whole
from pipeline.training import data, model, quantize
from pipeline.training.augment import Batch, batches, prefetched
from pipeline.training.data import Reader
from pipeline.training.model import Recognizer

WEIGHTS = {
    "lines": 0.14,
    "lectaurep": 0.01,
    "poilus": 0.01,
    "peraire": 0.01,
    "tables": 0.02,
    "names": 0.03,
    "names2": 0.1,
    "names2, not by eye": 0.03,
    "dhsd": 0.03,
    "amounts": 0.03,
    "numbers_ch": 0.06,
    "unipen_fields": 0.1,
    "unipen_lines": 0.05,
    "real ink": 0.1,
    "fonts": 0.28,
}
"""How often a crop comes from each set; what was not labelled by eye teaches less."""
_RATE = 3e-4
_FALLS_TO = 0.01
_WARM_UP = 0.03
_DECAY = 0.01
_CLIP = 5.0
_AVERAGE = 0.998
_CHECKPOINT_S, _VALIDATION_S = 300.0, 600.0
_QUICK = {"lines": 120, "forms": 300}
_QUICK_OTHERS = 80
_OLD = ("lectaurep", "poilus")
"""Sets that choose no weights: nobody writes so any more."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Run:
    """A run under way: what ``last.pt`` holds."""

    recognizer: Recognizer
    optimizer: torch.optim.Optimizer
    average: dict[str, torch.Tensor]
    seed: int
    step: int = 0
    seconds: float = 0.0
    best: float = -1.0


def overall(scores: Mapping[str, Score]) -> float:
    """One figure to choose weights by, 0..1: lines count by characters, the others exactly."""
    return float(
        np.mean(
            [
                1 - score.cer if name.endswith("lines") else score.exact
                for name, score in scores.items()
                if name not in _OLD
            ]
        )
    )


def rate(share: float, *, most: float = _RATE) -> float:
    """The learning rate when this share of the time has gone by: warm-up, then a cosine."""
    if share < _WARM_UP:
        return most * (share + 1e-3) / (_WARM_UP + 1e-3)
    fallen = min(1.0, (share - _WARM_UP) / (1 - _WARM_UP))
    return most * (_FALLS_TO + (1 - _FALLS_TO) * 0.5 * (1 + math.cos(math.pi * fallen)))


def learn(run: Run, batches: Sequence[Batch], *, bfloat16: bool = False) -> float:
    """One step on some batches, each in a thread of its own; gives the loss a character, in nats.

    Two threads with a batch each do a third more than two on one batch (measured on two cores).
    Everything is computed on the device of the run's weights. ``bfloat16`` computes the network in
    half the bits, which is half as fast again on processors that know them (``avx512_bf16``,
    ``amx_bf16``, CUDA); weights and loss keep all of theirs.
    """
    with ThreadPoolExecutor(len(batches)) as pool:
        learned = list(pool.map(partial(_gradients, run, bfloat16=bfloat16), batches))
    parameters = list(run.recognizer.weights.values())
    for parameter, *gradients in zip(parameters, *(own for _, own in learned), strict=True):
        parameter.grad = torch.stack(gradients).mean(0)
    torch.nn.utils.clip_grad_norm_(parameters, _CLIP)
    run.optimizer.step()
    run.step += 1
    keep = min(_AVERAGE, (1 + run.step) / (10 + run.step))
    with torch.no_grad():
        for name, weight in run.recognizer.weights.items():
            run.average[name].lerp_(weight, 1 - keep)
    return float(np.mean([loss for loss, _ in learned]))


def _gradients(run: Run, batch: Batch, *, bfloat16: bool) -> tuple[float, tuple[torch.Tensor, ...]]:
    """The loss a character on a batch, and its gradient for each of the weights."""
    torch.set_num_threads(1)
    parameters = list(run.recognizer.weights.values())
    device = parameters[0].device
    classes = {char: i + 1 for i, char in enumerate(run.recognizer.alphabet)}
    pixels = torch.from_numpy(ppocr.to_input(batch.crops, least_width=batch.width))
    pixels = pixels.to(device).contiguous(memory_format=torch.channels_last)
    targets = torch.tensor([classes[char] for text in batch.texts for char in text])
    lengths = torch.tensor([len(text) for text in batch.texts])
    with torch.autocast(device.type, torch.bfloat16, enabled=bfloat16):
        logits = run.recognizer.network(pixels)
    log_probs = logits.float().log_softmax(-1).transpose(0, 1).cpu()
    frames = torch.full((len(batch.texts),), log_probs.shape[0])
    loss = functional.ctc_loss(
        log_probs, targets, frames, lengths, reduction="sum", zero_infinity=True
    ) / len(targets)
    return float(loss.detach()), torch.autograd.grad(loss, parameters)


def begin(base: Path, *, seed: int, start: Path | None = None, device: str = "cpu") -> Run:
    """A new run from the network of an ONNX file, or from the weights of an earlier run."""
    recognizer = model.from_onnx(base)
    if start is not None:
        put_weights(recognizer, torch.load(start, weights_only=True)["average"])
    recognizer.network.to(device, memory_format=torch.channels_last)
    weights = recognizer.weights
    # A single scale or bias is not pulled towards nought.
    wide = [w for w in weights.values() if w.dim() > 1 and min(w.shape[:2]) > 1]
    thin = [w for w in weights.values() if not (w.dim() > 1 and min(w.shape[:2]) > 1)]
    optimizer = torch.optim.AdamW(
        [{"params": wide, "weight_decay": _DECAY}, {"params": thin, "weight_decay": 0.0}], lr=_RATE
    )
    average = {name: weight.detach().clone() for name, weight in weights.items()}
    return Run(recognizer, optimizer, average, seed)


def put_weights(recognizer: Recognizer, weights: Mapping[str, torch.Tensor]) -> None:
    """Give the network these weights."""
    with torch.no_grad():
        for name, weight in recognizer.weights.items():
            weight.copy_(weights[name])


def save(run: Run, path: Path) -> None:
    """Write a checkpoint, whole or not at all."""
    state: dict[str, Any] = {
        "weights": {name: weight.detach() for name, weight in run.recognizer.weights.items()},
        "average": run.average,
        "optimizer": run.optimizer.state_dict(),
        "seed": run.seed,
        "step": run.step,
        "seconds": run.seconds,
        "best": run.best,
    }
    held = io.BytesIO()
    torch.save(state, held)
    write_whole(path, held.getvalue())


def resume(run: Run, path: Path) -> None:
    """Put a run back to where its checkpoint stands."""
    state = torch.load(path, weights_only=True)
    put_weights(run.recognizer, state["weights"])
    for name, value in state["average"].items():
        run.average[name].copy_(value)
    run.optimizer.load_state_dict(state["optimizer"])
    run.step, run.seconds, run.best = state["step"], state["seconds"], state["best"]


def averaged(run: Run, base: Path, target: Path) -> None:
    """Write the averaged weights as ONNX."""
    held = {name: torch.nn.Parameter(value) for name, value in run.average.items()}
    model.to_onnx(Recognizer(run.recognizer.network, held, run.recognizer.alphabet), base, target)


def train(
    run: Run,
    sets: Mapping[str, Sequence[Sample]],
    unseen: Mapping[str, Sequence[Sample]],
    *,
    base: Path,
    out: Path,
    minutes: float,
    threads: int,
    bfloat16: bool = False,
    most_rate: float = _RATE,
    most_steps: int | None = None,
) -> None:
    """Train until the run has lasted so many minutes in all; logs, keeps the last and the best."""
    rng = np.random.default_rng([run.seed, run.step])
    stream = prefetched(batches(sets, WEIGHTS, rng))
    total = 60 * minutes
    checked = saved = run.seconds
    losses: list[float] = []
    lines = 0
    began = time.perf_counter()
    seconds_before = run.seconds
    while run.seconds < total and (most_steps is None or run.step < most_steps):
        for group in run.optimizer.param_groups:
            group["lr"] = rate(run.seconds / total, most=most_rate)
        some = list(islice(stream, threads))
        losses.append(learn(run, some, bfloat16=bfloat16))
        lines += sum(len(batch.texts) for batch in some)
        run.seconds = seconds_before + time.perf_counter() - began
        if run.step % 50 == 0:
            speed = lines / (time.perf_counter() - began)
            _note(out, run, f"loss\t{np.mean(losses):.4f}\tlines/s\t{speed:.1f}")
            losses.clear()
        if run.seconds - checked >= _VALIDATION_S or run.seconds >= total:
            checked = run.seconds
            _check(run, unseen, base=base, out=out, threads=threads)
        if run.seconds - saved >= _CHECKPOINT_S:
            saved = run.seconds
            save(run, out / "last.pt")
    save(run, out / "last.pt")


def _check(
    run: Run, unseen: Mapping[str, Sequence[Sample]], *, base: Path, out: Path, threads: int
) -> None:
    """Validate the averaged weights as the product will run them; keep them if they are best."""
    averaged(run, base, out / "average.onnx")
    few = {name: _QUICK.get(name, _QUICK_OTHERS) for name in unseen}
    scores = validate(unseen, Reader.open(out / "average.onnx", threads=threads), few)
    figure = overall(scores)
    _note(out, run, f"validation\t{figure:.4f}\t{describe(scores)}")
    if figure > run.best:
        run.best = figure
        save(run, out / "best.pt")


def _note(out: Path, run: Run, text: str) -> None:
    _log.info("step %d, %.1f min: %s", run.step, run.seconds / 60, text.replace("\t", " "))
    with (out / "log.tsv").open("a", encoding="utf-8") as file:
        file.write(f"{run.step}\t{run.seconds:.0f}\t{text}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "fiches")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=55.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bfloat16", action="store_true")
    parser.add_argument("--rate", type=float, default=_RATE, help="highest learning rate")
    parser.add_argument("--steps", type=int, help="stop after so many steps: a trial")
    parser.add_argument("--base", type=Path, help="the shipped kind of network to start from")
    parser.add_argument("--start", type=Path, help="weights of an earlier run (last.pt)")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--resume", action="store_true")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "8192")  # of every shape of a batch
    cv2.setNumThreads(1)
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    base = untrained = data.untrained(args.cache)
    if args.base is not None:
        base = args.out / "base.onnx"
        quantize.restore(args.base, untrained, base)
    run = begin(base, seed=args.seed, start=args.start, device=args.device)
    if args.resume and (args.out / "last.pt").exists():
        resume(run, args.out / "last.pt")
    sets = data.load_training(args.data, args.cache, run.recognizer.alphabet)
    unseen = data.load_validation(args.data, args.cache, run.recognizer.alphabet)
    _log.info("%s", ", ".join(f"{name}: {len(held)}" for name, held in (sets | unseen).items()))
    train(
        run,
        sets,
        unseen,
        base=base,
        out=args.out,
        minutes=args.minutes,
        threads=args.threads,
        bfloat16=args.bfloat16,
        most_rate=args.rate,
        most_steps=args.steps,
    )


if __name__ == "__main__":
    main()
