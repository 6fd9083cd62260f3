"""Demo data of the exchange: a key nobody has the secret of, a webhook that is off, and a file to look at."""

from collections.abc import Callable

from sqlalchemy import select

from lms import keys, transfer, webhooks
from lms.accounts import User
from lms.db import db
from lms.keys import KeyAttrs
from lms.webhooks import EndpointAttrs

FILE = b"""Personnel number;Name;Email;Department
1001;Noor Visser;noor.visser@harbour.example;
1002;Sem Mulder;sem.mulder@harbour.example;
1003;Liam Bakker;liam.bakker@harbour;
"""


def add(say: Callable[[str], None]) -> None:
    """Make all three, as the first organization's administrator."""
    say("demo: a key, a webhook and a file to import")
    admin = db.session.scalars(select(User).where(User.email == "admin@harbour.example")).one()
    keys.create_key(KeyAttrs(name="Personnel system", scopes=["people:write"]), admin)
    endpoint = EndpointAttrs(
        title="Personnel system", url="https://hooks.harbour.example/lms", types=["User", "Result", "Holding"],
        enabled=False,
    )  # fmt: skip
    webhooks.create_endpoint(endpoint, admin)
    transfer.upload("people", "new-colleagues.csv", [FILE], admin, 1_000_000)
