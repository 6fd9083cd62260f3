"""Videos that stay where they are: the hosts we show in a frame, and what a page's address there means."""

import re
from urllib.parse import parse_qs, urlsplit

FRAME_HOSTS = ("https://www.youtube-nocookie.com", "https://player.vimeo.com")
"""Where frames may come from; the content security policy names just these. YouTube sets no cookie before it plays."""

_YOUTUBE = {"youtube.com", "www.youtube.com", "m.youtube.com", "youtu.be", "www.youtube-nocookie.com"}
_VIMEO = {"vimeo.com", "www.vimeo.com", "player.vimeo.com"}


def embed_address(address: str) -> str | None:
    """The frame's address for a video's page at YouTube or Vimeo; None for anything else."""
    try:
        parts = urlsplit(address.strip())
        if parts.scheme != "https" or parts.username or parts.port not in (None, 443):
            return None
    except ValueError:
        return None
    if parts.hostname in _YOUTUBE:
        last = parts.path.rstrip("/").rsplit("/", 1)[-1]
        name = parse_qs(parts.query).get("v", [last])[0]
        return f"{FRAME_HOSTS[0]}/embed/{name}" if re.fullmatch(r"[\w-]{11}", name) else None
    if parts.hostname in _VIMEO:
        found = re.fullmatch(r"/(?:video/)?(\d{5,12})(?:/(\w+))?/?", parts.path)
        if found is None:
            return None
        secret = found[2] or parse_qs(parts.query).get("h", [""])[0]
        return f"{FRAME_HOSTS[1]}/video/{found[1]}" + (f"?h={secret}" if re.fullmatch(r"\w+", secret) else "")
    return None
