"""Media: files that people upload, kept in one store, a folder or S3; never in the database."""

from lms.media.files import (
    LARGEST,
    delete_file,
    find_file,
    open_file,
    store,
)
from lms.media.kinds import (
    ANYTHING,
    ARCHIVES,
    CAPTIONS,
    DOCUMENTS,
    PICTURES,
    SOUNDS,
    VIDEOS,
    Kinds,
    is_kind,
    kind_by_content,
)
from lms.media.models import MediaFile
from lms.media.places import blobs, configure
from lms.media.store import Store

__all__ = [
    "ANYTHING",
    "ARCHIVES",
    "CAPTIONS",
    "DOCUMENTS",
    "LARGEST",
    "PICTURES",
    "SOUNDS",
    "VIDEOS",
    "Kinds",
    "MediaFile",
    "Store",
    "blobs",
    "configure",
    "delete_file",
    "find_file",
    "is_kind",
    "kind_by_content",
    "open_file",
    "store",
]
