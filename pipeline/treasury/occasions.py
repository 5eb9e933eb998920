"""What papers and letters say of an event and its organiser, from the form and the settings."""

from pipeline.config import Accounting
from pipeline.forms.schema import Form
from pipeline.papers.occasion import Occasion, Organiser


def occasion_of(form: Form, accounting: Accounting) -> Occasion:
    """The event of a form."""
    event, organiser = form.event, form.organiser
    return Occasion(
        event.name,
        Organiser(
            organiser.name,
            address=accounting.address,
            siren=accounting.siren,
            iban=organiser.iban,
            bic=organiser.bic,
            email=organiser.email,
            vat=accounting.vat,
        ),
        day=event.date,
        hours=event.hours,
        place=event.place,
    )
