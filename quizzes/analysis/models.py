"""Rasch and two-parameter models of items, fitted by mirt where there are learners enough."""

from dataclasses import dataclass
from typing import Literal

import mirt
import numpy as np
from mirt.results import FitResult
from numpy.typing import NDArray

from quizzes.analysis.marks import MarkTable

ModelName = Literal["rasch", "2pl"]
LEAST: dict[ModelName, int] = {"rasch": 100, "2pl": 500}
LEAST_ITEMS, LEAST_ANSWERS = 5, 30
ABILITIES = tuple(step / 4 for step in range(-16, 17))


class NotFitted(Exception):
    """No model can be fitted to these marks; the message is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class ModelItem:
    """An item's place on the scale of ability, whose mean is 0 and standard deviation 1.

    At ability `difficulty` half of the answers are right; `slope` is how steeply that changes.
    """

    item: str
    difficulty: float
    difficulty_error: float | None
    slope: float
    slope_error: float | None


@dataclass(frozen=True, slots=True)
class ItemModel:
    """A fitted model. `left_out` names items that could not take part, each with the reason.

    `information` gives, for abilities from -4 to 4, what the items together tell about it: the
    standard error of a learner's ability there is 1 / sqrt(information).
    """

    model: ModelName
    learners: int
    items: tuple[ModelItem, ...]
    left_out: tuple[tuple[str, str], ...]
    log_likelihood: float
    aic: float
    bic: float
    information: tuple[tuple[float, float], ...]


def fit_items(table: MarkTable, model: ModelName = "rasch") -> ItemModel:
    """Fit P(right) = 1 / (1 + exp(-slope (ability - difficulty))) by marginal maximum likelihood.

    The Rasch model has one slope for all items, the two-parameter model one for each. Gaps count
    as not met. Items with partial marks, without variance, or met by fewer than 30 are left out.
    Raises NotFitted below 100 learners (Rasch: Linacre, J. M. (1994), Rasch Measurement
    Transactions 7:328) or 500 (two parameters), below five usable items, or when the estimates do
    not settle.
    Source: Bock, R. D. and Aitkin, M. (1981), Psychometrika 46:443-459.
    """
    if table.learners < LEAST[model]:
        raise NotFitted(f"This model needs {LEAST[model]} learners; there are {table.learners}.")
    reasons = [_reason(table, number) for number in range(len(table.items))]
    used = [number for number, reason in enumerate(reasons) if not reason]
    if len(used) < LEAST_ITEMS:
        raise NotFitted(f"Only {len(used)} items can take part; the model needs {LEAST_ITEMS}.")
    answers = np.where(table.met, table.values > 0, -1).astype(np.int64)[:, used]
    answers = answers[(answers >= 0).any(axis=1)]
    fit = _fit(answers, model)
    names = [table.items[number] for number in used]
    return ItemModel(
        model=model,
        learners=len(answers),
        items=_items(names, fit),
        left_out=tuple((table.items[n], reason) for n, reason in enumerate(reasons) if reason),
        log_likelihood=float(fit.log_likelihood),
        aic=float(fit.aic),
        bic=float(fit.bic),
        information=_information(fit),
    )


def _fit(answers: NDArray[np.int64], model: ModelName) -> FitResult:
    try:
        if model == "2pl":
            fit = mirt.fit_mirt(answers, "2PL", n_quadpts=61, tol=1e-6)
        else:
            # One slope for all is the Rasch model with the spread of ability set to 1. This
            # route is the slower one, hence the acceleration.
            same = {"parameter": "discrimination", "items": list(range(answers.shape[1]))}
            fit = mirt.fit_mirt(
                answers, "2PL", n_quadpts=41, tol=1e-5, constraints=[same], accelerate="squarem"
            )
    except (mirt.MirtError, np.linalg.LinAlgError) as error:
        raise NotFitted(f"The model could not be fitted: {error}") from error
    if not fit.converged:
        raise NotFitted("The estimates did not settle; the marks do not determine this model.")
    return fit


def _reason(table: MarkTable, number: int) -> str:
    marks = table.values[table.met[:, number], number]
    if len(marks) < LEAST_ANSWERS:
        return f"met by {len(marks)} learners"
    if not table.dichotomous[number]:
        return "has partial marks"
    return "all marks are equal" if np.ptp(marks) == 0 else ""


def _items(names: list[str], fit: FitResult) -> tuple[ModelItem, ...]:
    parameters, errors = fit.model.parameters, fit.standard_errors
    difficulty, slope = parameters["difficulty"], parameters["discrimination"]
    return tuple(
        ModelItem(
            item=name,
            difficulty=float(difficulty[number]),
            difficulty_error=_error(float(errors["difficulty"][number])),
            slope=float(slope[number]),
            slope_error=_error(float(errors["discrimination"][number])),
        )
        for number, name in enumerate(names)
    )


def _error(value: float) -> float | None:
    return value if np.isfinite(value) and value > 0 else None


def _information(fit: FitResult) -> tuple[tuple[float, float], ...]:
    """Fisher information of all items: the sum of slope squared x P x (1 - P)."""
    difficulty = np.asarray(fit.model.parameters["difficulty"])
    slope = np.asarray(fit.model.parameters["discrimination"])
    away = np.array(ABILITIES)[:, None] - difficulty
    right = 1 / (1 + np.exp(-slope * away))
    told = (slope**2 * right * (1 - right)).sum(axis=1)
    return tuple(zip(ABILITIES, (float(each) for each in told), strict=True))
