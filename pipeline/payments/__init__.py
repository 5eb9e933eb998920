"""Which movement of a bank's statement pays which registration: pure functions over records."""
