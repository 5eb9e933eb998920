"""An evaluation as plain text."""

from collections.abc import Iterator

from pipeline.evaluate import FIELD_S, KEY_S, OPEN_S, Evaluation, FieldScore, share
from pipeline.evaluate.curves import cells
from pipeline.rates import upper_bound


def lines(evaluation: Evaluation) -> Iterator[str]:
    """The tables, one line at a time; real and synthetic hands side by side where both wrote."""
    e = evaluation
    yield f"{e.documents - e.unreadable} documents to read, {e.unread} unread"
    if e.unreadable:
        yield f"{e.unreadable} documents to reject, {e.refused} rejected"
    yield ""
    groups: list[tuple[str, ...]] = [(hand,) for hand in e.hands] or [()]
    if len(groups) > 1:
        yield f"{'':14}" + "".join(f"{f'{hand} hands':>47}" for hand in e.hands)
    yield f"{'field':14}" + "  exact  accepted  wrong of accepted    <95%    CER" * len(groups)
    columns = [
        (*e.fields_of(g), FieldScore.of("all fields", [v for v in e.verdicts if v.hand in g]))
        for g in groups
    ]
    for row in zip(*columns, strict=True):
        yield f"{row[0].field:14}" + "".join(map(_score, row))
    yield ""
    yield (
        f"STP rate {e.stp_rate:.3f}, false-accept rate {e.false_accept_rate:.3f} "
        f"({e.false} of {e.untouched} accepted untouched, "
        f"<{upper_bound(e.false, e.untouched):.4f} with 95 %)"
    )
    yield (
        f"human time {share(round(e.human_s), e.documents):.0f} s a document (assumed: {OPEN_S:g} s"
        f" to open a form in review, {FIELD_S:g} s a field in doubt, {KEY_S:g} s to key in a form "
        "not read)"
    )
    if e.judged:
        yield ""
        yield f"{'type':13} {'source':11} readings  exact  stated   error  accepted  wrong    <95%"
        for cell in cells(e.judged):
            yield (
                f"{cell.type:13} {cell.source:11} {cell.readings:8}  "
                f"{share(cell.right, cell.readings):.3f}  {cell.stated:6.3f}  {cell.error:+.3f}  "
                f"{share(cell.accepted, cell.readings):8.3f}  {cell.wrong:5}  "
                f"{upper_bound(cell.wrong, cell.accepted):.4f}"
            )
    wrong = [v for v in e.verdicts if not v.right and v.read is not None]
    if wrong:
        yield ""
        yield f"{len(wrong)} misread:"
    for v in wrong:
        doubt = "ACCEPTED" if v.accepted else "in review"
        yield f"  {v.document}  {v.field}  {doubt}  read {v.read!r}  truth {v.truth!r}"


def _score(score: FieldScore) -> str:
    cer = "" if score.cer is None else f"{score.cer:.4f}"
    return (
        f"  {share(score.exact, score.forms):.3f}     {share(score.accepted, score.forms):.3f}"
        f"  {score.wrong:6} of {score.accepted:<8} {score.bound:.4f} {cer:>6}"
    )
