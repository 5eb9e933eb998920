"""Make the list of communes: ``python -m pipeline.training.communes PACKAGE.tgz`` (``npm pack
@etalab/decoupage-administratif``).

The package holds INSEE's Code officiel géographique and La Poste's postal codes, both under the
Licence Ouverte 2.0. Of them are kept each commune's name and its postal codes, in the order of
inhabitants; communes that were merged into another keep their name, with the codes of that one.
"""

import gzip
import json
import re
import sys
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipeline.paths import LEXICONS

_DATA = "package/data/communes.json"
_ASIDE = re.compile(r" \(.*\)$")
"""What tells communes of one name apart: nobody writes it."""
_HEADER = """\
# {count} communes of France by falling number of inhabitants, each with its postal codes.
# From @etalab/decoupage-administratif {version} (INSEE, La Poste; Licence Ouverte 2.0);
# made by pipeline/training/communes.py.
"""


def rows(communes: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The postal codes by name, the largest commune first; those that nobody lives in are none."""
    communes = [c for c in communes if c["type"] != "arrondissement-municipal"]
    own = {c["code"]: c.get("codesPostaux", []) for c in communes if "codesPostaux" in c}
    by_name: dict[str, list[str]] = {}
    for commune in sorted(communes, key=lambda c: (-(c.get("population") or 0), c["nom"])):
        codes = own.get(commune.get("chefLieu", commune["code"]), [])
        if codes:
            name = _ASIDE.sub("", commune["nom"].replace("’", "'"))
            of_name = by_name.setdefault(name, [])
            of_name += [code for code in codes if code not in of_name]
    return by_name


def main() -> None:
    with tarfile.open(sys.argv[1]) as package:
        data, about = (package.extractfile(n) for n in (_DATA, "package/package.json"))
        if data is None or about is None:
            raise SystemExit(f"{sys.argv[1]} holds no {_DATA}")
        by_name = rows(json.load(data))
        version = json.load(about)["version"]
    text = _HEADER.format(count=len(by_name), version=version)
    text += "".join(f"{name}\t{' '.join(codes)}\n" for name, codes in by_name.items())
    path: Path = LEXICONS / "communes.tsv.gz"
    path.write_bytes(gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0))


if __name__ == "__main__":
    main()
