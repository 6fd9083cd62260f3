"""Reading: which format a file has, and its rows one by one, in little memory whatever its size."""

from pathlib import Path

from lms.transfer.reading.csvs import Csv
from lms.transfer.reading.jsonl import JsonLines
from lms.transfer.reading.rows import Cell, Row, Source, Unusable
from lms.transfer.reading.sheets import Xlsx

__all__ = ["Cell", "Row", "Source", "Unusable", "recognized", "reopened"]

OTHERS = {
    b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (XLS) or one with a password", b"\x1f\x8b": "a packed file",
}  # fmt: skip


def recognized(path: Path) -> Source:
    """The file, whatever its name says; raises Unusable for what is none of the three formats."""
    with open(path, "rb") as file:
        start = file.read(64)
    for mark, what in OTHERS.items():
        if start.startswith(mark):
            raise Unusable(f"This is {what}. Choose a CSV, XLSX or JSON Lines file.")
    if start.startswith(b"PK"):
        return Xlsx(path)
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return JsonLines(path)
    return Csv(path)


def reopened(path: Path, format: str, encoding: str, delimiter: str, sheet: str) -> Source:
    """The file as it was recognized before, or as somebody has corrected it."""
    if format == "xlsx":
        return Xlsx(path, sheet)
    return JsonLines(path, encoding) if format == "jsonl" else Csv(path, encoding, delimiter)
