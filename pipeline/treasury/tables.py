"""The tables, written once all that is sure is decided."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from pipeline.config import Accounting
from pipeline.exporters import export_all
from pipeline.forms.schema import Form
from pipeline.payments.deciding import sure
from pipeline.snapshot import Snapshot
from pipeline.store import Store


def write_tables(
    store: Store, out: Path, forms: Sequence[Form], accounting: Accounting
) -> Snapshot:
    """Decide about the movements that surely pay something, and write every output.

    Raises StoreError, ExportError.
    """
    purposes = accounting.other_purposes
    store.decide_surely(partial(sure, other_purposes=purposes))
    return export_all(store, out, forms, other_purposes=purposes)
