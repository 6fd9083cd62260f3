"""Settings, read from the environment once, by the web process, the workers and the commands alike.

Nothing has to be set: without `DATABASE_URL` the database is SQLite in `instance/`, without `BROKER_URL`
the broker is the Valkey server that `make run` starts on a socket in `instance/`.
"""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
LONGEST_SOCKET_PATH = 100
"""A Unix socket's path may have 107 bytes on Linux, 103 on macOS."""


def instance_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder that holds everything this installation writes; made on first use."""
    folder = Path(environ.get("LMS_INSTANCE") or ROOT / "instance").resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def database_url(environ: Mapping[str, str] = os.environ) -> str:
    """`DATABASE_URL` with the driver we ship (psycopg 3), or SQLite in the instance folder."""
    url = environ.get("DATABASE_URL")
    if not url:
        return f"sqlite:///{instance_folder(environ) / 'lms.sqlite3'}"
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def embedded_socket(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the embedded Valkey server listens."""
    path = instance_folder(environ) / "valkey.sock"
    if len(str(path)) <= LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"lms-{digest}.sock"


def broker_url(environ: Mapping[str, str] = os.environ) -> str:
    """`BROKER_URL` (`amqp://` or `redis://`), or the embedded Valkey server."""
    return environ.get("BROKER_URL") or f"redis+socket://{embedded_socket(environ)}"


def ratelimit_storage(broker: str) -> str:
    """Where attempts are counted, as `limits` spells it: the broker if it is Redis, else each process's memory."""
    if broker.startswith("redis+socket://"):
        return broker.replace("redis+socket://", "redis+unix://", 1)
    return broker if broker.startswith(("redis://", "rediss://")) else "memory://"


def secret_key(environ: Mapping[str, str] = os.environ) -> str:
    """`SECRET_KEY`, or one made on first use and kept in the instance folder."""
    if environ.get("SECRET_KEY"):
        return environ["SECRET_KEY"]
    path = instance_folder(environ) / "secret_key"
    try:
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text()


def flag(environ: Mapping[str, str], name: str, default: bool) -> bool:
    """A yes-or-no variable; `1`, `true`, `yes` and `on` mean yes."""
    value = environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}


def public_url(environ: Mapping[str, str] = os.environ) -> str:
    """`PUBLIC_URL`, the address people type, without a slash at its end."""
    return environ.get("PUBLIC_URL", f"http://127.0.0.1:{environ.get('PORT') or 5000}").rstrip("/")


def packages_url(public: str) -> str:
    """Where packages are played when nothing is set: this machine by its other name, which to a browser is another
    host and has no cookies of ours. Empty where there is no such name: packages are then not played.
    """
    parts = urlsplit(public)
    names = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}
    if parts.hostname not in names:
        return ""
    return parts._replace(netloc=parts.netloc.replace(parts.hostname, names[parts.hostname])).geturl()


def load(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Every setting, by the name Flask knows it under. Durations are in seconds, but KEEP_… and …_KEEP in days.

    Sizes are in bytes.
    """
    key = secret_key(environ)
    return {
        "SECRET_KEY": key,
        "SQLALCHEMY_DATABASE_URI": database_url(environ),
        "BROKER_URL": broker_url(environ),
        "INSTANCE": instance_folder(environ),
        "LOG_JSON": flag(environ, "LOG_JSON", False),
        "METRICS_TOKEN": environ.get("METRICS_TOKEN", ""),
        "METRICS_PORT": int(environ.get("METRICS_PORT", "0")),
        "PUBLIC_URL": public_url(environ),
        # Delivery of changes
        "RELAY_EVERY": float(environ.get("RELAY_EVERY", "5")),
        "RELAY_AFTER": float(environ.get("RELAY_AFTER", "30")),
        "KEEP_CHANGES": float(environ.get("KEEP_CHANGES", "90")),
        "WORKER_SILENCE": float(environ.get("WORKER_SILENCE", "120")),
        # Audits: the key that signs them (SECRET_KEY where none is set), and how long an earlier change's may be late
        "AUDIT_KEY": environ.get("AUDIT_KEY", ""),
        "AUDIT_GRACE": float(environ.get("AUDIT_GRACE", "60")),
        # Mail
        "MAIL_SERVER": environ.get("MAIL_SERVER", "127.0.0.1"),
        "MAIL_PORT": int(environ.get("MAIL_PORT", "1025")),
        "MAIL_USERNAME": environ.get("MAIL_USERNAME"),
        "MAIL_PASSWORD": environ.get("MAIL_PASSWORD"),
        "MAIL_USE_TLS": flag(environ, "MAIL_USE_TLS", False),
        "MAIL_USE_SSL": flag(environ, "MAIL_USE_SSL", False),
        "MAIL_DEFAULT_SENDER": environ.get("MAIL_FROM", "LMS <lms@localhost>"),
        "MAIL_SUPPRESS_SEND": False,
        "MAIL_TIMEOUT": float(environ.get("MAIL_TIMEOUT", "10")),
        "MAIL_CLAIM": float(environ.get("MAIL_CLAIM", "300")),
        "MAIL_BOUNCE": environ.get("MAIL_BOUNCE", ""),
        "MAIL_MERGE": float(environ.get("MAIL_MERGE", "300")),
        "MAIL_PER_SECOND": float(environ.get("MAIL_PER_SECOND", "0")),
        "MAIL_CATCHER": environ.get("MAIL_CATCHER"),
        # Analytics
        "MIXPANEL_TOKEN": environ.get("MIXPANEL_TOKEN"),
        "MIXPANEL_SERVICE_ACCOUNT": environ.get("MIXPANEL_SERVICE_ACCOUNT"),
        "MIXPANEL_URL": environ.get("MIXPANEL_URL"),
        "MIXPANEL_TIMEOUT": float(environ.get("MIXPANEL_TIMEOUT", "5")),
        # Learning record stores; one on this machine, without TLS, is for development
        "LRS_TIMEOUT": float(environ.get("LRS_TIMEOUT", "10")),
        "LRS_ALLOW_LOCAL": flag(environ, "LRS_ALLOW_LOCAL", False),
        # Sign-in
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SECURE": environ.get("PUBLIC_URL", "").startswith("https://"),
        "RATELIMIT_STORAGE_URI": environ.get("RATELIMIT_STORAGE_URI") or ratelimit_storage(broker_url(environ)),
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_ENABLED": flag(environ, "RATELIMIT_ENABLED", True),
        # Sign-in providers without TLS or inside the network: for development, and for a provider of one's own
        "OPENID_INTERNAL": flag(environ, "OPENID_INTERNAL", False),
        # Exchange: requests a minute of one API key; bytes of a file that is imported; where scheduled exports go
        "API_RATE": int(environ.get("API_RATE", "600")),
        "IMPORT_LIMIT": int(environ.get("IMPORT_LIMIT", str(256 * 1024 * 1024))),
        "EXPORT_FOLDER": Path(environ.get("EXPORT_FOLDER") or instance_folder(environ) / "exports"),
        # ... buckets that may be chosen for them, and hosts inside our own network that may be written to
        "EXPORT_S3_BUCKETS": tuple(environ.get("EXPORT_S3_BUCKETS", "").replace(",", " ").split()),
        "EXPORT_S3_ENDPOINT": environ.get("EXPORT_S3_ENDPOINT") or environ.get("MEDIA_S3_ENDPOINT"),
        "EXPORT_S3_REGION": environ.get("EXPORT_S3_REGION") or environ.get("MEDIA_S3_REGION"),
        "EXPORT_SFTP_HOSTS": tuple(environ.get("EXPORT_SFTP_HOSTS", "").replace(",", " ").split()),
        # Webhooks: seconds for one request; days that the log is kept; for development, addresses that are refused else
        "WEBHOOKS_TIMEOUT": float(environ.get("WEBHOOKS_TIMEOUT", "15")),
        "WEBHOOKS_KEEP": float(environ.get("WEBHOOKS_KEEP", "30")),
        "WEBHOOKS_ALLOW_HTTP": flag(environ, "WEBHOOKS_ALLOW_HTTP", False),
        "WEBHOOKS_ALLOW_INTERNAL": flag(environ, "WEBHOOKS_ALLOW_INTERNAL", False),
        "MAX_CONTENT_LENGTH": 16 * 1024 * 1024,
        # Media
        "PACKAGE_FILES": int(environ.get("PACKAGE_FILES", "20000")),
        "PACKAGE_SIZE": int(environ.get("PACKAGE_SIZE", str(8 * 1024**3))),
        "PACKAGES_URL": (environ.get("PACKAGES_URL") or packages_url(public_url(environ))).rstrip("/"),
        "LARGEST_UPLOAD": int(environ.get("LARGEST_UPLOAD", str(4 * 1024**3))),
        "MEDIA_FOLDER": environ.get("MEDIA_FOLDER"),
        "MEDIA_S3_BUCKET": environ.get("MEDIA_S3_BUCKET"),
        "MEDIA_S3_PREFIX": environ.get("MEDIA_S3_PREFIX", ""),
        "MEDIA_S3_ENDPOINT": environ.get("MEDIA_S3_ENDPOINT"),
        "MEDIA_S3_REGION": environ.get("MEDIA_S3_REGION"),
    }
