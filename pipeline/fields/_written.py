"""How a type is read whose texts a grammar describes: each text of a line is asked its value."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline import fields
from pipeline.decoding.ctc import Grammar, beam_search
from pipeline.decoding.evidence import Channel, posterior
from pipeline.records import Candidate, FieldValue, LineEvidence

_EMPTY = 0.98
_NO_WRITING_LOG_PRIOR = -1.0


@dataclass(frozen=True, slots=True)
class Written:
    """In what characters and which texts the values of a type stand on a line.

    ``values``: what a text of the grammar may mean, each with its natural log-prior; none where it
    means nothing after all (a 31 February, check digits that do not fit), so that it is left to
    "something else". ``empty``: the value of a field that nothing is written in. ``parse`` and
    ``to_text`` are those of the type.
    """

    channel: Channel
    grammar: Grammar
    values: Callable[[str], Mapping[FieldValue, float]]
    parse: Callable[[str], FieldValue]
    to_text: Callable[[FieldValue], str]
    empty: FieldValue = ""
    width: int = 24

    def read(self, lines: Sequence[LineEvidence], /) -> tuple[Candidate, ...]:
        """Candidates of the longest line; text of the file itself is read as if it were typed."""
        if not lines:
            return (Candidate(self.empty, "", _EMPTY),)
        if (text := fields.exact_text(lines)) is not None:
            return fields.certain(self.parse(text), self.to_text)
        line = max(lines, key=lambda evidence: len(evidence.text))
        return fields.ranked(self.probabilities(line), self.to_text)

    def probabilities(self, line: LineEvidence) -> dict[FieldValue, float]:
        """The probability of each value that may stand on a line."""
        log_probs, alphabet = self.channel.read(line), self.channel.targets
        beams = beam_search(log_probs, alphabet, grammar=self.grammar, width=self.width)
        meant = {text: self.values(text) for text, _ in beams if text.strip()}
        meant = {text: values for text, values in meant.items() if values}
        meant[""] = {self.empty: _NO_WRITING_LOG_PRIOR}
        log_priors = np.array([np.logaddexp.reduce([*v.values()]) for v in meant.values()])
        shares = posterior(log_probs, alphabet, list(meant), log_priors)
        probabilities: defaultdict[FieldValue, float] = defaultdict(float)
        for values, whole, p in zip(meant.values(), log_priors, shares, strict=True):
            for value, log_prior in values.items():
                probabilities[value] += float(p * np.exp(log_prior - whole))
        return dict(probabilities)
