"""Demo data of the exchange: a key nobody has the secret of, and a file that waits to be looked at."""

from collections.abc import Callable

from sqlalchemy import select

from lms import keys, transfer
from lms.accounts import User
from lms.db import db
from lms.keys import KeyAttrs

FILE = b"""Personnel number;Name;Email;Department
1001;Noor Visser;noor.visser@harbour.example;
1002;Sem Mulder;sem.mulder@harbour.example;
1003;Liam Bakker;liam.bakker@harbour;
"""


def add(say: Callable[[str], None]) -> None:
    """Make both, as the first organization's administrator."""
    say("demo: a key and a file to import")
    admin = db.session.scalars(select(User).where(User.email == "admin@harbour.example")).one()
    keys.create_key(KeyAttrs(name="Personnel system", scopes=["people:write"]), admin)
    transfer.upload("people", "new-colleagues.csv", [FILE], admin, 1_000_000)
