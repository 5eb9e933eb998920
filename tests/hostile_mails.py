"""Mails that mean harm, as they come: bytes, and what of each a person must read."""

from collections.abc import Iterator
from dataclasses import dataclass

TRAP = "http://127.0.0.1:9"
"""Nobody listens there; whoever asks it was tricked."""
SAID = "Zoé Martin ne viendra pas."
_ON = "window.pwned=1"


@dataclass(frozen=True, slots=True)
class Hostile:
    """``data``: the mail; ``shown``: what its page must say."""

    name: str
    data: bytes
    shown: tuple[str, ...] = (SAID,)


def _mail(body: bytes, *, kind: str = "text/html; charset=utf-8", headers: bytes = b"") -> bytes:
    given = headers if b"From:" in headers else b"From: Lea <lea@exemple.fr>\r\n" + headers
    given = given if b"Subject:" in given else given + b"Subject: Annulation\r\n"
    dated = b"Date: Fri, 12 Jan 2018 09:30:00 +0100\r\nMIME-Version: 1.0\r\n"
    how = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode()
    return given + dated + how + body


def _html(body: str) -> bytes:
    return _mail(f"<html><body>{body}</body></html>".encode())


_BODIES = {
    "script": f"<script>{_ON};alert(1)</script><p>{SAID}</p><script src='{TRAP}/a.js'></script>",
    "handlers": f"<p onclick='{_ON}'>{SAID}</p><img src=x onerror='{_ON}'><body onload='{_ON}'>",
    "links": f"<a href='javascript:{_ON}'>{SAID}</a> <a href=' java\nscript:alert(1)'>x</a>",
    "refresh": f"<meta http-equiv=refresh content='0;url={TRAP}/r'><p>{SAID}</p>",
    "base": f"<base href='{TRAP}/'><p>{SAID}</p><img src=p.png>",
    "pixels": f"<img src='{TRAP}/p.png' width=1><img srcset='{TRAP}/q.png 2x'>{SAID}"
    f"<table background='{TRAP}/b.png'></table><video poster='{TRAP}/v.png' src='{TRAP}/v'>",
    "style": f"<style>@import '{TRAP}/i.css';body{{background:url({TRAP}/u.png)}}</style>"
    f"<link rel=stylesheet href='{TRAP}/l.css'><p style='background:url({TRAP}/s.png)'>{SAID}</p>",
    "frames": f"<iframe src='{TRAP}/f' srcdoc='<script>{_ON}</script>'></iframe><object data="
    f"'{TRAP}/o'></object><embed src='{TRAP}/e'><p>{SAID}</p>",
    "forms": f"<form action='{TRAP}/f' method=post><input name=who><button>{SAID}</button>",
    "svg": f"<svg onload='{_ON}'><script>{_ON}</script><image href='{TRAP}/s.png'/></svg><math>"
    f"<mtext><img src=x onerror='{_ON}'></mtext></math>{SAID}",
    "entities": f"&lt;script&gt;{_ON}&lt;/script&gt;&amp;lt;img src=x onerror={_ON}&amp;gt;{SAID}",
    "mutation": f"<noscript><p title='</noscript><img src=x onerror={_ON}>'>{SAID}</noscript>",
    "cut-tags": f"<p>{SAID}<scr<script>ipt>{_ON}</scr</script>ipt><<img src=x onerror={_ON}//",
    "closes-ours": f"</pre></section></main></body></html><script>{_ON}</script>{SAID}",
    "template": "{{ 7*7 }}{% include '/etc/passwd' %}${7*7}" + SAID,
    "htmx": f"<div hx-get='{TRAP}/h' hx-trigger=load hx-on:load='{_ON}' data-key=Enter>{SAID}",
    "buttons": f"<button class=primary data-key=Enter>Annuler l'inscription</button>{SAID}"
    "<p id=said role=alert>Session expirée</p><dialog open>Mot de passe ?</dialog>",
}


def hostile() -> Iterator[Hostile]:
    """Each by the name of its file."""
    for name, body in _BODIES.items():
        yield Hostile(f"{name}.eml", _html(body))
    hidden = "<p style='display:none'>Ne pas annuler</p><p style='color:#fff;font-size:0'>Payer</p>"
    # What a mail hides is shown: who answers for it sees all that stands in it.
    yield Hostile("hidden.eml", _html(f"{hidden}{SAID}"), ("Ne pas annuler", "Payer", SAID))
    yield Hostile("comment.eml", _html(f"{SAID}<!-- <script>{_ON}</script>"))
    yield Hostile("nul.eml", _html(f"<scr\0ipt>{_ON}</scr\0ipt>{SAID}\0"))
    yield Hostile(
        "utf7.eml",
        _mail(
            b"+ADw-script+AD4-window.pwned=1+ADw-/script+AD4-Zo+AOk- Martin ne viendra pas.",
            kind="text/html; charset=utf-7",
        ),
    )
    yield Hostile("no-charset.eml", _mail(SAID.encode("cp1252"), kind="text/plain"))
    yield Hostile(
        "strange-charset.eml", _mail(SAID.encode("cp1252"), kind="text/plain; charset=x-evil")
    )
    style = "<style>" + "p.MsoNormal{margin:0cm}" * 3000 + "</style>"
    yield Hostile("long-head.eml", _html(f"{style}<p>{SAID}</p>"))
    yield Hostile("nested.eml", _html("<div>" * 500_000 + SAID + "</div>" * 500_000))
    yield Hostile("number.eml", _html(f"{SAID}&#{'9' * 5000};&#x{'f' * 5000};&#0;&#x202e;"))
    yield Hostile("open-tags.eml", _html(SAID + "<" * 500_000 + "<br " * 500_000))
    yield Hostile("open-comments.eml", _html(SAID + "<!--" * 1_000_000))
    yield Hostile("open-styles.eml", _html(SAID + "<style></style" * 400_000))
    yield Hostile(
        "blank-plain.eml",
        _mail(
            b"--c\r\nContent-Type: text/plain\r\n\r\n \r\n--c\r\nContent-Type: text/html; "
            b"charset=utf-8\r\n\r\n<p>" + SAID.encode() + b"</p>\r\n--c--\r\n",
            kind="multipart/alternative; boundary=c",
        ),
    )
    yield from _headers()


def _headers() -> Iterator[Hostile]:
    plain, said = "text/plain; charset=utf-8", SAID.encode()

    def mail(name: str, headers: bytes, *shown: str) -> Hostile:
        return Hostile(name, _mail(said, kind=plain, headers=headers), (SAID, *shown))

    yield mail(
        "sender.eml",
        b'From: "<script>window.pwned=1</script><img src=x onerror=alert(1)>" <a@exemple.fr>\r\n',
        "<script>window.pwned=1</script>",
    )
    yield mail(
        "bidi.eml",
        "From: \u202egnitteh\u2066 <a@exemple.fr>\r\nSubject: \u202erelunna\u202d OK\r\n".encode(),
        "relunna",
    )
    yield mail(
        "encoded-bidi.eml",
        b"From: =?utf-8?b?4oCuZ25pdHRlaA==?= <a@exemple.fr>\r\n"
        b"Subject: =?utf-8?q?=E2=80=AErelunna?=\r\n",
        "relunna",
    )
    yield mail(
        "injection.eml",
        b"Subject: =?utf-8?q?a=0D=0ABcc:_x@exemple.fr=0D=0A=0D=0A<script>window.pwned=3D1?=\r\n",
        "a Bcc: x@exemple.fr",
    )
    yield mail(
        "ansi.eml", b"Subject: =?utf-8?q?=1B]0;pwned=07=1B[31mrouge=1B[2J=00=9B?=\r\n", "rouge"
    )
    yield mail("long.eml", b"Subject: " + b"A" * 500_000 + b"\r\n")
