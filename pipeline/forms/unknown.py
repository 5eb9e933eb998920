"""Fiches of forms that nobody has described: each brings the form along that its labels tell of.

Its text, a ``form.toml``, is kept in the fiche's roles. So it is judged, reviewed and written into
tables like any other, and no folder of forms has to know it.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from pipeline.forms.schema import Form
from pipeline.records import Registration
from pipeline.roles import Roles

UNKNOWN = "inconnu"
"""The id of every such form."""
_KEPT = 512


@lru_cache(maxsize=_KEPT)
def described(text: str) -> Form | None:
    """The form that such a text describes; None for a text that describes none."""
    # A folder of its own, which is nowhere: by it forms are told apart.
    folder = Path(UNKNOWN, hashlib.sha256(text.encode()).hexdigest()[:16])
    try:
        return Form.model_validate({**tomllib.loads(text), "folder": folder})
    except (ValidationError, ValueError):
        return None


def roles_of(form: Form, text: str) -> Roles:
    """The roles of such a form, with the text that describes it."""
    return replace(form.roles, described=text)


def form_of(registration: Registration, forms: Mapping[str, Form]) -> Form | None:
    """The form of a fiche: the one it brings along, or one of the known ones; None where that is
    not known any more."""
    if registration.form_id == UNKNOWN:
        return described(registration.roles.described)
    return forms.get(registration.form_id)


def own_form(registration: Registration, forms: Mapping[str, Form]) -> Form:
    """The same, of a fiche whose form is known or came along. Raises KeyError for any other."""
    return form_of(registration, forms) or forms[registration.form_id]
