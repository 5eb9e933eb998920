"""The files of a batch: the same batch gives the same bytes."""

from collections.abc import Mapping

from pipeline.bookkeeping import fec, paheko
from pipeline.bookkeeping.batches import is_slip, of_year
from pipeline.bookkeeping.check import check
from pipeline.ledger import Batch


def files(batch: Batch) -> Mapping[str, bytes]:
    """Two files for each accounting year, by name; a year of nothing but slips has none for Paheko.

    Raises BooksError where one breaks the rules of its format.
    """
    written = {}
    for year in sorted({booking.year for booking in batch.bookings}):
        csv, txt = paheko.render(batch, year), fec.render(batch, year)
        check(batch, year, for_paheko=csv, for_others=txt)
        written[fec.file_name(batch, year)] = txt
        if not all(is_slip(booking.entry) for booking in of_year(batch, year)):
            written[paheko.file_name(year)] = csv
    return written
