"""Blanks as associations make them, filled in by invented people: how well are other forms read?

Six layouts that the product does not know, 24 copies of each: typed, by hand, photographed, typed
into the PDF. ``make forms`` draws them, reads them and prints a table; see
``measure``. Each blank is drawn by one module, which says what is printed and where people write
in the same breath (``sheet``), so that ``form.toml`` cannot disagree with the paper.
"""
