"""Learning record stores: results out to an organization's LRS as xAPI statements, and results in from one."""

from lms.lrs.activities import ActivityAttrs, activities, map_activity, subjects_to_choose, unmap_activity
from lms.lrs.connections import ConnectionAttrs, connection_of, save_connection, try_connection
from lms.lrs.models import LrsActivity, LrsConnection, LrsStatement
from lms.lrs.reading import read_all, read_one
from lms.lrs.settings import configure
from lms.lrs.store import Refused
from lms.lrs.taking import refused_page, take_again, unmapped

__all__ = [
    "ActivityAttrs",
    "ConnectionAttrs",
    "LrsActivity",
    "LrsConnection",
    "LrsStatement",
    "Refused",
    "activities",
    "configure",
    "connection_of",
    "map_activity",
    "read_all",
    "read_one",
    "refused_page",
    "save_connection",
    "subjects_to_choose",
    "take_again",
    "try_connection",
    "unmap_activity",
    "unmapped",
]
