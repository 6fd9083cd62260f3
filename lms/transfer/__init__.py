"""Transfer."""
from lms.transfer.models import Export, ExportSchedule, Import, ImportRow, ColumnMatch
