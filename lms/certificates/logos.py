"""The organization's logo on its certificates: a file of the media store, and a picture that fits on paper."""

from io import BytesIO
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from lms import media
from lms.accounts import User
from lms.db import db
from lms.errors import Invalid
from lms.media import Kinds, MediaFile
from lms.policy import authorize

PURPOSE = "certificate"
LARGEST = 2 * 1024**2
"""Bytes."""
MOST_PIXELS = 4000 * 4000
REFUSAL = "Choose a PNG or JPEG picture of at most 2 MB."
KINDS = Kinds(frozenset({"image/png", "image/jpeg"}), REFUSAL)


def store_logo(stream: BinaryIO, name: str, actor: User) -> MediaFile:
    """Keep a logo; raises Invalid for `logo` if it is not a picture that can be printed."""
    authorize(actor, "edit", "CertificateTemplate")
    data = stream.read(LARGEST + 1)
    try:
        with Image.open(BytesIO(data)) as picture:
            is_printable = picture.width * picture.height <= MOST_PIXELS
            picture.verify()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        is_printable = False
    if not is_printable:
        raise Invalid("logo", REFUSAL)
    try:
        return media.store(BytesIO(data), name, actor, purpose=PURPOSE, kinds=KINDS, largest=LARGEST)
    except Invalid as error:
        raise Invalid("logo", error.message) from None


def read_logo(id: int | None, organization_id: int) -> bytes | None:
    """A logo's bytes; None when there is none, or it is gone."""
    file = db.session.get(MediaFile, id) if id else None
    if file is None or file.organization_id != organization_id or file.purpose != PURPOSE:
        return None
    with media.open_file(file) as stream:
        return stream.read()
