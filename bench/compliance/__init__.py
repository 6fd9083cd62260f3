"""Compliance of 1,000, 10,000 and 100,000 people with 50 qualifications, on PostgreSQL and SQLite.

`world` makes the rows with set-based SQL, `rival` answers on read as one would write it first, `measure` measures one
size on one database in a process of its own, `run` puts the figures together.
"""
