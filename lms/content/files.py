"""The uploaded files that pages show."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from lms.content.models import ContentPage
from lms.db import db
from lms.media import MediaFile

FILES = ("media_id", "captions_id")
"""Fields of blocks that name a file."""


def files_of(pages: Iterable[ContentPage | Mapping[str, Any]], organization_id: int) -> dict[int, MediaFile]:
    """The files of a draft's or a version's pages by id, those that there are; one statement, none without files."""
    blocks = [block for page in pages for block in (page.blocks if isinstance(page, ContentPage) else page["blocks"])]
    ids = {block[name] for block in blocks for name in FILES if block.get(name)}
    if not ids:
        return {}
    rows = db.session.scalars(
        select(MediaFile).where(
            MediaFile.id.in_(ids), MediaFile.organization_id == organization_id, MediaFile.purpose == "content"
        )
    )
    return {row.id: row for row in rows}
