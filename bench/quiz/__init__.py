"""A quiz that 1,000 learners take at once: whether an answer gets lost, and what the side effects cost them.

Real gunicorn (two processes) on PostgreSQL with RabbitMQ and a real worker, 50 connections at a time. Every learner
starts an attempt, answers five questions drawn from a bank of 500, and finishes. In turns with them, 300 others do
exactly the same on the same site with broadcasting left out: `p95_ratio` is the 95th percentile of all requests with
side effects divided by that of all requests without, in the same run.
"""
