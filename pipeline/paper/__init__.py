"""From a page's pixels to writing on a known form: alignment, print removed, ink, lines."""
