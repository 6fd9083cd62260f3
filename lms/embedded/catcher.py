"""The mail catcher: an SMTP server on this machine that delivers nothing and keeps everything in a folder."""

import socket
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from lms.embedded import mailbox


class _Keeper:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        mailbox.keep(self.folder, envelope.original_content or b"", envelope.rcpt_tos)
        return "250 Kept"


def catch(folder: Path) -> Controller:
    """Start a catcher on a free port of 127.0.0.1, in a thread; `.port` says which, `.stop()` ends it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    catcher = Controller(_Keeper(folder), hostname="127.0.0.1", port=port)
    catcher.start()
    return catcher
