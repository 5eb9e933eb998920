"""Leaders drawn dot by dot."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.drafting.dotted import dotted
from pipeline.geometry import BoxMm

steps = st.floats(0.7, 1.6)


@given(step=steps, count=st.integers(12, 150), at=st.integers(3, 8), more=st.floats(0, 0.8))
def test_dots_make_one_run_also_where_one_stands_further(
    step: float, count: int, at: int, more: float
) -> None:
    dots = [BoxMm(20 + n * step + more * (n >= at), 50, 0.3, 0.3) for n in range(count)]
    runs, strokes = dotted(dots, [])
    assert len(runs) == 1
    assert abs(runs[0].x - 20) < 0.1
    assert abs(runs[0].right - dots[-1].right) < 0.1
    assert strokes == ()


def test_pieces_of_a_stroke_are_no_dots() -> None:
    runs, strokes = dotted([BoxMm(20 + 0.8 * n, 50, 0.8, 0.2) for n in range(60)], [])
    assert runs == []
    assert len(strokes) == 1


def test_the_dotted_side_of_a_frame_is_no_leader() -> None:
    frame = BoxMm(20, 50, 60, 20)
    dots = [BoxMm(20 + n, y, 0.3, 0.3) for n in range(60) for y in (50, 70)]
    assert dotted(dots, [frame])[0] == []
    assert len(dotted(dots, [])[0]) == 2
