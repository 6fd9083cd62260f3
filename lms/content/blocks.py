"""What a page is made of. A draft may be incomplete, so that nothing typed is lost; publishing asks for more."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from uuid import uuid4

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError

from lms import questions
from lms.attrs import LONGEST_TEXT, Attrs, Html, Summary
from lms.content.embeds import embed_address
from lms.errors import Invalid

MOST_BLOCKS = 200
"""On one page."""
TONES = ("info", "good", "warn", "bad")


def new_id() -> str:
    """A block's name, unique for all practical purposes; answers refer to it."""
    return uuid4().hex[:12]


def _address(text: str) -> str:
    return embed_address(text) or text


BlockId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{6,32}$")]


def _definition(given: dict[str, Any]) -> dict[str, Any]:
    """Canonical if it is complete, else as it stands, so that it can be completed later."""
    try:
        return questions.validated_question(given)
    except Invalid:
        if len(json.dumps(given)) > LONGEST_TEXT:
            raise ValueError("too long") from None
        return given


Definition = Annotated[dict[str, Any], AfterValidator(_definition)]


class Text(Attrs):
    """Rich text."""

    id: BlockId
    kind: Literal["text"]
    html: Html = ""


class Picture(Attrs):
    """A picture; `alt` says what it shows to those who cannot see it."""

    id: BlockId
    kind: Literal["picture"]
    media_id: int | None = None
    alt: Summary = ""
    caption: Summary = ""


class Video(Attrs):
    """An own file, with captions, or a video elsewhere by its address."""

    id: BlockId
    kind: Literal["video"]
    title: Summary = ""
    media_id: int | None = None
    captions_id: int | None = None
    embed: Annotated[Summary, AfterValidator(_address)] = ""


class File(Attrs):
    """Something to download."""

    id: BlockId
    kind: Literal["file"]
    media_id: int | None = None
    title: Summary = ""


class Callout(Attrs):
    """Text that stands out."""

    id: BlockId
    kind: Literal["callout"]
    tone: Literal["info", "good", "warn", "bad"] = "info"
    html: Html = ""


class Question(Attrs):
    """A question that is written here."""

    id: BlockId
    kind: Literal["question"]
    definition: Definition = {}


class Draw(Attrs):
    """A number of questions out of a bank, others for each attempt."""

    id: BlockId
    kind: Literal["draw"]
    bank_id: int | None = None
    count: Annotated[int, Field(ge=1, le=100)] = 5


Block = Annotated[Text | Picture | Video | File | Callout | Question | Draw, Field(discriminator="kind")]
_BLOCKS: TypeAdapter[list[Block]] = TypeAdapter(Annotated[list[Block], Field(max_length=MOST_BLOCKS)])


def cleaned(blocks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The blocks of a draft, with their HTML cleaned; raises Invalid for what is no block at all."""
    try:
        rows = [block.model_dump() for block in _BLOCKS.validate_python(blocks)]
    except ValidationError as error:
        problem = error.errors()[0]
        if problem["type"] == "too_long":
            raise Invalid("blocks", f"A page holds at most {MOST_BLOCKS} blocks. Make another page.") from None
        raise Invalid("blocks", "A part of the page cannot be read. Reload the page and try again.") from None
    if len({row["id"] for row in rows}) != len(rows):
        raise Invalid("blocks", "A part of the page is there twice. Reload the page and try again.")
    return rows


def copied(blocks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same blocks under names of their own."""
    return [{**block, "id": new_id()} for block in blocks]


def problem_of(block: Mapping[str, Any]) -> str | None:
    """Why this block cannot be shown to learners yet, and what to do; None if it can."""
    match block["kind"]:
        case "text" | "callout" if not block["html"].strip():
            return "There is no text yet. Write it, or delete the block."
        case "picture" if block["media_id"] is None:
            return "Choose a picture, or delete the block."
        case "picture" if not block["alt"]:
            return "Say in words what the picture shows, for those who cannot see it."
        case "video" if block["media_id"] is None and not block["embed"]:
            return "Choose a video file or give the address of a video."
        case "video" if block["media_id"] is None and embed_address(block["embed"]) is None:
            return "Only videos at YouTube and Vimeo can be shown. Give the address of the video's page there."
        case "video" if not block["title"]:
            return "Give the video a title."
        case "file" if block["media_id"] is None:
            return "Choose a file, or delete the block."
        case "draw" if block["bank_id"] is None:
            return "Choose the bank to draw questions from."
    return None
