"""OneRoster 1.2 CSV: an organization's people, courses and results as a zip, out and in."""

from lms.transfer.oneroster.converting import ORDER
from lms.transfer.oneroster.models import RosterImport
from lms.transfer.oneroster.running import (
    create_roster_export,
    find_roster,
    imports_of,
    rosters_page,
    start_roster,
    upload_roster,
    work,
)
from lms.transfer.oneroster.writing import write_zip

__all__ = [
    "ORDER",
    "RosterImport",
    "create_roster_export",
    "find_roster",
    "imports_of",
    "rosters_page",
    "start_roster",
    "upload_roster",
    "work",
    "write_zip",
]
