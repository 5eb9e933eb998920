"""The stages of the pipeline: plain functions from one frozen record to the next.

A document is received, opened page by page, oriented, aligned, recognized, extracted, reconciled.
"""
