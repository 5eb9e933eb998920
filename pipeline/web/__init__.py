"""The review page, served to this machine's browser; only ``serve`` opens a port."""
