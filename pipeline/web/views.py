"""One request, as the routes see it."""

import base64
import binascii
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from jinja2 import Environment
from markupsafe import escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pipeline.decisions import MACHINE, Filed
from pipeline.forms.schema import Form
from pipeline.judging.shares import NAME
from pipeline.review.queue import Filters, Kind, Place, Way
from pipeline.web.desk import Desk

_KINDS = {
    "": Kind.REVIEW,
    "constats": Kind.FINDINGS,
    "acceptees": Kind.ACCEPTED,
    "a-repartir": Kind.SHARES,
    "recue": Kind.REVIEW,
    **dict.fromkeys(("verifiee", "payee", "confirmee", "annulee", "remboursee"), Kind.ACCEPTED),
}
_KEPT = ("q", "etat", "modele", "type", "ordre")
"""What of a list's address goes along from fiche to fiche."""
LOOKS, BY_FIELD = "regard", "champ"
"""The cookie that says how doubts are shown, and its value for one at a time."""


@dataclass(frozen=True)
class View:
    """A request with its typed form (decoded), and what answers are made of."""

    request: Request
    typed: dict[str, str]
    desk: Desk
    pages: Environment
    csrf: str
    default_who: str

    def asked(self, name: str) -> str:
        return str(self.request.query_params.get(name, ""))

    def number(self, name: str) -> int:
        """A number of the address; 0 where it is none."""
        return _whole(self.asked(name))

    def typed_number(self, name: str) -> int:
        return _whole(self.typed.get(name, ""))

    @property
    def by_htmx(self) -> bool:
        return "hx-request" in self.request.headers

    @property
    def place(self) -> str:
        return str(self.request.path_params["place"])

    @property
    def leaf(self) -> int:
        """The number of a page, in the path."""
        return _whole(str(self.request.path_params["page"]))

    @property
    def who(self) -> str:
        coded = self.request.cookies.get("relecteur", "")
        try:
            name = base64.urlsafe_b64decode(coded.encode()).decode()[:60]
        except (binascii.Error, ValueError):
            name = ""
        name = " ".join(name.split()) or self.default_who
        # The machine decides under that name, and no person's undo takes that back.
        return f"{name} (relecteur)" if name == MACHINE else name

    @cached_property
    def chosen(self) -> dict[str, str]:
        """The filters that are set, whether in the address or sent along with a decision."""
        sent = dict(parse_qsl(self.typed.get("here", "")))
        asked = {name: self.asked(name) or sent.get(name, "") for name in _KEPT}
        return {name: text[:200] for name, text in asked.items()}

    @property
    def kept(self) -> dict[str, str]:
        return {name: text for name, text in self.chosen.items() if text}

    @property
    def query(self) -> str:
        return urlencode(self.kept)

    @property
    def way(self) -> Way:
        return Way.BY_FIELD if self.chosen["ordre"] == "champ" else Way.BY_FORM

    @property
    def filters(self) -> Filters:
        return Filters(
            kind=_KINDS.get(self.chosen["etat"], Kind.ALL),
            form_id=self.chosen["modele"],
            type=self.chosen["type"],
            text=self.chosen["q"],
        )

    @property
    def by_field(self) -> bool:
        """Whether doubts are shown one at a time, and not a fiche at a time: browsers remember."""
        return self.request.cookies.get(LOOKS) == BY_FIELD or self.way is Way.BY_FIELD

    def next(self, after: Place | None) -> Place | None:
        """The doubt behind a place; behind the last one, the first that is left."""
        step = partial(self.desk.next, way=self.way, filters=self.filters)
        return step(after) or step(None)

    def filed(self) -> tuple[Filed, Form]:
        return self.desk.file(str(self.request.path_params["subject"]))

    def advance(self, after: Place | None) -> Place | None:
        """The next doubt or, now and then, a field shown to measure machine and reviewer."""
        following = self.next(after)
        shown = self.desk.check() if following else None
        return Place(*shown) if shown else following

    def address(self, subject: str, name: str = "") -> str:
        """Where a field or finding is worked on; without one, the whole fiche."""
        query = f"?{self.query}" if self.query else ""
        return f"/fiche/{quote(subject)}{'/' if name else ''}{quote(name)}{query}"

    def opened(self, place: Place) -> str:
        """Where a doubt is worked on, in the way that this browser remembers.

        Who has what is one screen, however that is.
        """
        named = self.by_field or place.name == NAME
        return self.address(place.subject, place.name if named else "")

    def work(
        self, inner: str, *, title: str, address: str, status: int = 200, **given: Any
    ) -> Response:
        """The work on something, as a whole page or as what htmx puts into one."""
        given |= {"inner": inner, "title": title}
        if not self.by_htmx:
            return self.page("review.html.j2", status=status, **given)
        response = self.page(inner, status=status, **given)
        response.headers["HX-Push-Url"] = address
        return response

    def done(self, notice: str = "") -> Response:
        """Nothing is left to look at."""
        return self.work(
            "done.html.j2",
            title="Terminé",
            address="/relire",
            filtered=bool(self.kept),
            notice=notice,
        )

    def page(self, name: str, *, status: int = 200, **given: Any) -> Response:
        """A template, with what every page shows."""
        counts = self.desk.counts()
        waiting = sum(1 for refusal in self.desk.refused() if not refusal.set_aside)
        rooms = (
            ("/accueil", "Accueil", None),
            ("/", "À relire", counts.to_review),
            ("/rejets", "Rejetés", waiting),
            ("/doublons", "Doublons", None),
            ("/paiements", "Paiements", self.desk.till.waiting()),
            ("/bilan", "Bilan", None),
            *((("/formulaires", "Mes formulaires", None),) if self.desk.shelf else ()),
        )
        base = {
            "csrf": self.csrf,
            "who": self.who,
            "rooms": rooms,
            "here": "/" + self.request.url.path.split("/")[1],
            "query": self.query,
            "by_field": self.by_field,
            "notice": self.asked("dit")[:200],
            "notice_is_bad": False,
            "beside_rooms": False,
        }
        return HTMLResponse(self.pages.get_template(name).render({**base, **given}), status)

    def away(self, address: str, notice: str = "") -> Response:
        """Another page instead, which says what was done."""
        query = f"?{urlencode({'dit': notice})}" if notice else ""
        return Response(status_code=204, headers={"HX-Redirect": address + query})

    def words(self, text: str, status: int) -> Response:
        """A refusal, for people to read: into the page that asked, or as a page of its own."""
        if self.by_htmx:
            headers = {"HX-Retarget": "#said", "HX-Reswap": "outerHTML"}
            notice = f'<p id="said" class="notice bad" role="alert">{escape(text)}</p>'
            return HTMLResponse(notice, status, headers=headers)
        return HTMLResponse(self.pages.get_template("words.html.j2").render(text=text), status)


def _whole(text: str) -> int:
    """A number that somebody sent; 0 where it is none, or larger than any of ours."""
    return int(text) if text.isdecimal() and len(text) < 16 else 0
