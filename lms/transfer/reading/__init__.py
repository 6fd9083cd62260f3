"""Reading: which format a file has, and its rows one by one, in little memory whatever its size."""

from importlib import import_module
from pathlib import Path

from lms.transfer.reading.csvs import Csv
from lms.transfer.reading.jsonl import JsonLines
from lms.transfer.reading.rows import Cell, Row, Source, Unusable

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
        return _workbook(path)
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return JsonLines(path)
    return Csv(path)


def reopened(path: Path, format: str, encoding: str, delimiter: str, sheet: str) -> Source:
    """The file as it was recognized before, or as somebody has corrected it."""
    if format == "xlsx":
        return _workbook(path, sheet)
    return JsonLines(path, encoding) if format == "jsonl" else Csv(path, encoding, delimiter)


def _workbook(path: Path, sheet: str = "") -> Source:
    """Its library takes 9 MB: only a process that reads a workbook has it."""
    workbook: Source = import_module("lms.transfer.reading.sheets").Xlsx(path, sheet)
    return workbook
