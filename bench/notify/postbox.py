"""A small SMTP server that writes down who got which mail: `python -m bench.notify.postbox PORT FILE`.

It says yes to everything and does no more than that, so that what is measured is the sender. PIPELINING, CHUNKING and
8BITMIME are offered, as Postfix, Exim and Exchange do.
"""

import asyncio
import re
import signal
import sys
from pathlib import Path
from typing import TextIO

HELLO = b"250-postbox\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-CHUNKING\r\n250 ENHANCEDSTATUSCODES\r\n"
MESSAGE_ID = re.compile(rb"^Message-ID: <([^>]+)>", re.MULTILINE)


class Postbox(asyncio.Protocol):
    """One connection."""

    def __init__(self, written: TextIO) -> None:
        self.written, self.buffer, self.in_data, self.recipient = written, b"", False, ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.transport.write(b"220 postbox\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every whole command, and every whole mail."""
        self.buffer += data
        answers, at = [], 0
        while True:
            mark = b"\r\n.\r\n" if self.in_data else b"\r\n"
            end = self.buffer.find(mark, at)
            if end < 0:
                break
            block, after = self.buffer[at:end], end + len(mark)
            if block[:4].upper() == b"BDAT":
                chunk_end = after + int(block.split()[1])
                if chunk_end > len(self.buffer):
                    break
                block, after = self.buffer[after:chunk_end], chunk_end
                answers.append(self._take(block))
            else:
                answers.append(self._take(block) if self.in_data else self._answer(block))
            at = after
        self.buffer = self.buffer[at:]
        if answers:
            self.transport.write(b"".join(answers))

    def _take(self, mail: bytes) -> bytes:
        self.in_data = False
        found = MESSAGE_ID.search(mail)
        self.written.write(f"{found[1].decode() if found else '-'} {self.recipient}\n")
        return b"250 2.0.0 taken\r\n"

    def _answer(self, line: bytes) -> bytes:
        command = line[:4].upper()
        if command == b"EHLO":
            return HELLO
        if command == b"RCPT":
            self.recipient = line[9:-1].decode()
        if command == b"DATA":
            self.in_data = True
            return b"354 go on\r\n"
        if command == b"QUIT":
            return b"221 bye\r\n"
        return b"250 2.0.0 ok\r\n"


async def serve(port: int, path: Path) -> None:
    """Until the process is asked to end; what was taken is in the file within a tenth of a second."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    with open(path, "w") as written:
        server = await loop.create_server(lambda: Postbox(written), "127.0.0.1", port)
        sys.stdout.write("listening\n")
        sys.stdout.flush()
        while not ended.is_set():
            await asyncio.sleep(0.1)
            written.flush()
        server.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
