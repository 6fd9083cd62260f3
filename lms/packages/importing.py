"""Taking a package in: check the zip, read its manifest, keep its files, and make a content of it."""

import io
import json
import posixpath
from functools import partial
from typing import BinaryIO
from uuid import uuid4

from flask_babel import gettext as _
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from lms import content, media
from lms.accounts import User
from lms.attrs import validated
from lms.content import PACKAGE, Content, ContentAttrs
from lms.db import db, on_commit, snapshot, transaction, utcnow
from lms.errors import Conflict, Invalid, NotFound
from lms.events import EventCenter
from lms.packages import cmi5, scorm, texts
from lms.packages.archive import Archive, Entry
from lms.packages.manifest import Files, Manifest
from lms.packages.models import Package, PackageUnit
from lms.packages.settings import Settings
from lms.policy import authorize

READERS = {"imsmanifest.xml": scorm.read, "cmi5.xml": cmi5.read}
"""What a package has at its top; where there are both, it is SCORM first."""
INDEX = ".lms-index.json"
"""Beside the files of a package: their paths in lower case, for content that was made where capitals do not matter."""


def import_package(stream: BinaryIO, actor: User, *, title: str = "", into: Content | None = None) -> Package:
    """A content made of the zip in `stream`, or a new version of the package `into`.

    `title` goes before the manifest's. Raises Invalid for `file` with a sentence that tells the author what is wrong;
    nothing is kept then.
    """
    authorize(actor, "edit", into if into is not None else "Content")
    if into is not None and into.kind != PACKAGE:
        raise Conflict(_("Only a package can be replaced by a package."))
    archive = Archive(stream, Settings.limits)
    manifest = read_manifest(archive)
    prefix = f"{actor.organization_id}/packages/{uuid4().hex}/"
    try:
        unpack(archive, prefix)
        with transaction():
            return _note(archive, manifest, prefix, actor, title, into)
    except BaseException:
        media.blobs().delete_all(prefix)
        raise


def read_manifest(archive: Archive) -> Manifest:
    """The manifest at the top of the zip."""
    entry = manifest_entry(archive)
    name = entry.path
    root = texts.parse(archive.read(entry, texts.LARGEST), name)
    return READERS[name.lower()](root, Files(archive.by_path)).checked(Settings.limits)


def manifest_entry(archive: Archive) -> Entry:
    """The manifest's place; raises Invalid that says where it is, if it is elsewhere."""
    by_name: dict[str, list[Entry]] = {name: [] for name in READERS}
    for entry in archive.entries:
        by_name.get(posixpath.basename(entry.path).lower(), []).append(entry)
    for name in READERS:
        for entry in by_name[name]:
            if "/" not in entry.path:
                return entry
    for name in READERS:
        for entry in sorted(by_name[name], key=lambda one: (one.path.count("/"), one.path)):
            raise Invalid("file", _(
                "%(file)s is in the folder “%(folder)s” of this zip; it has to be at the top. Open that folder, select "
                "everything in it, zip that and upload it.", file=name, folder=posixpath.dirname(entry.path)[:200],
            ))  # fmt: skip
    if any(entry.path.lower().endswith(".zip") for entry in archive.entries) and len(archive.entries) < 10:
        raise Invalid("file", _("This zip holds another zip. Unpack it first and upload the inner one."))
    raise Invalid("file", _("This zip is no package: it has neither imsmanifest.xml (SCORM) nor cmi5.xml (cmi5) at its "
                            "top. Export it from your authoring tool as SCORM 1.2, SCORM 2004 or cmi5."))  # fmt: skip


def unpack(archive: Archive, prefix: str) -> None:
    """Every file into the store, one after the other."""
    archive.unpacked = 0
    for entry in archive.entries:
        with archive.open(entry) as stream:
            media.blobs().write(prefix + entry.path, stream)  # type: ignore[arg-type]
    lower = {path.lower(): path for path in archive.by_path if path.lower() != path}
    if lower:
        media.blobs().write(prefix + INDEX, io.BytesIO(json.dumps(lower).encode()))


def _note(
    archive: Archive, manifest: Manifest, prefix: str, actor: User, title: str, into: Content | None
) -> Package:  # fmt: skip
    row = into if into is not None else _content(manifest, title, actor)
    db.session.refresh(row, with_for_update=True)
    last = db.session.scalar(select(func.max(Package.version)).where(Package.content_id == row.id)) or 0
    if into is not None:
        previous = snapshot(row)
        row.version, row.published_at = last + 1, utcnow()
        EventCenter.broadcast("updated", previous, row, actor)
    package = Package(
        organization_id=actor.organization_id, content_id=row.id, version=last + 1, standard=manifest.standard,
        edition=manifest.edition[:100], title=manifest.title, identifier=manifest.identifier, prefix=prefix,
        files=len(archive.entries), size=archive.unpacked, details=manifest.details, created_by_id=actor.id,
    )  # fmt: skip
    db.session.add(package)
    db.session.flush()
    db.session.execute(insert(PackageUnit), [
        {
            "organization_id": package.organization_id, "package_id": package.id, "position": position,
            "parent": unit.parent, "depth": unit.depth, "kind": unit.kind, "identifier": unit.identifier,
            "title": unit.title, "href": unit.href, "visible": unit.visible, "details": unit.details,
        }
        for position, unit in enumerate(manifest.units, start=1)
    ])  # fmt: skip
    EventCenter.broadcast("created", package, actor)
    return package


def _content(manifest: Manifest, title: str, actor: User) -> Content:
    attrs = validated(
        ContentAttrs, {"title": title.strip() or manifest.title, "summary": manifest.description[:1000]}
    )
    row = Content(
        organization_id=actor.organization_id, kind=PACKAGE, version=1, published_at=utcnow(), has_changes=False,
        **attrs.model_dump(),
    )  # fmt: skip
    db.session.add(row)
    EventCenter.broadcast("created", row, actor)
    return row


def latest_package(row: Content) -> Package:
    """What learners who begin now get; one statement. Raises NotFound for a content that is no package."""
    package = db.session.scalar(
        select(Package).where(Package.content_id == row.id).order_by(Package.version.desc()).limit(1)
    )
    if package is None:
        raise NotFound("There is no such package, or it was deleted.")
    return package


def versions(row: Content) -> list[Package]:
    """Every upload, the latest first; one statement."""
    return list(
        db.session.scalars(select(Package).where(Package.content_id == row.id).order_by(Package.version.desc()))
    )


def units_of(package: Package) -> list[PackageUnit]:
    """The table of contents; one statement."""
    return list(
        db.session.scalars(
            select(PackageUnit).where(PackageUnit.package_id == package.id).order_by(PackageUnit.position)
        )
    )


def delete_package(row: Content, actor: User) -> None:
    """Remove a package's content with all its versions and files; raises Conflict while a course uses it."""
    prefixes = [package.prefix for package in versions(row)]
    try:
        with transaction():
            content.delete_content(row, actor)
            for prefix in prefixes:
                on_commit(partial(media.blobs().delete_all, prefix))
    except IntegrityError:
        raise Conflict("A course uses this content. Take it out of the course first.") from None


def open_path(package: Package, path: str) -> tuple[BinaryIO, int, str]:
    """A file of the package by its path: its bytes, how many, and the path as it is really spelled.

    Raises NotFound. Capitals count only where two files differ in nothing else.
    """
    store = media.blobs()
    if not path or path == INDEX or ".." in path.split("/") or "\0" in path:
        raise NotFound("There is no such file in the package.")
    try:
        return store.open(package.prefix + path), store.size(package.prefix + path), path
    except NotFound:
        spelled = _spelled(package, path)
        return store.open(package.prefix + spelled), store.size(package.prefix + spelled), spelled


def _spelled(package: Package, path: str) -> str:
    try:
        with media.blobs().open(package.prefix + INDEX) as stream:
            lower = json.loads(stream.read())
    except NotFound:
        lower = {}
    if path.lower() in lower:
        return str(lower[path.lower()])
    if path != path.lower():
        return path.lower()
    raise NotFound("There is no such file in the package.")
