"""What files of any format are read into and written from."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from markdown_it import MarkdownIt

from lms.errors import Invalid
from lms.questions.definitions import MARKER, validated_question
from lms.questions.html import escaped, plain, printable

LONGEST_TITLE = 200
LONGEST_HTML = 400_000
"""Characters; what is longer is refused in words by `validated_question`."""


@dataclass(frozen=True, slots=True)
class Item:
    """A question with what it is called and found by; `definition` is canonical."""

    title: str
    definition: Mapping[str, Any]
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that could not be taken over: where it stands, what it is, and why."""

    where: str
    what: str
    why: str


@dataclass(slots=True)
class Found:
    """What a file held: the questions, and a line for each thing that could not be taken over."""

    items: list[Item] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def missed(self, where: str, what: str, why: str) -> None:
        """Note what was not taken over."""
        self.lines.append(Line(where, " ".join(what.split())[:120], why))

    def add(self, where: str, title: str, data: Mapping[str, Any], tags: Sequence[str] = ()) -> None:
        """Take a question over, or note why it cannot be one."""
        try:
            definition = validated_question(data)
        except Invalid as error:
            ((_path, sentence), *_others) = error.errors.items()
            self.missed(where, title or plain(str(data.get("text", ""))), sentence)
            return
        name = " ".join(printable(title).split()) or MARKER.sub("____", plain(definition["text"])) or "Question"
        self.items.append(Item(name[:LONGEST_TITLE].strip(), definition, sorted(set(tags))))

    def as_data(self) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
        """Items and lines as JSON knows them."""
        return [asdict(item) for item in self.items], [asdict(line) for line in self.lines]


def as_html(text: str, format: str) -> str:
    """Text in one of Moodle's formats as HTML; cleaning is left to `validated_question`."""
    text = text.strip()
    if len(text) > LONGEST_HTML:
        return text
    if format in ("plain", "plain_text"):
        return escaped(text)
    if format == "markdown":
        return MarkdownIt("commonmark").render(text).strip()
    if format in ("moodle", "moodle_auto_format") and "<p" not in text and "<br" not in text:
        return text.replace("\n", "<br>")
    return text
