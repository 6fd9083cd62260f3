"""What people fill in, checked in one way: pydantic models whose errors become messages beside the fields."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from zoneinfo import available_timezones

import nh3
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from lms.errors import Invalid

LONGEST_TEXT = 200_000


class Attrs(BaseModel):
    """Base of what a context function accepts; unknown fields are refused, not ignored."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


def _clean(html: str) -> str:
    return nh3.clean(html)


def _known_timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("Choose a time zone from the list.")
    return name


def _none_if_blank(value: Any) -> Any:
    return None if value in ("", 0, "0") else value


Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""A name or title: 1 to 200 characters."""
Summary = Annotated[str, StringConstraints(max_length=1000)]
Html = Annotated[str, StringConstraints(max_length=LONGEST_TEXT), AfterValidator(_clean)]
"""Rich text; scripts and everything else that could act is taken out."""
Timezone = Annotated[str, AfterValidator(_known_timezone)]
"""An IANA name, such as Europe/Amsterdam."""
OptionalId = Annotated[int | None, BeforeValidator(_none_if_blank)]

OptionalText = Annotated[
    Annotated[str, StringConstraints(max_length=50)] | None,
    BeforeValidator(lambda value: None if isinstance(value, str) and not value.strip() else value),
]
"""At most 50 characters, or None where nothing was filled in."""

Model = TypeVar("Model", bound=BaseModel)

MESSAGES = {
    "string_too_short": "Fill this in.",
    "missing": "Fill this in.",
    "string_too_long": "Use at most {max_length} characters.",
    "int_parsing": "Choose one from the list.",
    "int_type": "Choose one from the list.",
    "literal_error": "Choose one from the list.",
    "string_pattern_mismatch": "Choose one from the list.",
    "datetime_parsing": "Give a date and a time.",
    "datetime_type": "Give a date and a time.",
    "greater_than_equal": "Give {ge} or more.",
    "less_than_equal": "Give {le} or less.",
    "extra_forbidden": "This cannot be set here.",
}


def validated(model: type[Model], data: Mapping[str, Any]) -> Model:
    """`data` as `model`; raises Invalid with one message per field."""
    try:
        return model.model_validate(dict(data))
    except ValidationError as error:
        messages: dict[str, str] = {}
        for problem in error.errors():
            field = str(problem["loc"][0]) if problem["loc"] else "form"
            known = MESSAGES.get(problem["type"])
            text = known.format(**problem.get("ctx", {})) if known else problem["msg"].removeprefix("Value error, ")
            messages.setdefault(field, text)
        first = next(iter(messages))
        raise Invalid(first, messages.pop(first), **messages) from None
