"""Entries that do not verify, and whether two of them were swapped."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from lms.audits import problems as kinds
from lms.audits.canonical import link
from lms.audits.problems import Problem
from lms.audits.rows import AnyRow, Values, digest_of


@dataclass(slots=True)
class Suspect:
    """An entry as it is read, its audit, and the hash of the entry before it."""

    row: AnyRow
    audit: Values | None
    previous: str | None
    is_altered: bool
    """The audit is not the one that the entry is for."""
    is_linked: bool
    """The entry follows from the one before."""

    def as_problem(self) -> Problem:
        """What is said of it alone."""
        return Problem(kinds.ALTERED if self.is_altered else kinds.LINK, self.row.number, self.row[1])

    def is_for(self, other: "Suspect") -> bool:
        """Whether the entry would be right with what stands in the audit of the other one."""
        if self.audit is None or other.audit is None or self.row.salt is None:
            return False
        theirs, mine = other.audit, self.audit
        change = {"change_id": self.row[1]}
        guesses = (theirs | change, theirs | change | {"id": mine["id"]}, mine | {"id": theirs["id"]})
        return any(digest_of(guess, self.row.salt) == self.row.digest for guess in guesses)


def explained(suspects: Sequence[Suspect], organization_id: int) -> Iterator[Problem]:
    """What happened to them, in the order of the chain; all pairs are tried, so there must not be too many."""
    altered = [one for one in suspects if one.is_altered]
    yield from _swapped_audits(altered)
    for one in altered:
        if one.is_altered:
            yield one.as_problem()
    yield from _swapped_entries([one for one in suspects if not one.is_linked], organization_id)
    for one in suspects:
        if not one.is_linked:
            yield Problem(kinds.LINK, one.row.number, one.row[1])


def _swapped_audits(altered: Sequence[Suspect]) -> Iterator[Problem]:
    """Pairs whose audits stand in each other's place; they are no longer marked as altered."""
    for first, second in combinations(altered, 2):
        if first.is_altered and second.is_altered and first.is_for(second) and second.is_for(first):
            first.is_altered = second.is_altered = False
            yield Problem(kinds.SWAPPED, first.row.number, first.row[1], second.row.number)


def _swapped_entries(unlinked: Sequence[Suspect], organization_id: int) -> Iterator[Problem]:
    """Pairs of entries that stand under each other's number; they and those after them are no longer marked."""
    hashes = {one.row.number: one for one in unlinked}

    def follows(one: Suspect, previous: str | None, number: int) -> bool:
        row = one.row
        return previous is not None and link(previous, organization_id, number, row.sealed_at, row.digest) == row.hash

    for first, second in combinations(unlinked, 2):
        if first.is_linked or second.is_linked or not follows(second, first.previous, first.row.number):
            continue
        first.is_linked = second.is_linked = True
        yield Problem(kinds.SWAPPED_SEALS, first.row.number, first.row[1], second.row.number)
        for moved, place in ((first, second), (second, first)):
            after = hashes.get(place.row.number + 1)
            if after is not None and follows(after, moved.row.hash, after.row.number):
                after.is_linked = True
