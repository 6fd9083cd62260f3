"""How many changes per second are dealt with to the end, against four `task.delay` each, with the same effects.

The effects are one row each: what is measured is the way there. All on PostgreSQL, in one run. Every figure is the
median of some rounds in which the variants take turns, so that what else the machine does hits all alike.
"""

import os

SMALL = bool(os.environ.get("BENCH_SMALL"))
"""Only try whether everything runs; the figures then mean nothing."""

ROUNDS = 1 if SMALL else 5
SINGLE = 40 if SMALL else 2_000
"""Changes of a transaction each."""
BULK = 1_200 if SMALL else 20_000
"""Changes of one transaction."""
SETTLED = (0, 1_000, 10_000) if SMALL else (0, 1_000_000, 10_000_000)
WORKERS = (1, 2, 4)
"""Worker processes; where it is not about them there are two."""
