"""Credits: as many as the minutes give in full parts, never more, whatever the unit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates import CreditRule, claim_fault, credits_offered, written_credits
from certificates.credits import STEPS

rules = st.builds(CreditRule, st.just("hour"), st.integers(1, 120), st.sampled_from(STEPS))
minutes = st.integers(0, 20_000)


# unit minutes, step, minutes of instruction, credits
@pytest.mark.parametrize(
    ("unit", "step", "given_minutes", "credits"),
    [
        (60, "1", 59, "0"),
        (60, "1", 60, "1"),
        (60, "1", 997, "16"),
        (60, "0.25", 997, "16.5"),
        (60, "0.25", 1005, "16.75"),
        (60, "0.5", 89, "1"),
        (50, "0.1", 55, "1.1"),
        (50, "1", 997, "19"),
        (60, "0.25", 0, "0"),
    ],
)
def test_a_published_table_of_credits(
    unit: int, step: str, given_minutes: int, credits: str
) -> None:
    rule = CreditRule("hour", unit, Decimal(step))
    assert written_credits(credits_offered(rule, given_minutes)) == credits


@given(rules, minutes)
def test_what_is_offered_was_given_and_no_further_step_was(rule: CreditRule, given: int) -> None:
    most = credits_offered(rule, given)
    assert most * rule.minutes <= given < (most + rule.step) * rule.minutes
    assert most % rule.step == 0


@given(rules, minutes, minutes)
def test_more_time_never_makes_fewer_credits(rule: CreditRule, one: int, other: int) -> None:
    fewer, more = sorted((one, other))
    assert credits_offered(rule, fewer) <= credits_offered(rule, more)


@given(rules, minutes, st.decimals(-5, 500, places=2))
def test_a_claim_holds_exactly_up_to_what_is_offered(
    rule: CreditRule, given: int, amount: Decimal
) -> None:
    may = 0 < amount <= credits_offered(rule, given) and amount % rule.step == 0
    assert (claim_fault(rule, given, amount) == "") is may


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-1", "0"])
def test_nothing_that_is_no_amount_can_be_claimed(amount: str) -> None:
    assert claim_fault(CreditRule("hour"), 600, Decimal(amount))


def test_a_rule_nobody_counts_by_is_refused() -> None:
    with pytest.raises(ValueError, match="minute"):
        CreditRule("hour", 0)
    with pytest.raises(ValueError, match="step"):
        CreditRule("hour", 60, Decimal("0.3"))
    with pytest.raises(ValueError, match="negative"):
        credits_offered(CreditRule("hour"), -1)
