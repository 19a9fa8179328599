"""The money of a contract against published amounts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpts_sim.engine.cpts_codes import ACI_MISSIONS, INCOME, INSTEAD, SPENDING, Line, mission_code
from cpts_sim.evidence import load_parameters
from cpts_sim.missions.money import RULES, achieved_share, contract, euros_a_year, size_of, startup_credit, usual_rules

P = load_parameters(2019)
SIZES = (30_000, 60_000, 120_000, 250_000)


def test_published_ceilings_and_running_parts_of_2019() -> None:
    contracts = [contract("aci_2019", people, P) for people in SIZES]
    assert [c.ceiling for c in contracts] == [220_000, 287_000, 370_000, 450_000]
    assert [c.running for c in contracts] == [50_000, 60_000, 75_000, 90_000]


def test_size_4_after_amendment_2_is_published() -> None:
    assert contract("aci_2022", 250_000, P).ceiling == 580_000


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("people", SIZES)
def test_parts_sum_to_the_ceiling(rules: str, people: int) -> None:
    year = contract(rules, people, P)
    assert year.whole == pytest.approx(year.ceiling, abs=0.01)


def test_sizes_change_at_their_limits() -> None:
    assert [size_of(n, P) for n in (39_999, 40_000, 79_999, 80_000, 174_999, 175_000)] == [0, 1, 1, 2, 2, 3]


def test_the_crisis_is_paid_since_amendment_2_only() -> None:
    assert not contract("aci_2019", 60_000, P).pays("crisis")
    assert contract("aci_2022", 60_000, P).pays("crisis")
    assert [usual_rules(year) for year in (2019, 2024)] == list(RULES)


@given(
    people=st.integers(1, 400_000), rules=st.sampled_from(RULES), share=st.floats(0, 1),
    missions=st.sets(st.sampled_from([*ACI_MISSIONS, "somebody_elses"])),
)  # fmt: skip
def test_a_year_never_passes_the_ceiling(people: int, rules: str, share: float, missions: set[str]) -> None:
    lines = euros_a_year(rules, people, missions, P, share)
    assert all(euros >= 0 for euros in lines.values())
    assert sum(lines.values()) <= contract(rules, people, P).ceiling + 0.01
    assert set(lines) <= set(INCOME)


def test_a_steady_year_is_of_the_national_size() -> None:
    """170 million euros in 2024 over some 650 contracts: about 260 000 euros each, of 80 000 inhabitants."""
    euros = sum(euros_a_year("aci_2022", 80_000, ACI_MISSIONS, P).values())
    assert 200_000 < euros < 400_000


def test_start_up_credit_by_region() -> None:
    assert startup_credit("25", P) == 25_000
    assert startup_credit("93", P) == 30_000
    assert startup_credit(None, P) == P["aci.startup_elsewhere"] == startup_credit("48", P)


def test_what_is_earned_lies_between_nothing_and_all() -> None:
    assert achieved_share(0, 0, P) == 0
    assert achieved_share(1, 7, P) == 1
    assert achieved_share(1, 0, P) == P["aci.weight_of_means"]


def test_lines_are_in_or_out() -> None:
    assert {*INCOME, *SPENDING, *INSTEAD, Line.OFFERED} == set(Line)
    assert len(INCOME) + len(SPENDING) + len(INSTEAD) + 1 == len(Line)
    assert [mission_code(name) for name in ACI_MISSIONS] == list(range(7))
    assert mission_code("somebody_elses") == -1
