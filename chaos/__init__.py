"""Killing processes and servers while changes are made, then counting: `make chaos`."""
