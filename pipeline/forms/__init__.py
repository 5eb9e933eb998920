"""Known forms: their zones, their arithmetic, their blank. Adding a form is adding a folder."""
