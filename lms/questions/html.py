"""The text of questions: HTML as it is kept, and what remains of it without its marks."""

import hashlib
import html
import re

import nh3

IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")
"""Pictures that may stand in the text itself; SVG can act, so it is not among them."""
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
"""Characters that neither XML nor PostgreSQL can hold."""
BLOCK = re.compile(r"</(?:p|div|li|h[1-6]|tr|td|blockquote|pre)>|<br\s*/?>", re.IGNORECASE)
SCHEMES = {"http", "https", "mailto", "tel", "data"}


def clean(text: str) -> str:
    """HTML without anything that could act: scripts, handlers, frames; pictures as data stay, other data does not."""
    if "<" not in text and "&" not in text and ">" not in text:
        return text
    return nh3.clean(text, url_schemes=SCHEMES, attribute_filter=_keep)


def _keep(element: str, attribute: str, value: str) -> str | None:
    if value.lstrip().lower().startswith("data:"):
        return value if (element, attribute) == ("img", "src") and IMAGE.fullmatch(value) else None
    return value


def printable(text: str) -> str:
    """Without control characters, with `\\n` as the only end of a line."""
    return CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def plain(text: str) -> str:
    """The words of some HTML on one line."""
    return " ".join(html.unescape(nh3.clean(BLOCK.sub(" ", text), tags=set())).split())


def escaped(text: str) -> str:
    """Plain text as HTML that shows the same, lines included."""
    return html.escape(text, quote=False).replace("\n", "<br>")


def digest(text: str) -> str:
    """The id of an option, item or pair: it depends on its own text alone, which its reader sees anyway."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]
