"""Import and export, measured: how many, and with what."""

import os

SMALL = bool(os.environ.get("BENCH_SMALL"))
"""Only try whether everything runs; the figures then mean nothing."""
SCALE = float(os.environ.get("BENCH_SCALE", "0.03" if SMALL else "1"))
"""A share of the real numbers, for a machine that has other things to do."""
PEOPLE = int(5_000 * SCALE)
SUBJECTS = 20
RESULTS = PEOPLE * SUBJECTS
BY_ORM = max(100, int(2_000 * SCALE))
"""Rows of the sample that is written one by one."""
EXPORTED = int(1_000_000 * SCALE)
KILLS = (0.25, 0.6)
"""After which shares of the rows the worker is killed."""
PATIENCE = 120 if SMALL else 900
"""Seconds for one measurement."""
