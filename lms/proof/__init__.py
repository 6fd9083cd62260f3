"""Showing who is qualified: a person's standing, a manager's team, the organization, the inspector's report."""

from importlib import import_module
from typing import Any

from lms.proof.overview import SPANS, Figures, Overview, overview, states_in_order
from lms.proof.report import MOST_ON_PAPER, Criteria, CriteriaAttrs, Line, check_size, criteria, figures, lines
from lms.proof.standing import Past, Standing, history_of, standing_of, standings_of
from lms.proof.team import check_looks_after, chosen_place, places_of, tree_of
from lms.proof.wording import WORST_FIRST, state_words

__all__ = [
    "MOST_IN_XLSX",
    "MOST_ON_PAPER",
    "SPANS",
    "WORST_FIRST",
    "Criteria",
    "CriteriaAttrs",
    "Figures",
    "Line",
    "Overview",
    "Past",
    "Standing",
    "as_csv",
    "as_xlsx",
    "check_looks_after",
    "check_size",
    "chosen_place",
    "criteria",
    "figures",
    "history_of",
    "lines",
    "overview",
    "places_of",
    "standing_of",
    "standings_of",
    "state_words",
    "states_in_order",
    "tree_of",
]


ON_DEMAND = {"as_pdf": "paper", "MOST_IN_XLSX": "sheets", "as_csv": "sheets", "as_xlsx": "sheets"}
"""What needs libraries of 30 and 9 MB: they are loaded in the process that first makes a report as a file."""


def __getattr__(name: str) -> Any:
    """Something of `ON_DEMAND`."""
    if name in ON_DEMAND:
        return getattr(import_module(f"lms.proof.{ON_DEMAND[name]}"), name)
    raise AttributeError(name)
