"""Count which word follows which in French text: ``python -m pipeline.training.pairs TSV...``.

Source: the lines of "Copiste d'un jour" (BAnQ 2024, CC BY 4.0), column ``text``; only counts are
kept, by the classes of ``decoding/french.py``.
"""

import argparse
import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from pipeline.decoding.french import EDGE, class_of
from pipeline.decoding.pieces import words_of
from pipeline.paths import LEXICONS

_COMMON = 400
"""So many words are classes of their own."""
_LEAST = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("tables", type=Path, nargs="+", metavar="TSV")
    texts = [text for table in parser.parse_args().tables for text in _texts(table)]
    words = [[EDGE, *words_of(text), EDGE] for text in texts]
    often = Counter(w.lower() for line in words for w in line if w.isalpha() or "'" in w)
    common = {word for word, _ in often.most_common(_COMMON)}
    pairs: Counter[tuple[str, str]] = Counter()
    for line in words:
        classes = [class_of(word, common) for word in line]
        pairs.update(pairwise(classes))
    kept = {pair: count for pair, count in pairs.items() if count >= _LEAST}
    header = (
        f"# How often a class of words follows another: {len(kept)} pairs, by the classes of\n"
        "# pipeline/decoding/french.py. Counted by pipeline/training/pairs.py over the lines of\n"
        "# Copiste d'un jour (BAnQ 2024, CC BY 4.0).\n"
    )
    rows = (f"{a}\t{b}\t{n}\n" for (a, b), n in sorted(kept.items()))
    (LEXICONS / "french_pairs.txt").write_text(header + "".join(rows), "utf-8")


def _texts(table: Path) -> Iterator[str]:
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if re.search(r"\w", row["text"]):
                yield row["text"]


if __name__ == "__main__":
    main()
