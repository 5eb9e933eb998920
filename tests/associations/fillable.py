"""The fields of an AcroForm, laid over what is printed: a viewer writes in them."""

from associations.sheet import PT_PER_MM, Box, Sheet

_FONT_PT = 11
_NO_LOOK = {"borderWidth": 0, "fillColor": None, "borderColor": None}


def text_field(
    sheet: Sheet, name: str, box: Box, tooltip: str, *, cells: int = 0,
    choices: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """To write in, a character a cell where it has ``cells``, or to choose from a list."""
    x, y, w, h = box
    at = {"x": x * PT_PER_MM, "y": (sheet.size_mm[1] - y - h) * PT_PER_MM,
          "width": w * PT_PER_MM, "height": h * PT_PER_MM, "name": name, "tooltip": tooltip,
          "fontSize": _FONT_PT, **_NO_LOOK}  # fmt: skip
    form = sheet.canvas.acroForm
    if choices:
        form.choice(value=choices[0], options=list(choices), fieldFlags="combo", **at)
    else:
        form.textfield(maxlen=cells or 100, fieldFlags="comb" if cells else "", **at)


def check(sheet: Sheet, name: str, box: Box, tooltip: str, *, style: str = "check") -> None:
    sheet.canvas.acroForm.checkbox(
        name=name, buttonStyle=style, fieldFlags="", **_square(sheet, box, tooltip)
    )


def radio(sheet: Sheet, name: str, option: str, box: Box, tooltip: str) -> None:
    """One of the buttons called ``name``, of which one is on at most."""
    sheet.canvas.acroForm.radio(
        name=name, value=option, selected=False, buttonStyle="circle", shape="square",
        fieldFlags="noToggleToOff radio", **_square(sheet, box, tooltip),
    )  # fmt: skip


def _square(sheet: Sheet, box: Box, tooltip: str) -> dict[str, object]:
    x, y, side, _ = box
    at = {"x": x * PT_PER_MM, "y": (sheet.size_mm[1] - y - side) * PT_PER_MM}
    return {**at, "size": side * PT_PER_MM, "tooltip": tooltip, **_NO_LOOK}
