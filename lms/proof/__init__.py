"""Showing who is qualified: a person's standing, a manager's team, the organization, the inspector's report."""

from lms.proof.standing import Past, Standing, history_of, standing_of, standings_of
from lms.proof.team import check_looks_after, chosen_place, places_of
from lms.proof.wording import WORST_FIRST, state_words

__all__ = [
    "WORST_FIRST",
    "Past",
    "Standing",
    "check_looks_after",
    "chosen_place",
    "history_of",
    "places_of",
    "standing_of",
    "standings_of",
    "state_words",
]
