"""A bucket that whoever runs the installation offers; an object appears there whole, so it needs no other name."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from lms.errors import Invalid
from lms.media.s3 import S3Store
from lms.transfer.destinations.place import Down, NotTaken, Place

BUSY = {"SlowDown", "RequestTimeout", "Throttling", "ThrottlingException"}


def check(place: Place, config: Mapping[str, Any]) -> None:
    """Only buckets that are offered: the installation's own credentials open others, too."""
    if place.bucket not in config["EXPORT_S3_BUCKETS"]:
        raise Invalid("bucket", "Choose one from the list.")


def key_of(title: str, place: Place) -> str:
    """Its name in the bucket."""
    return "/".join(filter(None, (place.folder.strip("/"), place.slug, title)))


def put(path: Path, title: str, place: Place, config: Mapping[str, Any]) -> None:
    """Upload it, in parts when it is large."""
    if place.bucket not in config["EXPORT_S3_BUCKETS"]:
        raise NotTaken(f"The bucket {place.bucket} is no longer offered here.")
    store = S3Store(place.bucket, endpoint=config["EXPORT_S3_ENDPOINT"], region=config["EXPORT_S3_REGION"])
    try:
        with open(path, "rb") as file:
            store.write(key_of(title, place), file)
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        kind = Down if status >= 500 or code in BUSY else NotTaken
        raise kind(f"The bucket {place.bucket} answers: {code or status}.") from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise NotTaken("The installation has no credentials for S3.") from error
    except BotoCoreError as error:
        raise Down(f"The server of the bucket {place.bucket} does not answer.") from error
