"""Files in a bucket of Amazon S3 or of a server that speaks its language (MinIO, Ceph, R2 and so on)."""

import io
from typing import Any, BinaryIO

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

from lms.errors import NotFound

PART = 8 * 1024 * 1024
"""Bytes of one part of an upload, which is what is held in memory; up to 10,000 parts, so 80 GB a file."""


class S3Store:
    """An object per key in one bucket, its name after `prefix`. Who we are, boto3 takes from its usual places."""

    def __init__(
        self, bucket: str, *, prefix: str = "", endpoint: str | None = None, region: str | None = None
    ) -> None:
        self.bucket, self.prefix = bucket, prefix
        # The checksums of newer clients are not known to every server; one part at a time keeps memory flat.
        config = Config(
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            retries={"max_attempts": 4, "mode": "standard"},
            connect_timeout=5,
            read_timeout=60,
        )
        self.client: Any = boto3.client("s3", endpoint_url=endpoint, region_name=region, config=config)
        self.transfer = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, use_threads=False)

    def write(self, key: str, stream: BinaryIO) -> None:
        """In parts when it is large; boto3 gives up the parts when reading raises."""
        self.client.upload_fileobj(_Unseekable(stream), self.bucket, self.prefix + key, Config=self.transfer)

    def open(self, key: str) -> BinaryIO:
        """A reader that asks for ranges."""
        return io.BufferedReader(_Reader(self, key, self.size(key)), 256 * 1024)

    def size(self, key: str) -> int:
        """From the object's head."""
        try:
            return int(self.client.head_object(Bucket=self.bucket, Key=self.prefix + key)["ContentLength"])
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
                raise NotFound("This file is no longer there.") from None
            raise

    def body(self, key: str, start: int) -> Any:
        """The bytes from `start` on, as they come over the wire."""
        return self.client.get_object(Bucket=self.bucket, Key=self.prefix + key, Range=f"bytes={start}-")["Body"]

    def delete(self, key: str) -> None:
        """S3 says nothing about a key that is not there."""
        self.client.delete_object(Bucket=self.bucket, Key=self.prefix + key)

    def delete_all(self, prefix: str) -> None:
        """A thousand at a time, as many as S3 lists at once."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix + prefix)
        for page in pages:
            keys = [{"Key": row["Key"]} for row in page.get("Contents", ())]
            if keys:
                self.client.delete_objects(Bucket=self.bucket, Delete={"Objects": keys, "Quiet": True})


class _Unseekable(io.RawIOBase):
    """Only `read`: boto3 measures a stream that can be rewound by going to its end, past our counting."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self.stream.read(size)


class _Reader(io.RawIOBase):
    """A request is made at the first byte that is read, from the position at hand."""

    def __init__(self, store: S3Store, key: str, size: int) -> None:
        self.store, self.key, self.size, self.position = store, key, size, 0
        self.body: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.size}[whence]
        if position != self.position:
            self._let_go()
        self.position = position
        return position

    def readinto(self, buffer: Any) -> int:
        if self.position >= self.size:
            return 0
        if self.body is None:
            self.body = self.store.body(self.key, self.position)
        data = self.body.read(min(len(buffer), self.size - self.position))
        buffer[: len(data)] = data
        self.position += len(data)
        return len(data)

    def close(self) -> None:
        self._let_go()
        super().close()

    def _let_go(self) -> None:
        if self.body is not None:
            self.body.close()
            self.body = None
