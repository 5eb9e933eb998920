"""Copies of one form are grouped, whatever an engine misread of their labels."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline.drafting.alike import Fingerprint, fingerprint, groups_of, likeness
from pipeline.forms.schema import Form
from pipeline.forms.zone import Zone

LABELS = ("nom", "prenom", "adresse", "code postal", "ville", "telephone", "courriel", "profession")
OTHERS = ("nom enfant", "classe", "ecole", "allergie", "personne prevenir", "medecin")


def form(labels: list[str], *, x: float = 30, step: float = 13, top: float = 40) -> Form:
    zones = tuple(
        Zone(
            field=f"champ_{n}",
            type="text",
            label=label,
            lines_mm=((x, top + step * n, 80, 8),),
        )
        for n, label in enumerate(labels)
    )
    return Form(id="inconnu", title="", folder=Path("inconnu"), zones=zones)


def test_pages_are_grouped_by_what_they_ask() -> None:
    first, second = form(list(LABELS)), form(list(OTHERS))
    forms = [("a", first), ("b", second), ("c", first), ("d", first), ("e", second)]
    assert groups_of(forms) == (("a", "c", "d"), ("b", "e"))


def test_the_same_labels_at_other_places_are_another_form() -> None:
    column = form(list(LABELS))
    grid = tuple(
        zone.model_copy(update={"lines_mm": ((20 + 95 * (n % 2), 40 + 22 * (n // 2), 80, 8),)})
        for n, zone in enumerate(column.zones)
    )
    other = column.model_copy(update={"zones": grid})
    assert likeness(fingerprint(column), fingerprint(other)) < 0.68


@given(
    misread=st.integers(0, len(LABELS) - 1),
    missing=st.integers(0, len(LABELS) - 1),
    scale=st.floats(0.75, 1.4),
    shift=st.floats(-8, 8),
)
def test_a_copy_misread_shifted_and_scaled_is_of_the_group(
    misread: int, missing: int, scale: float, shift: float
) -> None:
    whole = fingerprint(form(list(LABELS)))
    labels = [label if n != misread else f"{label[:-1]}i" for n, label in enumerate(LABELS)]
    kept = [n for n in range(len(LABELS)) if n != missing]
    places = [(whole.places_mm[n][0] + shift, scale * whole.places_mm[n][1] + shift) for n in kept]
    copy = Fingerprint(tuple(labels[n] for n in kept), tuple(places))
    assert likeness(whole, copy) >= 0.68


@given(st.lists(st.sampled_from(LABELS), min_size=1, max_size=12), st.data())
def test_likeness_is_of_both_alike_and_whole_with_itself(
    labels: list[str], data: st.DataObject
) -> None:
    others = data.draw(st.lists(st.sampled_from(LABELS + OTHERS), min_size=1, max_size=12))
    one, two = fingerprint(form(labels)), fingerprint(form(others, x=50))
    assert likeness(one, one) == 1.0
    assert likeness(one, two) == likeness(two, one)
    assert 0.0 <= likeness(one, two) <= 1.0


@given(st.lists(st.sampled_from([LABELS, OTHERS]), max_size=12))
def test_every_page_is_in_one_group(asked: list[tuple[str, ...]]) -> None:
    groups = groups_of((n, form(list(labels))) for n, labels in enumerate(asked))
    assert sorted(n for group in groups for n in group) == list(range(len(asked)))
    assert len(groups) == len(set(asked))


@given(leans=st.lists(st.floats(-1.2, 1.2), min_size=len(LABELS), max_size=len(LABELS)))
def test_labels_are_in_the_order_of_their_rows_though_a_photo_leans(leans: list[float]) -> None:
    whole = form(list(LABELS))
    zones = tuple(
        zone.model_copy(
            update={"lines_mm": ((20 + 95 * (n % 2), 40 + 22 * (n // 2) + lean, 80, 8),)}
        )
        for n, (zone, lean) in enumerate(zip(whole.zones, leans, strict=True))
    )
    assert fingerprint(whole.model_copy(update={"zones": zones})).labels == LABELS
