"""Lines of words, weighed once more as wholes: by what is known of all that they say together."""

from collections.abc import Callable, Iterable
from math import exp

from pipeline.decoding.evidence import EVIDENCE_WEIGHT
from pipeline.decoding.wording import Wording
from pipeline.records import LineEvidence

_REREAD = 3
"""So many of the likeliest texts are asked what is near to them."""


def read_whole(
    line: LineEvidence,
    of: Wording,
    gain: Callable[[str], float],
    near: Callable[[str], Iterable[str]],
) -> dict[str, float]:
    """The texts a line may hold with their probabilities, weighed as wholes.

    ``near``: texts that may stand there for one that was read; ``gain``: how much likelier a text
    is, as a natural logarithm, than its words are.
    """
    texts = of.read(line)
    best = sorted((text for text in texts if text), key=lambda text: -texts[text])[:_REREAD]
    added = list({other for text in best for other in near(text)} - texts.keys())
    rest = max(0.0, 1.0 - sum(texts.values()))
    weights = {text: p * exp(gain(text)) for text, p in texts.items()}
    if added:
        seen, *likelihoods = of.likelihoods(line, [best[0], *added])
        for text, likelihood in zip(added, likelihoods, strict=True):
            odds = EVIDENCE_WEIGHT * float(likelihood - seen)
            odds += of.log_prior(text) - of.log_prior(best[0]) + gain(text)
            weights[text] = texts[best[0]] * exp(min(0.0, odds))
    whole = sum(weights.values()) + rest
    return {text: weight / whole for text, weight in weights.items()}
