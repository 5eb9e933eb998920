"""Papers for the day of an event and for its payments: frozen records in, a PDF's bytes out."""
