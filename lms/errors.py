"""What a context function may refuse with. Each message tells the person what to do about it."""


class Refusal(Exception):
    """Base of the errors that are meant for people; `status` is the HTTP status of its page or problem document."""

    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(Refusal):
    """No such object, or one that belongs to another organization: the two are not told apart."""

    status = 404


class NotAllowed(Refusal):
    """The actor may see the object but not do this to it."""

    status = 403


class Conflict(Refusal):
    """It was possible when the page was shown, and no longer is."""

    status = 409


class Invalid(Refusal):
    """One or more fields cannot be accepted; `errors` maps each field to its message."""

    status = 422

    def __init__(self, field: str, message: str, **others: str) -> None:
        super().__init__(message)
        self.errors: dict[str, str] = {field: message, **others}
