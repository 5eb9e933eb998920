"""Whom to write to, and whom to call."""

import re
from collections.abc import Iterator

import phonenumbers

from pipeline.decoding import bank
from pipeline.event import About, Fact
from pipeline.flyer.days import UNPROVEN
from pipeline.flyer.rows import Rows

_EMAIL = re.compile(r"(?P<name>[\w.+-]+) ?@ ?(?P<domain>[\w-]+(?:\.[\w-]+)+)")
_NO_NAME = ("mail", "e-mail", "email", "courriel", "adresse", "@")
_BROKEN = re.compile(r"(?<=\d)\n(?=\d\d(?:[ .]\d\d)*\.?(?:\s|$))")
"""A line that ends within a number, which the next goes on."""


def contacts(rows: Rows) -> Iterator[Fact]:
    """Every e-mail address and every telephone number, once."""
    seen: set[str] = set()
    for fact in (*_emails(rows), *_phones(rows)):
        if fact.value not in seen:
            seen.add(fact.value)
            yield fact


def _emails(rows: Rows) -> Iterator[Fact]:
    for match in _EMAIL.finditer(rows.text):
        if match["name"].lower() not in _NO_NAME:
            value = f"{match['name']}@{match['domain']}".lower()
            line = rows.line_at(match.start())
            yield Fact(About.EMAIL, value, read=match[0], line=line, probability=UNPROVEN)


def _phones(rows: Rows) -> Iterator[Fact]:
    at = 0
    for stretch in re.split(r"(?<!\d)\n|\n(?!\d)", _BROKEN.sub(" ", rows.text)):
        if not bank.has_account(stretch):
            for phone in phonenumbers.PhoneNumberMatcher(stretch, "FR"):
                value = phonenumbers.format_number(
                    phone.number, phonenumbers.PhoneNumberFormat.E164
                )
                start = at + phone.start
                read = rows.text[start : at + phone.end]
                line = rows.line_at(start)
                yield Fact(About.PHONE, value, read=read, line=line, probability=UNPROVEN)
        at += len(stretch) + 1
