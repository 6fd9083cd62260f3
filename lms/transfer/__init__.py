"""Transfer: files that come in and go out, as jobs of the workers."""

from lms.transfer.exports import (
    FORMATS,
    ExportAttrs,
    create_export,
    exported,
    exports_page,
    file_of,
    find_export,
    make_waiting,
    remove_old,
    stream,
)
from lms.transfer.imports import (
    TASK,
    check,
    choose_sheet,
    faulty,
    find_import,
    imports_page,
    kind_for,
    remove,
    resume,
    rows_page,
    start,
    stop,
    undo,
    upload,
)
from lms.transfer.kinds import KINDS
from lms.transfer.models import OUTCOMES, Export, ExportSchedule, Import, ImportRow
from lms.transfer.scheduling import ScheduleAttrs, create_schedule, delete_schedule, make_due, schedules
from lms.transfer.sending import send_again
from lms.transfer.spreadsheet import safe
from lms.transfer.working import work

__all__ = [
    "FORMATS",
    "KINDS",
    "OUTCOMES",
    "TASK",
    "Export",
    "ExportAttrs",
    "ExportSchedule",
    "Import",
    "ImportRow",
    "ScheduleAttrs",
    "check",
    "choose_sheet",
    "create_export",
    "create_schedule",
    "delete_schedule",
    "exported",
    "exports_page",
    "faulty",
    "file_of",
    "find_export",
    "find_import",
    "imports_page",
    "kind_for",
    "make_due",
    "make_waiting",
    "remove",
    "remove_old",
    "resume",
    "rows_page",
    "safe",
    "schedules",
    "send_again",
    "start",
    "stop",
    "stream",
    "undo",
    "upload",
    "work",
]
