"""Standing decisions about money, turned into entries and into the files that accounting programs
import. Pure functions: what is here depends on its arguments alone, and keeps nothing.

    wanted ─► compare.due ─► numbering.numbered ─► (the store keeps a Batch) ─► files.files

Cash accounting (comptabilité de trésorerie), by the French plan: règlement ANC n° 2014-03, and
n° 2018-06 for associations.
"""
