"""Packages: e-learning made elsewhere, SCORM 1.2, SCORM 2004 and cmi5, as it was imported."""

from lms.packages.importing import (
    delete_package,
    import_package,
    latest_package,
    open_path,
    units_of,
    versions,
)
from lms.packages.models import (
    ASSET,
    AU,
    CMI5,
    FOLDER,
    SCO,
    SCORM12,
    SCORM2004,
    Package,
    PackageUnit,
)
from lms.packages.settings import configure

__all__ = [
    "ASSET",
    "AU",
    "CMI5",
    "FOLDER",
    "SCO",
    "SCORM12",
    "SCORM2004",
    "Package",
    "PackageUnit",
    "configure",
    "delete_package",
    "import_package",
    "latest_package",
    "open_path",
    "units_of",
    "versions",
]
