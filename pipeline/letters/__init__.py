"""Mail drafts to who registers: frozen records in, an ``.eml``'s bytes out; nothing is sent."""
