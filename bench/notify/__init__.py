"""One change that concerns very many people, against Flask-Mail's `mail.send` for each of them, in one run.

On PostgreSQL, with real workers and a real SMTP server on this machine. Every mail is recognized by its Message-ID:
`missed` counts people without it, `twice` those who got two different ones about one change. After a kill the mail in
hand may come again with the same Message-ID, which receivers drop: `repeated` says how many did.
"""

import os

SMALL = bool(os.environ.get("BENCH_SMALL"))
"""Only try whether everything runs; the figures then mean nothing."""
PEOPLE = 1_200 if SMALL else 100_000
SAMPLE = 20 if SMALL else 1_000
"""People who get theirs one by one."""
WORKERS = 2
