"""Reading a zip of OneRoster 1.2: what its manifest says is there, and the rows of each file."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from lms.packages.archive import Archive
from lms.packages.settings import Limits
from lms.transfer.oneroster.tables import HEADERS, VERSION
from lms.transfer.reading import Unusable
from lms.transfer.reading.limits import LARGEST_UNPACKED, LONGEST_CELL, LONGEST_LINE

PIECE = 256 * 1024
LIMITS = Limits(files=100, size=LARGEST_UNPACKED)
Row = dict[str, str]


class Roster:
    """A zip of OneRoster; to be used in a block. Raises Invalid for what is none, with a sentence."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> "Roster":
        self.file = open(self.path, "rb")
        try:
            self.archive = Archive(self.file, LIMITS)
            self.files = self._files()
        except BaseException:
            self.file.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()

    def _files(self) -> dict[str, str]:
        """bulk or delta, by the name of each file that is there."""
        if "manifest.csv" not in self.archive.by_path:
            raise Unusable("There is no manifest.csv in this zip, so it is not OneRoster.")
        told = {row.get("propertyName", ""): row.get("value", "") for row in self._rows("manifest")}
        if told.get("oneroster.version") != VERSION:
            given = told.get("oneroster.version") or "nothing"
            raise Unusable(f"The manifest says OneRoster {given[:20]}; {VERSION} can be read here.")
        files = {name[5:]: how for name, how in told.items() if name.startswith("file.") and how in ("bulk", "delta")}
        for name in files:
            if f"{name}.csv" not in self.archive.by_path:
                raise Unusable(f"The manifest says that there is a file {name[:50]}.csv, but there is none.")
        if "users" not in files and "courses" not in files:
            raise Unusable("There are neither people nor courses in this zip.")
        return files

    def rows(self, name: str) -> Iterator[tuple[int, Row]]:
        """Rows of a file with their numbers as the file counts; none where it is absent."""
        if name not in self.files:
            return
        wanted = {column.lower(): column for column in HEADERS[name]}
        for number, row in enumerate(self._rows(name), start=2):
            yield number, {wanted[key.lower()]: value for key, value in row.items() if key.lower() in wanted}

    def _rows(self, name: str) -> Iterator[Row]:
        csv.field_size_limit(LONGEST_CELL)
        sheet = csv.reader(self._lines(name), strict=True)
        headings: list[str] = []
        place = 0
        while True:
            place += 1
            try:
                cells = next(sheet, None)
            except (csv.Error, UnicodeDecodeError) as error:
                raise Unusable(f"Row {place} of {name}.csv cannot be read: {error}.") from None
            if cells is None:
                return
            if not headings:
                headings = [cell.strip() for cell in cells]
            elif any(cells):
                yield {key: cell.strip() for key, cell in zip(headings, cells, strict=False)}

    def _lines(self, name: str) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        rest = ""
        with self.archive.open(self.archive.by_path[f"{name}.csv"]) as stream:
            while piece := stream.read(PIECE):
                *lines, rest = (rest + decoder.decode(piece)).split("\n")
                yield from (f"{line}\n" for line in lines)
                if len(rest) > LONGEST_LINE:
                    raise Unusable(f"A line of {name}.csv is longer than a line can be.")
        if rest:
            yield rest
