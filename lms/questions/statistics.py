"""What answers say about questions: difficulty, discrimination, and which options are chosen. Pure functions."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from lms.questions.html import digest, plain

EXTREME = 0.27
"""Share of the people in the upper and in the lower group."""
NOTHING = ""
"""Stands among the answers for no answer at all."""


@dataclass(frozen=True, slots=True)
class Response:
    """One person's (or attempt's) answer to one question: `points` out of `of`, and the answer as it is kept."""

    attempt: Hashable
    question: Hashable
    points: float
    of: float
    answer: Any = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """What is known about one question; None where there are too few answers, or all are alike."""

    answers: int
    difficulty: float
    discrimination: float | None
    upper_lower: float | None
    chosen: Mapping[str, int]
    """How often each answer was given; `choice_texts` has the words for the ids."""


def item_statistics(rows: Iterable[Response]) -> dict[Hashable, ItemStatistics]:
    """Statistics per question; the order of the rows does not matter."""
    by_question: dict[Hashable, list[Response]] = defaultdict(list)
    totals: dict[Hashable, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for row in rows:
        by_question[row.question].append(row)
        points, of = totals[row.attempt]
        totals[row.attempt] = (points + row.points, of + row.of)
    return {question: _of(answers, totals) for question, answers in by_question.items()}


def _of(rows: Sequence[Response], totals: Mapping[Hashable, tuple[float, float]]) -> ItemStatistics:
    scores = [row.points / row.of for row in rows]
    with_rest = []
    for row, score in zip(rows, scores, strict=True):
        points, of = totals[row.attempt]
        if of > row.of:
            with_rest.append((score, (points - row.points) / (of - row.of)))
    whole = [(score, totals[row.attempt][0] / totals[row.attempt][1]) for row, score in zip(rows, scores, strict=True)]
    return ItemStatistics(
        answers=len(rows),
        difficulty=facility(scores),
        discrimination=correlation(with_rest),
        upper_lower=upper_lower_index(whole),
        chosen=dict(Counter(key for row in rows for key in _keys(row)).most_common()),
    )


def facility(scores: Sequence[float]) -> float:
    """The facility index: the mean of the scores (each from 0 to 1). 1 is a question that everybody answers right.

    For right-or-wrong questions this is the proportion of right answers, the classical item difficulty p
    (L. Crocker and J. Algina, Introduction to Classical and Modern Test Theory, 1986, chapter 14); for partial credit
    the mean divided by the maximum, as in Moodle's "Facility index" (docs.moodle.org, "Quiz report statistics").
    Raises ValueError without scores.
    """
    if not scores:
        raise ValueError("there are no scores")
    return sum(scores) / len(scores)


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Discrimination: the product-moment correlation of the score on a question with that on the others, -1 to 1.

    The question itself is left out of the total, else it would correlate with itself: the corrected item-total
    correlation of S. Henrysson, "Correction of item-total correlations in item analysis", Psychometrika 28 (1963),
    211-218. For right-or-wrong questions it is the point-biserial correlation
    (M1 - M0) / s * sqrt(p * (1 - p)) with the rest score's means M1, M0 and standard deviation s (of the population).
    None for fewer than three pairs, or where one side is all alike.
    """
    if len(pairs) < 3:
        return None
    xs, ys = [x for x, _y in pairs], [y for _x, y in pairs]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread_x = sum((x - mean_x) ** 2 for x in xs)
    spread_y = sum((y - mean_y) ** 2 for y in ys)
    if spread_x < 1e-12 or spread_y < 1e-12:
        return None
    together = sum((x - mean_x) * (y - mean_y) for x, y in pairs)
    return max(-1.0, min(1.0, together / sqrt(spread_x * spread_y)))


def upper_lower_index(pairs: Sequence[tuple[float, float]]) -> float | None:
    """The mean score of the best 27% (by total score) minus that of the weakest 27%: from -1 to 1.

    27% is what T. L. Kelley found best in "The selection of upper and lower groups for the validation of test items",
    Journal of Educational Psychology 30 (1939), 17-24; the difference is the index D of A. P. Johnson, "Notes on a
    suggested index of item validity: the U-L index", Journal of Educational Psychology 42 (1951), 499-504.
    `pairs` are (score on the question, total score). A group has 27% of the people, rounded, at least one; those
    who tie at its border share the places that are left, so that the order of the rows does not matter.
    None for fewer than four people.
    """
    if len(pairs) < 4:
        return None
    size = max(1, round(EXTREME * len(pairs)))
    upper = _mean_of_extreme([(total, score) for score, total in pairs], size)
    lower = _mean_of_extreme([(-total, score) for score, total in pairs], size)
    return upper - lower


def _mean_of_extreme(rows: Sequence[tuple[float, float]], size: int) -> float:
    """Mean score of the `size` rows with the highest totals."""
    border = sorted((round(total, 9) for total, _score in rows), reverse=True)[size - 1]
    above = [score for total, score in rows if round(total, 9) > border]
    tied = [score for total, score in rows if round(total, 9) == border]
    return (sum(above) + (size - len(above)) * sum(tied) / len(tied)) / size


def _keys(row: Response) -> list[str]:
    """What is counted of an answer: each option that was chosen, each part that was filled in."""
    match row.answer:
        case None:
            return [NOTHING]
        case bool():
            return [str(row.answer).lower()]
        case list() if row.kind == "ordering":
            return [" ".join(row.answer)]
        case list():
            return list(row.answer)
        case dict():
            return [f"{part} {_word(value)}" for part, value in row.answer.items()]
    return [_word(row.answer)]


def _word(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).casefold()


def choice_texts(definition: Mapping[str, Any]) -> dict[str, str]:
    """The words for the ids among the chosen answers of a question; what people typed needs none."""
    match definition["kind"]:
        case "single" | "multiple":
            return {option["id"]: plain(option["text"]) for option in definition["options"]}
        case "matching":
            rights = {digest(text): text for text in (*(p["right"] for p in definition["pairs"]), *definition["extra"])}
            return {
                f"{pair['id']} {id}": f"{plain(pair['left'])} – {text}"
                for pair in definition["pairs"]
                for id, text in rights.items()
            }
        case "gaps":
            return {
                f"{number} {option['id']}": f"{number}: {plain(option['text'])}"
                for number, gap in enumerate(definition["gaps"], start=1)
                for option in gap["options"]
            }
    return {}
