"""The tables, written once all that is sure is decided."""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from pipeline.config import Accounting
from pipeline.exporters import export_all
from pipeline.forms.schema import Form
from pipeline.payments.deciding import Matcher, sure
from pipeline.payments.matching import match
from pipeline.snapshot import Snapshot
from pipeline.store import Store


def write_tables(
    store: Store, out: Path, forms: Sequence[Form], accounting: Accounting
) -> Snapshot:
    """Decide about the movements that surely pay something, and write every output.

    Raises StoreError, ExportError.
    """
    matcher = matcher_of(forms, accounting)
    store.decide_surely(partial(sure, matcher=matcher))
    return export_all(store, out, forms, matcher=matcher)


def matcher_of(forms: Iterable[Form], accounting: Accounting) -> Matcher:
    """Tells what movements pay, by the words of these events and settings."""
    # Not of its place: a service of the same name in another town is another one.
    words = [word for form in forms for word in form.event.name.split()]
    return partial(match, other_purposes=accounting.other_purposes, event_words=words)
