"""A real SFTP server of paramiko on this machine, over a folder, with one account."""

import os
import socket
import threading
from contextlib import suppress
from pathlib import Path

import paramiko
from paramiko import SFTP_OK, SFTPAttributes, SFTPHandle, SFTPServer, SFTPServerInterface

USER, PASSWORD = "lms", " a long password "


class _Door(paramiko.ServerInterface):
    def __init__(self, key: paramiko.PKey | None) -> None:
        self.key = key

    def get_allowed_auths(self, username):
        return "password,publickey"

    def check_auth_password(self, username, password):
        return paramiko.AUTH_SUCCESSFUL if (username, password) == (USER, PASSWORD) else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username, key):
        return paramiko.AUTH_SUCCESSFUL if username == USER and key == self.key else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED


class _File(SFTPHandle):
    def write(self, offset, data):
        server: Server = self.server
        if server.bytes_left is not None:
            server.bytes_left -= len(data)
            if server.bytes_left < 0:
                server.stop()
                return paramiko.SFTP_FAILURE
        return super().write(offset, data)

    def stat(self):
        return SFTPAttributes.from_stat(os.fstat(self.writefile.fileno()))


class _Files(SFTPServerInterface):
    def __init__(self, door, *, served: "Server") -> None:
        self.served = served

    def _path(self, path: str) -> Path:
        return self.served.folder / path.lstrip("/")

    def stat(self, path):
        try:
            return SFTPAttributes.from_stat(os.stat(self._path(path)))
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)

    lstat = stat

    def open(self, path, flags, attr):
        try:
            stream = os.fdopen(os.open(self._path(path), flags, 0o600), "wb")
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)
        handle = _File(flags)
        handle.filename, handle.readfile, handle.writefile, handle.server = path, None, stream, self.served
        return handle

    def remove(self, path):
        try:
            self._path(path).unlink()
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)
        return SFTP_OK

    def rename(self, old, new):
        if self._path(new).exists():
            return paramiko.SFTP_FAILURE
        self._path(old).rename(self._path(new))
        return SFTP_OK

    def posix_rename(self, old, new):
        if not self.served.has_posix_rename:
            return paramiko.SFTP_OP_UNSUPPORTED
        self._path(old).replace(self._path(new))
        return SFTP_OK


class Server:
    """Serves `folder`; it can be stopped, and started again on the same port."""

    def __init__(self, folder: Path, key: paramiko.PKey | None = None) -> None:
        self.folder, self.client_key = folder, key
        self.host_key: paramiko.PKey = paramiko.ECDSAKey.generate()
        self.port, self.has_posix_rename = 0, True
        self.bytes_left: int | None = None
        """After so many it goes down in the middle of a file."""
        self.listener: socket.socket | None = None
        self.transports: list[paramiko.Transport] = []

    @property
    def line(self) -> str:
        """As ssh-keyscan gives it."""
        return f"[127.0.0.1]:{self.port} {self.host_key.get_name()} {self.host_key.get_base64()}"

    def start(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._accept, args=[self.listener], daemon=True)
        self.thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(self.host_key)
            transport.set_subsystem_handler("sftp", SFTPServer, _Files, served=self)
            self.transports.append(transport)
            with suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(server=_Door(self.client_key))

    def stop(self) -> None:
        if self.listener is not None:
            # Closing alone does not wake the thread that waits in accept.
            with suppress(OSError):
                self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None
            self.thread.join(5)
        for transport in self.transports:
            transport.close()
