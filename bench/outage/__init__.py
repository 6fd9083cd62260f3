"""What a request takes while the broker is down, stalled (accepts and never answers) and slow, against normal.

Real HTTP requests that add a subject, on PostgreSQL; one site per state of the broker, which take turns in blocks.
"""
