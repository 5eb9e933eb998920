"""A package of somebody else, really installed, brings a field type, an exporter and a form."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from desks import serving

from pipeline.paths import SHIPPED_FORM

_PACKAGE = Path(__file__).parent / "foreign"
_REPOSITORY = Path(__file__).parent.parent


class Club:
    """A place where the package is installed, with a form that uses it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.environment = {"PYTHONPATH": os.pathsep.join(map(str, (place / "site", _REPOSITORY)))}
        form = place / "forms" / "sortie"
        shutil.copytree(SHIPPED_FORM, form)
        text = (form / "form.toml").read_text("utf-8").replace(SHIPPED_FORM.name, "sortie")
        text = text.replace('"telephone"\nlabel = "Téléphone"', '"badge"\nlabel = "Badge"')
        text = text.replace('type = "phone"', 'type = "badge_number"\nrole = "contact"')
        (form / "form.toml").write_text(text, "utf-8")
        self.settings = f'forms = ["{place / "forms"}"]\nform = "sortie"\n'
        (place / "fiches.toml").write_text(self.settings, "utf-8")

    def fiches(self, *words: str) -> str:
        command = [sys.executable, "-m", "pipeline", *words]
        if words[0] != "doctor":
            command += ["--config", str(self.place / "fiches.toml")]
        done = subprocess.run(
            command,
            env={**os.environ, **self.environment},
            cwd=self.place,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Club:
    place = tmp_path_factory.mktemp("club")
    source = place / "source"
    shutil.copytree(_PACKAGE, source)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    pip += ["--no-build-isolation", "--target", str(place / "site"), str(source)]
    subprocess.run(pip, check=True)
    made = Club(place)
    made.fiches(*("simulate", "sortie", "--n", "3", "--seed", "3", "--only-draw", "--out", "inbox"))
    (place / "inbox" / "truth.json").replace(place / "truth.json")
    (place / "inbox" / "members.csv").unlink()
    made.fiches("run", "inbox", "--out", "out", "--jobs", "2")
    return made


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_foreign_type_is_drawn_and_read(club: Club) -> None:
    truth = json.loads((club.place / "truth.json").read_text("utf-8"))
    rows = _table(club.place / "out" / "registrations.csv")
    wanted = {name: entry["fields"]["badge"] for name, entry in truth.items()}
    assert len(rows) == len(wanted) == 3
    assert all(re.fullmatch(r"\d{6}", number) for number in wanted.values())
    right = [row["document"] for row in rows if row["badge"] == wanted[row["document"]]]
    assert len(right) >= 2
    heads = list(rows[0])
    assert heads[heads.index("organisation") :][:3] == ["organisation", "email", "badge"]


def test_a_foreign_exporter_writes_its_file(club: Club) -> None:
    people = _table(club.place / "out" / "participants.csv")
    badges = _table(club.place / "out" / "badges.csv")
    assert len(badges) == len(people) > 0


def test_a_foreign_type_is_reviewed_under_its_own_name(club: Club) -> None:
    with serving(club.place / "out", also=club.settings, **club.environment) as address:
        origin = str(httpx.URL(address).copy_with(path="", query=None)).rstrip("/")
        with httpx.Client(base_url=origin, follow_redirects=True, timeout=60) as browser:
            browser.get(address)
            page = browser.get("/")
            assert "badges" in page.text
            csrf = page.text.partition('"X-Fiches": "')[2].partition('"')[0]
            headers = {"origin": origin, "x-fiches": csrf}
            typed = {"act": "value", "value": "12", "seen": "0"}
            refused = browser.post("/fiche/r1-1/badge", data=typed, headers=headers)
            assert refused.status_code == 422
            assert "écrire six chiffres" in refused.text
            assert "Badge" in refused.text
            browser.post("/fiche/r1-1/badge", data=typed | {"value": "12 34 56"}, headers=headers)
    rows = _table(club.place / "out" / "registrations.csv")
    assert "123456" in {row["badge"] for row in rows}


def test_a_foreign_type_is_calibrated(club: Club) -> None:
    club.fiches("calibrate", "sortie", "--n", "2", "--out", "calibrated")
    made = json.loads((club.place / "calibrated" / "calibration.json").read_text("utf-8"))
    assert "badge_number" in {one["type"] for one in made["maps"]}


def test_what_a_foreign_package_says_of_itself_has_a_say_in_what_is_read(club: Club) -> None:
    ask = "from pipeline import installed as i; print('|'.join(i.versions(i.EXPORTERS, i.FIELDS)))"
    environment = {**os.environ, **club.environment}
    told = subprocess.run(
        [sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert told.strip().split("|") == [
        "fiches.exporters badges fiches_licences.badges 1.0",
        "fiches.fields badge_number fiches_licences.badge_number:TYPE 1.0",
    ]
