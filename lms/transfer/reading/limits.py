"""What a file may ask of us."""

MOST_COLUMNS = 200
LONGEST_CELL = 100_000
"""Characters."""
LONGEST_HEADING = 1024 * 1024
"""Bytes of the first line."""
LONGEST_LINE = 4 * 1024 * 1024
MOST_ROWS = 2_000_000
LARGEST_UNPACKED = 1024 * 1024 * 1024
"""Bytes of all parts of an XLSX file."""
MOST_RATIO = 150
"""How many times larger than packed a part of an XLSX file may be, past its first MB."""
LARGEST_STRINGS = 64 * 1024 * 1024
"""Bytes of an XLSX file's table of texts, which is read into memory."""
