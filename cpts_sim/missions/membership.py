"""Who belongs to a CPTS, who takes part, who leads it: a choice that each GP makes again every few months.

Everybody has an inclination of her own (drawn once). She belongs, or takes part, while it is below what the CPTS
offers her now: her practice, age and sex, her strain, what colleagues of her practice do, what an hour is paid, whether
something happens, and how many evenings it has cost her. Names on a list and hands at work are counted apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.strain_effects import StrainEffects, home_of
from cpts_sim.engine.events import CptsEvent, Member, Profession, Work
from cpts_sim.missions.hours import TABLES
from cpts_sim.missions.tools import LIBERAL, add_columns

if TYPE_CHECKING:
    from cpts_sim.missions.organisation import Organisation

Array = NDArray[Any]
OLD, TEAM = 60.0, 1
KEEPS = 0.75
"""Weight of the past in the usual hours a month."""
LEAST = 0.2
CARERS = {"nurses": "nurse member", "pharmacies": "pharmacy protocol"}
"""Tables of the other members, and the draw of their inclination."""


class Membership:
    """Members of a CPTS.

    Args:
        organisation: the CPTS.
    """

    def __init__(self, organisation: Organisation) -> None:
        self.organisation, self.world = organisation, organisation.world
        self.parameters, self.settings = organisation.world.parameters, organisation.settings.members
        self.effects = StrainEffects(self.parameters, self.world.strain[Profession.GP].population.ee)

    def install(self) -> None:
        """Add the columns: experience of the CPTS, who came to the meetings of the month by profession."""
        attended = {f"attended_{name}": 0.0 for name in TABLES.values()}
        add_columns(self.organisation.table, {"usual_pull": 0.0, "experience": 0.0, **attended})

    # ------------------------------------------------------------------------------------------ the choice
    def pull(self) -> Array:
        """Inclination to join by what a GP is and how strained she is, not yet scaled."""
        gps, p = self.world.gps, self.parameters
        odds = self.effects.of(gps["ee"], home_of(gps), frozen=True).join_odds
        team = np.where(gps["practice_type"] > TEAM, p["cpts.join_group_factor"], 1.0)
        woman = np.where(gps["sex"] > 0, p["cpts.join_women_factor"], 1.0)
        old = np.where(gps["age"] >= OLD, p["cpts.join_old_factor"], 1.0)
        result: Array = team * woman * old * np.minimum(odds, 2.0)
        return result

    def offer(self) -> float:
        """What the CPTS offers everybody now: pay of an hour and experience, around one."""
        p = self.parameters
        table = self.organisation.table
        rate = p["cpts.hour_euros"] * float(table["means"][0])
        pay = 1.0 + p["cpts.join_pay_elasticity"] * (rate / p["cpts.pay_reference_euros"] - 1.0)
        lived = 1.0 + p["cpts.join_experience"] * float(table["experience"][0])
        return max(0.0, pay) * lived

    def _belongs(self) -> Array:
        """Chance to belong of each GP, as things stand."""
        usual = float(self.organisation.table["usual_pull"][0])
        chance: Array = self.share("share_gps", "cpts.members_gps") * self.pull() / max(usual, 1e-9) * self.offer()
        belongs: Array = np.minimum(1.0, chance * self._peers())
        return belongs

    def _peers(self) -> Array:
        """Above one where more of a GP's own practice belong than elsewhere."""
        gps = self.world.gps
        here = self._here()
        belongs = (gps["member"] > Member.NONE) & here
        if not belongs.any():
            return np.ones(len(gps))
        usual = float(belongs.sum()) / float(here.sum())
        practice = np.maximum(gps["practice"], 0).astype(np.int64)
        size = np.bincount(practice[here], minlength=int(practice.max()) + 1)[practice]
        inside = np.bincount(practice[here & belongs], minlength=int(practice.max()) + 1)[practice]
        colleagues = np.maximum(size - 1, 0)
        others = np.where(colleagues > 0, (inside - belongs) / np.maximum(colleagues, 1), usual)
        result: Array = 1.0 + self.parameters["cpts.join_peers"] * (others - usual)
        return result

    def rested(self, table: str = "gps") -> Array:
        """Share of attendance and activity that usual hours outside consulting time leave."""
        lost = self.parameters["cpts.fatigue_per_hour"] * self.world.tables[table]["cpts_usual_hours"]
        result: Array = np.maximum(LEAST, 1.0 - lost)
        return result

    def _takes_part(self) -> Array:
        """Chance that a member takes part."""
        chance: Array = self.share("active_share", "cpts.active_share") * self.offer() * self.rested()
        return np.minimum(1.0, chance)

    def _here(self) -> Array:
        gps = self.world.gps
        here: Array = (gps["halo"] == 0) & gps["alive"] & (gps["status"] != Work.LEFT)
        return here

    def share(self, setting: str, parameter: str) -> float:
        """Return a share that the scenario gives, else the evidence's."""
        value = getattr(self.settings, setting)
        return float(self.parameters[parameter] if value is None else value)

    def _inclination(self) -> Array:
        return self.world.draws.block("membership", 2, self.world.gps["key"])

    def _wished(self, u: Array) -> Array:
        """Place that each GP wishes now; on paper nobody takes part."""
        joins = self._here() & (u[0] < self._belongs())
        acts = joins & (u[1] < self._takes_part()) & (not self.organisation.on_paper)
        return np.where(acts, Member.ACTIVE, np.where(joins, Member.PASSIVE, Member.NONE)).astype(np.int8)

    # ------------------------------------------------------------------------------------------ in time
    def found(self) -> None:
        """Before there is a CPTS: the most inclined meet and carry the project."""
        self._measure()
        u = self._inclination()
        ready = np.flatnonzero(self._here() & (u[0] < self._belongs()))
        order = np.lexsort((self.world.gps["key"][ready], u[1][ready]))
        self.world.gps["member"][ready[order][: int(self.parameters["cpts.leaders"])]] = Member.LEADER

    def choose(self) -> None:
        """The contract is signed: everybody chooses for the first time."""
        gps = self.world.gps
        founders = (gps["member"] == Member.LEADER) & self._here()
        gps["member"][:] = Member.NONE
        self._measure()
        u = self._inclination()
        gps["member"][:] = self._wished(u)
        gps["member"][founders] = Member.LEADER
        self._fill_offices(u, np.zeros(0, dtype=np.int64))

    def _measure(self) -> None:
        """Inclination of the territory's GPs on the day of the choice: the evidence's share is their mean."""
        inside = self.world.gps["halo"] == 0
        self.organisation.table["usual_pull"][0] = self.pull()[inside].mean() if inside.any() else 1.0

    def month(self, month: int) -> None:
        """Some think again; offices that fall vacant are filled."""
        gps, p = self.world.gps, self.parameters
        self._remember()
        u, before = self._inclination(), gps["member"].copy()
        thinks = self.world.draws.uniform("thinks again", gps["key"], month) < 1.0 / p["cpts.thinks_again_months"]
        wished = self._wished(u)
        stays = (before == Member.LEADER) & (wished >= self._least)
        changes = thinks & (wished != np.minimum(before, Member.ACTIVE)) & ~stays
        gps["member"][changes] = wished[changes]
        gps["member"][~self._here()] = Member.NONE
        tired = self.world.draws.uniform("gives up the office", gps["key"], month)
        leaves = np.flatnonzero((gps["member"] == Member.LEADER) & (tired < p["cpts.leader_leaves_yearly"] / 12.0))
        gps["member"][leaves] = self._least
        gone = np.union1d(leaves, np.flatnonzero((before == Member.LEADER) & (gps["member"] != Member.LEADER)))
        self.organisation.tell(CptsEvent.LEADER_LEFT, gone, 0.0, 0.0)
        self._fill_offices(u, leaves)

    @property
    def _least(self) -> Member:
        """Place from which a GP may lead: hands at work, on paper a name."""
        return Member.PASSIVE if self.organisation.on_paper else Member.ACTIVE

    def _fill_offices(self, u: Array, without: Array) -> None:
        """The most inclined of those who take part lead (on paper: of the members)."""
        gps = self.world.gps
        vacant = int(self.parameters["cpts.leaders"]) - int((gps["member"] == Member.LEADER).sum())
        rows = np.setdiff1d(np.flatnonzero(gps["member"] == self._least), without)
        order = np.argsort(u[1][rows], kind="stable")
        gps["member"][rows[order][: max(0, vacant)]] = Member.LEADER
        self._persuade(u)

    def _persuade(self, u: Array) -> None:
        """An association has a president: where nobody is willing, the most inclined member is persuaded."""
        gps = self.world.gps
        names = np.flatnonzero(gps["member"] > Member.NONE)
        if len(names) and not (gps["member"] == Member.LEADER).any() and self._takes_part().any():
            gps["member"][names[np.argmin(u[1][names])]] = Member.LEADER

    def _remember(self) -> None:
        """Hours of the month become habit; a CPTS in which things happen is remembered as such."""
        table, p = self.organisation.table, self.parameters
        for name in TABLES.values():
            theirs = self.world.tables[name]
            theirs["cpts_usual_hours"][:] = KEEPS * theirs["cpts_usual_hours"] + (1.0 - KEEPS) * theirs["cpts_hours"]
            theirs["cpts_hours"][:] = 0.0
        lived = self.organisation.lived()
        table["experience"][0] += (lived - table["experience"][0]) / p["cpts.experience_months"]

    def carers(self) -> None:
        """Nurses and pharmacists belong and take part as the offer and the money of the month have it."""
        for name, decision in CARERS.items():
            table = self.world.tables[name]
            here = table["alive"] & (table["halo"] == 0) & (table["status"] != Work.LEFT)
            if name == "nurses":
                here &= table["kind"] == LIBERAL
            u, share = self.world.draws.uniform(decision, table["key"]), self.organisation.share_of(name)
            acts = here & (u < share * self.organisation.active_share())
            belongs = np.where(here & (u < share), Member.PASSIVE, Member.NONE)
            table["member"][:] = np.where(acts, Member.ACTIVE, belongs)

    def end(self) -> None:
        """Nobody belongs any more."""
        for name in TABLES.values():
            self.world.tables[name]["member"][:] = Member.NONE

    # ------------------------------------------------------------------------------------------ counts
    def tell(self) -> None:
        """Write members and hands of the month in the journal, by profession."""
        if not self.organisation.exists():
            return
        acts = not self.organisation.on_paper
        for profession, name in TABLES.items():
            member = self.world.tables[name]["member"]
            self.world.journal.add(
                "members", at=self.world.now, profession=int(profession), nominal=int((member > Member.NONE).sum()),
                active=int((member >= Member.ACTIVE).sum()) * acts, leaders=int((member == Member.LEADER).sum()),
                attended=int(self.organisation.table[f"attended_{name}"][0]),
            )  # fmt: skip
