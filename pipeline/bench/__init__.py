"""Whole-folder speed and memory, beside other programs on the same pages: ``make bench``."""
