"""Fiches: scanned registration forms in, a registration table out."""

__version__ = "0.1.0"
