"""An evaluation as plain text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipeline.evaluate import FIELD_S, KEY_S, OPEN_S, Evaluation, FieldScore, Judged, share, truth
from pipeline.evaluate.curves import cells
from pipeline.judging.error_class import ErrorClass, class_name
from pipeline.language import tr
from pipeline.rates import Rate, upper_bound


def lines(evaluation: Evaluation) -> Iterator[str]:
    """The tables, one line at a time; hands side by side where several wrote."""
    e = evaluation
    to_read = e.documents - e.unreadable
    yield tr("{to_read} documents to read, {unread} unread", to_read=to_read, unread=e.unread)
    if e.unreadable:
        yield tr(
            "{unreadable} documents to reject, {refused} rejected",
            unreadable=e.unreadable,
            refused=e.refused,
        )
    yield ""
    groups: list[tuple[str, ...]] = [(hand,) for hand in e.hands] or [()]
    if len(groups) > 1:
        yield f"{'':14}" + "".join(f"{hands_name(hand):>47}" for hand in e.hands)
    heads = tr("  exact  accepted  wrong of accepted    <95%    CER")
    yield tr("field").ljust(14) + heads * len(groups)
    columns = [
        (*e.fields_of(g), FieldScore.of(tr("all fields"), [v for v in e.verdicts if v.hand in g]))
        for g in groups
    ]
    for row in zip(*columns, strict=True):
        yield f"{row[0].field:14}" + "".join(map(_score, row))
    yield ""
    if e.judged:
        yield from _by_class([e.errors_of(group) for group in groups])
        yield ""
    yield tr(
        "STP rate {stp:.3f}, false-accept rate {rate:.3f} ({false} of {untouched} accepted "
        "untouched, <{bound:.4f} with 95 %)",
        stp=e.stp_rate,
        rate=e.false_accept_rate,
        false=e.false,
        untouched=e.untouched,
        bound=upper_bound(e.false, e.untouched),
    )
    yield tr(
        "human time {seconds:.0f} s a document (assumed: {open:g} s to open a form in review, "
        "{field:g} s a field in doubt, {key:g} s to key in a form not read)",
        seconds=share(round(e.human_s), e.documents),
        open=OPEN_S,
        field=FIELD_S,
        key=KEY_S,
    )
    if e.judged:
        yield ""
        yield from _calibration(e.judged)
    wrong = [v for v in e.verdicts if not v.right and v.read is not None]
    if wrong:
        yield ""
        yield tr("{count} misread:", count=len(wrong))
    for v in wrong:
        yield tr(
            "  {document}  {field}  {doubt}  read {read!r}  truth {truth!r}",
            document=v.document,
            field=v.field,
            doubt=tr("ACCEPTED") if v.accepted else tr("in review"),
            read=v.read,
            truth=v.truth,
        )


def _by_class(by_hand: Sequence[Mapping[ErrorClass, Rate]]) -> Iterator[str]:
    for error in ErrorClass:
        yield class_name(error).ljust(14) + "".join(_rate(errors[error]) for errors in by_hand)


def _calibration(judged: Iterable[Judged]) -> Iterator[str]:
    yield tr("type          source      readings  exact  stated   error  accepted  wrong    <95%")
    for cell in cells(judged):
        yield (
            f"{cell.type:13} {cell.source:11} {cell.readings:8}  "
            f"{share(cell.right, cell.readings):.3f}  {cell.stated:6.3f}  {cell.error:+.3f}  "
            f"{share(cell.accepted, cell.readings):8.3f}  {cell.wrong:5}  "
            f"{upper_bound(cell.wrong, cell.accepted):.4f}"
        )


def hands_name(hand: str) -> str:
    """Who wrote, as ``truth.json`` says it."""
    match hand:
        case truth.REAL:
            return tr("real hands")
        case truth.SYNTHETIC:
            return tr("synthetic hands")
        case truth.INK:
            return tr("real ink")
        case truth.FONTS:
            return tr("fonts")
        case "all":
            return tr("all hands")
    return tr("{hand} hands", hand=hand)


def _rate(rate: Rate) -> str:
    wrong = tr("{wrong:6} of {accepted:<8}", wrong=rate.wrong, accepted=rate.of)
    return f"{'':16}{wrong} {upper_bound(rate.wrong, rate.of):.4f} {'':6}"


def _score(score: FieldScore) -> str:
    cer = "" if score.cer is None else f"{score.cer:.4f}"
    return (
        f"  {share(score.exact, score.forms):.3f}     {share(score.accepted, score.forms):.3f}  "
        + tr("{wrong:6} of {accepted:<8}", wrong=score.wrong, accepted=score.accepted)
        + f" {score.bound:.4f} {cer:>6}"
    )
