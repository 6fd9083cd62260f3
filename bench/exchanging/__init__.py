"""Import and export, measured: how many, and with what."""

import os

SMALL = bool(os.environ.get("BENCH_SMALL"))
"""Only try whether everything runs; the figures then mean nothing."""
RESULTS = 3_000 if SMALL else 100_000
PEOPLE = 300 if SMALL else 5_000
SUBJECTS = RESULTS // PEOPLE
BY_ORM = 100 if SMALL else 2_000
"""Rows of the sample that is written one by one."""
EXPORTED = 10_000 if SMALL else 1_000_000
KILLS = (0.25, 0.6)
"""After which shares of the rows the worker is killed."""
PATIENCE = 60 if SMALL else 900
