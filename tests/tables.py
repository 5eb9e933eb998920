"""A snapshot for the tests of what people open, its fields typed as runs type them; invented."""

from dataclasses import replace

from builders import ENVELOPE, GAP, doubtful, reading, registration

from pipeline.judging.shares import shares
from pipeline.payments.reference import reference_of
from pipeline.records import FieldReading, Registration, Rejection
from pipeline.snapshot import RegistrationRow, RejectedRow, Snapshot

EVENT = "Journée régionale, 2 février 2018"
HOSTILE = (
    '=HYPERLINK("http://mal.exemple";"ici")',
    "=1+1",
    "+33 2 99 00 00 00",
    "@x",
    "-2+3",
    "http://mal.exemple",
    "mailto:mal@exemple.fr",
    "internal:'Totaux'!A1",
    "external:/etc/passwd",
    "{=1+1}",
    "\t=1+1",
    "'=1+1",
    "<r><t>faux</t></r>",
    "<r>&</r>",
    "<si><t>a & b</t></si>]]>",
    "_x0041_",
    " bords ",
    "deux\nlignes",
    "01000",
    "1E5",
    "40,00",
    "02/02/2018",
    "VRAI",
    "#REF!",
    "𝐅𝐢𝐜𝐡𝐞 é",
)


def typed(form: Registration) -> Registration:
    """The same fiche, with counts and amounts of these types."""

    def of(read: FieldReading) -> FieldReading:
        if not isinstance(read.value, int):
            return read
        is_total = read.field == form.roles.total
        return replace(read, type="amount" if is_total else "count")

    return replace(form, readings=tuple(map(of, form.readings)))


def row(form: Registration, n: int = 1, **changes: object) -> RegistrationRow:
    of = typed(form)
    made = RegistrationRow(
        f"0123456789ab-{n}",
        f"scan {n}.pdf",
        of,
        ENVELOPE,
        shares=shares(of, {}),
        reference=reference_of(f"0123456789ab-{n}"),
        owed_cents=of.total_due_cents,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def everything(*rows: RegistrationRow) -> Snapshot:
    """Those registrations, and a rejected page; of an event that has a name."""
    rejected = RejectedRow("photo.jpg", Rejection("no-form", "Aucune fiche connue.", 2))
    return Snapshot(rows, (rejected,), len(rows) + 1, occasions={"mais-2018-02-02": EVENT})


def three() -> Snapshot:
    """A fiche accepted, one with a gap and a doubt, and one that came twice."""
    return everything(
        row(registration()),
        row(
            registration(
                people=("Éloïse L'HÔTE", "Inès ROUX"),
                adherents=1,
                non_adherents=1,
                repas=1,
                total=113630,
                due=8210,
                findings=(GAP,),
                more=(doubtful("personnes.3"),),
            ),
            2,
        ),
        row(
            registration(),
            3,
            counted=False,
            counted_elsewhere=frozenset(("Zoé MARTIN", "Luc PETIT")),
        ),
    )


def holding(text: str) -> Snapshot:
    """That text wherever people or documents may bring one."""
    form = registration(
        more=(
            *(reading(field, text) for field in ("organisation", "telephone", "personnes.1")),
            replace(doubtful("email", reason=text), candidates=reading("email", text).candidates),
        ),
        findings=(replace(GAP, said=text),),
    )
    mail = replace(ENVELOPE, sender=text, subject=text)
    snapshot = everything(row(form, document=text, envelope=mail))
    rejected = RejectedRow(text, Rejection("x", text))
    return replace(snapshot, rejected=(rejected,), occasions={form.form_id: text})
