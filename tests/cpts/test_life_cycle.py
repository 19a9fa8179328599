"""The life of a CPTS: its order, its delays, its laws."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from lives import Life, Recorder, arms, cpts, live, same_bytes, scenario, winter

from cpts_sim.engine.columns import Table
from cpts_sim.engine.cpts_codes import INCOME, Line
from cpts_sim.engine.draws import Draws
from cpts_sim.engine.events import CptsEvent, Member
from cpts_sim.evidence import load_parameters
from cpts_sim.missions.base import MONTH
from cpts_sim.missions.course import Step
from cpts_sim.missions.life_cycle import LifeCycle
from cpts_sim.model import Model
from cpts_sim.scenario.contract import Life as Settings

QUICK = {
    "cpts.life_letter_months": {"low": 0.5, "high": 0.6}, "cpts.life_project_months": {"low": 1, "high": 1.2},
    "cpts.life_decision_months": {"low": 3, "high": 4}, "cpts.life_silence_months": 1,
    "cpts.life_contract_months": {"low": 0.5, "high": 0.6}, "aci.contract_months": 12,
}  # fmt: skip
"""Steps of some weeks, so that a short run sees them all."""
DAYS = 150


@cache
def _start() -> Model:
    letter = cpts(starts_at="letter")
    policies = arms(without=None, letter=letter, running=cpts(), paper=cpts(paper=True))
    return winter(scenario(population=6000, parameters=QUICK, arms=policies, cpts=cpts()))


@cache
def _life(arm: str) -> Life:
    return live(_start(), arm, DAYS)


def _steps(life: Life) -> list[CptsEvent]:
    rows = life.rows("cpts")
    told = [CptsEvent(event) for event in rows["event"].tolist()]
    return [event for event in told if CptsEvent.EMERGENCE <= event <= CptsEvent.ENDED]


def test_steps_follow_each_other_and_silence_is_an_agreement() -> None:
    names = [event.name.lower() for event in _steps(_life("letter"))]
    assert names[:6] == ["letter", "credit", "project", "silence", "contract", "mission_open"]
    assert _steps(_life("running"))[:2] == [CptsEvent.CONTRACT, CptsEvent.MISSION_OPEN]


def test_before_the_contract_nobody_is_paid_beyond_the_credit_and_leaders_give_evenings() -> None:
    life = _life("letter")
    rows, pay = life.rows("cpts"), life.rows("payment")
    signed = rows["at"][rows["event"] == CptsEvent.CONTRACT].min()
    unpaid = rows["event"] == CptsEvent.UNPAID
    assert rows["hours"][unpaid & (rows["at"] < signed)].sum() > 0
    early = pay["at"] < signed
    assert set(pay["line"][early].tolist()) <= {Line.STARTUP, Line.STUDIES, Line.MEMBERS}
    week = life.rows("week")
    before = week["at"] < signed - 7 * 1440.0
    assert week["cpts_admin"][before].sum() > 0
    assert (week["member"][before] % Member.LEADER == 0).all()


def test_care_is_untouched_by_a_letter_until_leaders_give_time() -> None:
    """No slot is shared and nobody calls a desk before the contract."""
    rows, signed = _life("letter").rows("request"), _signed(_life("letter"))
    assert not ((rows["route"] == 6) & (rows["ended"] < signed)).any()


def _signed(life: Life) -> float:
    rows = life.rows("cpts")
    return float(rows["at"][rows["event"] == CptsEvent.CONTRACT].min())


@pytest.mark.parametrize("split", [5, 40, 75, 100])
def test_a_fork_in_the_middle_of_the_steps_is_the_straight_run(split: int) -> None:
    recorder = Recorder()
    first = _start().fork("letter", observers=[recorder])
    first.run(split)
    second = first.fork("letter", observers=[recorder])
    second.run(DAYS - split)
    second.finish()
    same_bytes(Life(second, recorder.journal()), _life("letter"))


def test_a_resumed_letter_goes_on(tmp_path) -> None:
    recorder = Recorder()
    first = _start().fork("letter", observers=[recorder])
    first.run(60)
    first.checkpoint(tmp_path / "half.npz")
    second = Model.resume(tmp_path / "half.npz", _start().spec, arm="letter", observers=[recorder])
    second.run(DAYS - 60)
    second.finish()
    same_bytes(Life(second, recorder.journal()), _life("letter"))


def test_zero_dose_is_absence_from_the_letter_on() -> None:
    policies = arms(absent=cpts({}, starts_at="letter"), zero=cpts({"prevention": {"dose": 0}}, starts_at="letter"))
    start = winter(scenario(population=4000, parameters=QUICK, arms=policies, cpts=cpts({})))
    same_bytes(live(start, "absent", 120), live(start, "zero", 120))


@pytest.mark.parametrize("arm", ["letter", "running", "paper"])
def test_euros_in_are_euros_spent_and_unspent(arm: str) -> None:
    life = _life(arm)
    pay = life.rows("payment")
    came = np.isin(pay["line"], INCOME)
    assert (pay["euros"] > 0).all()
    cash = float(life.model.tables["cpts"]["cash"][0])
    assert cash >= 0
    assert pay["euros"][came].sum() - pay["euros"][~came].sum() == pytest.approx(cash, abs=0.01)
    spent = life.rows("cpts")["euros"].astype(float).sum()
    assert spent == pytest.approx(pay["euros"][~came & (pay["line"] != Line.REPAID)].sum(), rel=1e-5)


def test_a_cpts_on_paper_is_paid_and_changes_no_care() -> None:
    paper, without = _life("paper"), live(_start(), "without", DAYS)
    same_bytes(paper, without, ("request", "visit", "ed", "admission", "attachment", "act", "referral"))
    pay = paper.rows("payment")
    assert {Line.RUNNING, Line.FIXED} <= {Line(line) for line in pay["line"].tolist()}
    members = paper.rows("members")
    gps = members["profession"] == 0
    assert (members["nominal"][gps] > 0).all() and (members["active"][gps] == 0).all()


# ------------------------------------------------------------------------------------------ lives without care
def _bare(seed: int, msp: float = 0.0, **settings: str) -> list[tuple[Step, float]]:
    """Step and month at which it began, of one life, with nobody in it."""
    told: list[tuple[Step, float]] = []
    teams = np.where(np.arange(100) < 100 * msp, 2, 0)
    columns = {"member": np.ones(100, np.int8), "halo": "i1", "status": "i1", "practice_type": teams}
    gps = Table("gps", 100, columns)
    world = SimpleNamespace(parameters=load_parameters(2019), draws=Draws(seed), gps=gps, now=0.0)
    table = Table("cpts", 1, {"next_at": np.zeros(1), "key": "u8"})
    nothing = SimpleNamespace(startup=lambda: 0.0, study=lambda: None)
    organisation = SimpleNamespace(
        world=world, settings=Settings(starts_at="letter", **settings), table=table, payments=nothing, account=nothing,
        exists=lambda: True, later=lambda months: world.now + months * MONTH, tell=lambda *a: None,
        sign=lambda: None, end=lambda: table["step"].__setitem__(0, Step.ENDED),
    )  # fmt: skip
    life = LifeCycle(organisation)  # type: ignore[arg-type]
    life.install()
    while life.step not in (Step.RUNNING, Step.ENDED):
        life.turn()
        told.append((life.step, world.now / MONTH))
        if life.step not in (Step.RUNNING, Step.ENDED):
            world.now = float(table["step_at"][0])
    first_care = 6.0 + life.late_months("unscheduled_care") if life.step == Step.RUNNING else np.inf
    told.append((life.step, np.inf if table["paper"][0] else world.now / MONTH + first_care))
    return told


def test_a_life_that_succeeds_is_signed_every_time() -> None:
    ends = [_bare(seed, life="succeeds")[-1] for seed in range(200)]
    assert all(step == Step.RUNNING for step, _ in ends)
    assert all(np.isfinite(month) for _, month in ends)


def test_letter_to_first_unscheduled_care_takes_what_the_prior_says() -> None:
    """18 to 36 months for most of those that get there; 10 to 40 per cent never or on paper."""
    months = np.array([_bare(seed, life="drawn")[-1][1] for seed in range(600)])
    never = float(np.isinf(months).mean())
    assert 0.10 < never < 0.40
    low, high = np.quantile(months[np.isfinite(months)], [0.1, 0.9])
    print(f"never or on paper {never:.2f}, P10 {low:.1f}, P90 {high:.1f} months")
    assert low > 18
    assert high < 37


def test_teams_that_exist_make_it_quicker() -> None:
    signed = [[_bare(seed, msp, life="succeeds")[-1][1] for seed in range(200)] for msp in (0.0, 1.0)]
    assert np.mean(signed[1]) < np.mean(signed[0]) - 1.0


def test_same_seed_same_life_other_seed_other_life() -> None:
    assert _bare(5, life="drawn") == _bare(5, life="drawn")
    assert len({tuple(_bare(seed, life="drawn")) for seed in range(20)}) > 15


def test_expected_before_funding_is_below_if_it_works() -> None:
    """With drawn lives some territories never get the mission: over many lives there is less of it."""
    horizon = 48.0

    def months_of_care(life: str) -> float:
        return float(np.mean([max(0.0, horizon - min(_bare(seed, life=life)[-1][1], horizon)) for seed in range(300)]))

    assert months_of_care("drawn") < months_of_care("succeeds")
