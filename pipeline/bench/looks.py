"""What a review costs a careful secretary: ``python -m pipeline.bench.looks``.

Draws fiches whose truth is known, reads them, and clears the review in Chromium by keyboard alone,
one look a fiche: what is shown is held against the truth, what is wrong is picked by its letter or
typed, a gap that is truly on the paper is given its reason, and Enter confirms. Told by style:

- looks a fiche: screens that end in a confirmation, those that Enter could not confirm among them;
- keys a fiche: each key pressed, each letter of what is typed among them;
- right: the share of the fields shown that held the truth when first shown;
- seconds a fiche, by the keystroke-level model (Card, Moran and Newell, "The keystroke-level model
  for user performance time with interactive systems", CACM 23(7), 1980): ``M`` = 1.35 s a look, to
  take in and decide, and ``K`` a key: 0.20 s for an average skilled typist, 0.28 s for an average
  non-secretary. Nothing is pointed at, so there is no ``P``; the next fiche is there, so no ``R``.

A fiche that nobody has to look at counts with nothing, one that was rejected does not count.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Any

from playwright.sync_api import Page, sync_playwright

from pipeline.decisions import Filed
from pipeline.evaluate.truth import Truth, load_truth, matches, truth_of
from pipeline.forms.schema import Form, load_form
from pipeline.judging.values import as_typed
from pipeline.paths import SHIPPED_FORM
from pipeline.simulate import simulate
from pipeline.store import Store

M_S, SKILLED_S, OTHERS_S = 1.35, 0.20, 0.28
_STYLES = ("hand", "typed", "photo")
_SUM_MS = 700
_MOST_LOOKS = 4
"""Looks at one fiche after which it is given up, and put off."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one fiche cost; ``given_up``: it could not be confirmed."""

    subject: str
    looks: int
    keys: int
    shown: int
    right: int
    given_up: bool = False


@dataclass(slots=True)
class _Hands:
    """A keyboard that counts; ``typing``: letters go into a field."""

    page: Page
    keys: int = 0
    typing: bool = False

    def press(self, key: str) -> None:
        """A key that the page takes as a command."""
        if self.typing and key not in ("Enter", "ArrowDown"):
            self._press("Escape")
        self._press(key)
        self.typing = False

    def _press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.keys += 1

    def write(self, text: str) -> None:
        """Over what the field holds."""
        self.page.keyboard.type(text)
        self.keys += len(text)
        self.typing = True


def clear(page: Page, form: Form, truths: Mapping[str, Mapping[str, Truth]]) -> list[Looked]:
    """Look at every fiche of an open review until nothing is in doubt; truths by subject.

    Who has what is asked behind that: no fiche tells it.
    """
    looked: list[Looked] = []
    page.keyboard.press("Enter")  # from the list, once for all fiches
    while True:
        page.locator("body[data-ready] #work h1").wait_for()
        subject = "" if page.locator(".done, .people").count() else _subject(page)
        if not subject or any(fiche.subject == subject and fiche.given_up for fiche in looked):
            return looked
        looked.append(_look(page, form, subject, truths[subject]))


def seconds(looked: Sequence[Looked], key_s: float) -> float:
    """By the keystroke-level model, of all of them."""
    return sum(M_S * fiche.looks + key_s * fiche.keys for fiche in looked)


def _subject(page: Page) -> str:
    return page.url.partition("/fiche/")[2].partition("?")[0]


def _look(page: Page, form: Form, subject: str, truth: Mapping[str, Truth]) -> Looked:
    hands = _Hands(page)
    shown: dict[str, bool] = {}

    def looked(looks: int, *, given_up: bool = False) -> Looked:
        right = sum(shown.values())
        return Looked(subject, looks, hands.keys, len(shown), right, given_up)

    for looks in range(1, _MOST_LOOKS):
        asks = _asks(page)
        for ask in asks:
            held = matches(_written(form, ask["name"], ask["value"]), truth_of(ask["name"], truth))
            shown.setdefault(ask["name"], held)
        for ask in asks:
            _answer(hands, ask, truth_of(ask["name"], truth), form)
        _give_reasons(hands)
        page.evaluate("document.querySelector('#work .look').dataset.looked = 1")
        hands.press("Enter")
        page.wait_for_selector(".look[data-looked]", state="detached")
        page.locator("body[data-ready]").wait_for()
        if page.locator(".done").count() or _subject(page) != subject:
            return looked(looks)
    page.evaluate("document.querySelector('#work .look').dataset.looked = 1")
    hands.press("r")
    page.wait_for_selector(".look[data-looked]", state="detached")
    return looked(_MOST_LOOKS, given_up=True)


def _asks(page: Page) -> list[dict[str, Any]]:
    """The fields on the screen: name, number, value, whether it is a list, and what is offered."""
    asks: list[dict[str, Any]] = page.eval_on_selector_all(
        ".ask:has([data-value])",
        """asks => asks.map(ask => ({
            name: ask.dataset.place, number: ask.dataset.number || "",
            value: ask.querySelector("[data-value]").value,
            said: ask.querySelector("[data-said]").value,
            list: ask.querySelector("[data-value]").tagName === "SELECT",
            offered: [...ask.querySelectorAll("[data-fills]")].map(
                button => [button.dataset.key || "", button.dataset.fills]),
        }))""",
    )
    return asks


def _written(form: Form, name: str, text: str) -> str:
    """What a field shows, as outputs write it."""
    try:
        return as_typed(form, name, text).text
    except ValueError:
        return text


def _answer(hands: _Hands, ask: Mapping[str, Any], truth: str | int | None, form: Form) -> None:
    """Pick the truth by its letter, or go to the field by its number and type it."""
    blank = truth in (None, "")
    held = matches(_written(form, ask["name"], ask["value"]), truth)
    if held and (ask["value"] or ask["said"] == "empty" or not blank):
        return
    for key, value in ask["offered"]:
        if key and matches(_written(form, ask["name"], value), truth):
            hands.press(key)
            return
    field = hands.page.locator(f'[id="value.{ask["name"]}"]')
    if ask["number"]:
        hands.press(ask["number"])
    else:  # the tenth and later: down from the field before
        field.focus()
        field.select_text() if not ask["list"] else None
        hands.keys += 1
    hands.typing = True
    if blank:
        hands.press("v")
    elif ask["list"]:
        field.select_option(str(truth))
        hands.keys += 1
    else:
        hands.write(_spelled(form, ask["name"], truth))


def _spelled(form: Form, name: str, truth: str | int | None) -> str:
    """As few signs as say it: of an amount, no cents where there are none."""
    if name == form.total and isinstance(truth, int):
        return f"{truth // 100}" if truth % 100 == 0 else f"{truth // 100},{truth % 100:02d}"
    return str(truth)


def _give_reasons(hands: _Hands) -> None:
    """What a finding asks once all values are right: the sender's mistake."""
    if hands.page.locator("#sum").count():
        hands.page.wait_for_timeout(_SUM_MS)  # it follows what is typed
    for choices in hands.page.locator(".card .choices:not(:has([aria-pressed=true]))").all():
        hands.press(choices.locator("[data-key]").first.get_attribute("data-key") or "a")


@contextmanager
def reviewing(out: Path) -> Iterator[str]:
    """The address of a review of a run, while it serves; nothing is shown that needs no look."""
    config = out.parent / "fiches.toml"
    config.write_text("quality_sample = 0\n", "utf-8")
    command = [sys.executable, "-m", "pipeline", "review", "--no-browser", "--out", str(out)]
    with subprocess.Popen(
        [*command, "--config", str(config)], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            lines = iter(server.stdout or ())
            yield next(line.strip() for line in lines if re.match(r"http://\S+\?cle=", line))
        finally:
            server.terminate()


def truths_of(filed: Sequence[Filed], truth: Path) -> dict[str, Mapping[str, Truth]]:
    """What each registration truly holds, by its subject."""
    held = load_truth(truth)
    return {
        fiche.subject: held[fiche.sources[0].document].forms[fiche.number - 1] for fiche in filed
    }


def main() -> None:
    """Draw, read, review, and print a row a style."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.bench.looks", description=__doc__)
    parser.add_argument("--n", type=int, default=60, help="how many fiches, in all (60)")
    parser.add_argument("--seed", type=int, default=7, help="of the drawn fiches (7)")
    parser.add_argument("--jobs", type=int, default=2, help="fiches read at a time (2)")
    parser.add_argument("--drawn", type=Path, help="fiches of your own with their truth.json")
    asked = parser.parse_args()
    form = load_form(SHIPPED_FORM)
    with tempfile.TemporaryDirectory(prefix="fiches-looks-") as place:
        drawn, out = asked.drawn or Path(place, "drawn"), Path(place, "out")
        if asked.drawn is None:
            simulate(form, drawn, n=asked.n, seed=asked.seed, styles=_STYLES)
        run = [sys.executable, "-m", "pipeline", "run", str(drawn), "--out", str(out)]
        subprocess.run([*run, "--jobs", str(asked.jobs)], check=False, stdout=subprocess.DEVNULL)
        with Store.open(f"sqlite:///{out / 'fiches.sqlite'}") as store:
            filed = store.filed()
        styles = json.loads((drawn / "truth.json").read_text("utf-8"))
        truths = truths_of(filed, drawn / "truth.json")
        with reviewing(out) as address, sync_playwright() as driver:
            program = which("chromium") or which("google-chrome")
            browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            page.goto(address)
            looked = clear(page, form, truths)
            browser.close()
    print(table(looked, {f.subject: styles[f.sources[0].document]["style"] for f in filed}))


def table(looked: Sequence[Looked], styles: Mapping[str, str]) -> str:
    """What was measured, a row a style; ``styles`` of every fiche that was read, by subject."""
    lines = [
        f"{'':<8}{'fiches':>7}{'looks':>7}{'keys':>7}{'right':>7}"
        f"{f'{SKILLED_S} s a key':>14}{f'{OTHERS_S} s a key':>14}   given up"
    ]
    for style in dict.fromkeys(styles.values()):
        of = sum(1 for other in styles.values() if other == style)
        mine = [fiche for fiche in looked if styles[fiche.subject] == style]
        shown = sum(fiche.shown for fiche in mine)
        right = f"{sum(fiche.right for fiche in mine) / shown:.0%}" if shown else "-"
        lines.append(
            f"{style:<8}{of:>7}{sum(f.looks for f in mine) / of:>7.2f}"
            f"{sum(f.keys for f in mine) / of:>7.2f}{right:>7}"
            f"{seconds(mine, SKILLED_S) / of:>12.1f} s{seconds(mine, OTHERS_S) / of:>12.1f} s"
            f"{sum(f.given_up for f in mine):>11}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
