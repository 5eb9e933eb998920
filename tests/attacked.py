"""The review's own application, asked without a network, by whoever attacks it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from pipeline.config import Settings
from pipeline.decisions import Act, Change, Decision
from pipeline.drafting import edits
from pipeline.drafting.steps import Steps, save
from pipeline.exporters import export_all
from pipeline.forms.schema import load_forms
from pipeline.ledger import PaidBy, Taking
from pipeline.pages import templates
from pipeline.paths import FORMS, SHIPPED_FORM
from pipeline.records import Envelope, Received, Rejection
from pipeline.review.pictures import Pictures
from pipeline.runner import Progress, Summary
from pipeline.store import Store
from pipeline.web import serve
from pipeline.web.app import make_app
from pipeline.web.desk import Desk
from pipeline.web.security import Gatekeeper
from pipeline.web.shelf import Shelf
from pipeline.web.sources import Sources
from tests.desks import GATE, PEOPLE, Inbox, fiche, moved
from tests.standin_drafter import TEXT

ORIGIN = "http://127.0.0.1:8000"
EVIL = "<script>document.title='pwned'</script><img src=x onerror=alert(1)>"
EXPECTED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""What stands on every answer, beside its policy."""


class Attacker(TestClient):
    """A browser, or none, that sends what no page of ours would; no answer of any kind may fail."""

    def __init__(self, app: Starlette, cookies: dict[str, str] | None = None) -> None:
        super().__init__(
            app,
            base_url=ORIGIN,
            raise_server_exceptions=False,
            follow_redirects=False,
            cookies=cookies,
        )
        self.event_hooks["response"].append(_assert_sealed)

    def signed(self) -> dict[str, str]:
        """What a page of this session sends along when it writes."""
        page = self.get("/").text
        return {"origin": ORIGIN, "x-fiches": page.partition('"X-Fiches": "')[2].partition('"')[0]}


def _assert_sealed(answer: httpx.Response) -> None:
    answer.read()
    where = f"{answer.request.method} {answer.request.url}"
    assert answer.status_code < 500 or answer.status_code == 507, (where, answer.text[:300])
    policy = answer.headers.get("content-security-policy", "")
    for rule in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"):
        assert rule in policy, where
    for name, value in EXPECTED.items():
        assert answer.headers.get(name) == value, (where, name)
    assert answer.headers.get("cache-control"), where
    if answer.headers.get("content-disposition") is None:
        for markup in ("<script>document", "<img src=x"):
            assert markup not in answer.text, where
    assert b"root:" not in answer.content


@dataclass
class Attacked:
    """A review of two fiches of the same people, two more, of which one is paid in part, a refused
    page and a mail alone."""

    inbox: Inbox
    app: Starlette
    desk: Desk
    gatekeeper: Gatekeeper
    now: list[float]
    folder: Path
    runs: list[int] = field(default_factory=list)
    stack: ExitStack = field(default_factory=ExitStack)

    def entered(self) -> Attacker:
        client = self.stack.enter_context(Attacker(self.app))
        answer = client.get("/entrer", params={"cle": self.gatekeeper.new_token()})
        assert answer.status_code == 303
        return client

    def routes(self) -> list[tuple[str, str]]:
        """Every method and path that the application answers to, as it says itself."""
        return [(method, route.path) for route in self._routes() for method in _methods(route)]

    def _routes(self) -> Iterator[Route]:
        for route in self.app.routes:
            assert isinstance(route, Route), route  # a mount would have to be walked
            yield route

    def decided(self) -> int:
        return len(self.desk.store.decided())

    def lying_in(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else []


def _methods(route: Route) -> list[str]:
    return sorted((route.methods or set()) - {"HEAD"})


@contextmanager
def attacked(folder: Path, *, store_url: str = "") -> Iterator[Attacked]:
    """A review whose routes are all there: of a start page, with an inbox of its own."""
    inbox = Inbox(folder)
    inbox.url = store_url or inbox.url
    _fill(inbox)
    now, dropped = [1_000_000.0], folder / "dropped"
    gatekeeper = Gatekeeper.for_hosts(("127.0.0.1", "localhost"), 8000)
    gatekeeper.clock = lambda: now[0]
    forms = {form.id: form for form in load_forms(FORMS)}
    with Store.open(inbox.url) as store:
        pictures = Pictures(folder / "cache", Settings())
        desk = Desk(store, forms, pictures, inbox.out, GATE)
        runs: list[int] = []

        def run(_inbox: Path, _progress: Progress) -> Summary:
            runs.append(1)
            return Summary(0, 0, 0, 0, 0, 0, 0, 0.0)

        desk.sources = Sources(
            dropped,
            (inbox.out,),
            folder / "fiches.toml",
            run,
            ended=desk.catch_up,
            changeable=True,
        )
        _put_form(inbox.out)
        desk.shelf = Shelf(
            *(inbox.out, Settings(), folder / "fiches.toml", forms),
            changeable=True,
            drafter="tests.standin_drafter:drafted",
        )
        export_all(store, inbox.out, [*forms.values()])
        pages = templates(Path(serve.__file__).parent / "templates")
        app = make_app(desk, gatekeeper, pages, who="Zoé")
        try:
            with ExitStack() as stack:
                yield Attacked(inbox, app, desk, gatekeeper, now, dropped, runs, stack)
        finally:
            desk.close()
            desk.shelf.close()
            pictures.close()


def _put_form(out: Path) -> None:
    """A form that whoever attacks began to draw."""
    folder = out / "brouillons" / "stage"
    folder.mkdir(parents=True)
    (folder / "blank.pdf").write_bytes((SHIPPED_FORM / "blank.pdf").read_bytes())
    text = TEXT.replace("{form_id}", "stage").replace("Un nombre,", EVIL)
    save(folder / "etapes.json", Steps((edits.relabel(text, "zones.1", EVIL),)))


def _fill(inbox: Inbox) -> None:
    doubt = {"email": ("zoe@exemple.fr", "zoé@exemple.fr")}
    inbox.add(
        "a.png",
        fiche(organisation=EVIL, doubtful=doubt),
        sender=f"{EVIL} <zoe@exemple.fr>",
        subject=EVIL,
    )
    inbox.add("b.png", fiche(people=PEOPLE[1:2], doubtful=doubt))
    inbox.add("c.png", fiche(people=PEOPLE[1:2], doubtful=doubt))
    inbox.add("d.png", fiche(people=PEOPLE[2:3], organisation=f"Autre {EVIL}"))
    inbox.add("e.png", rejection=Rejection("no-form", EVIL))
    envelope = Envelope(f"{EVIL} <lea@exemple.fr>", EVIL, None, EVIL)
    rejection = Rejection("mail", "Ce courriel n'apporte aucune fiche.", envelope=envelope)
    with Store.open(inbox.url) as store:
        store.record_received(Received("f.eml", 1, 1, (), (("f.eml", rejection),)))
    inbox.bank(
        moved(3, 4000, f"{EVIL} {PEOPLE[2]}", f"Autre {EVIL}"),
        moved(4, -1250, "<script>alert(4)</script>"),
        moved(5, 4210, f"{EVIL} {PEOPLE[2]}"),
    )
    with Store.open(inbox.url) as store:
        unrelated = (Decision(Act.UNRELATED, reason=EVIL),)
        store.decide([Change("m3", 10**9, unrelated)], who="Zoé")
        _pay(store)


def _pay(store: Store) -> None:
    """A cheque that was handed in, one that is here, and cash, all by whoever attacks."""
    paid = next(filed.id for filed in store.filed() if filed.subject == "r4-1")
    pays = (Decision(Act.PAYS, paid, "1000"),)
    for by in (PaidBy.CHEQUE, PaidBy.CHEQUE, PaidBy.CASH):
        store.take(Taking(date(2018, 1, 12), 1000, by, EVIL, EVIL, EVIL), pays, who=EVIL)
    seen = {taking.subject: ruling.version for taking, ruling in store.ledger().takings}
    handed_in = Decision(Act.DEPOSITED, "2018-01-15", "1")
    store.decide([Change("t1", seen["t1"], (handed_in,))], who=EVIL)
