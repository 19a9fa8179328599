"""Patients and professionals as Mesa agents: what they know of themselves, read from their rows."""

from __future__ import annotations

from cpts_sim.agents.base import RowAgent
from cpts_sim.engine.events import MtState


class Patient(RowAgent):
    """An inhabitant."""

    table_name = "people"

    @property
    def age(self) -> float:
        """Age in years."""
        return float((self.model.now - self.born) / (365.0 * 1440.0))

    @property
    def state(self) -> str:
        """Relation to a médecin traitant: has, not_seeking, seeking, orphan."""
        return MtState(int(self.mt_state)).name.lower()

    @property
    def usual_gp(self) -> int | None:
        """Row of the usual GP, None without."""
        return int(self.mt) if self.mt >= 0 else None


class GP(RowAgent):
    """A general practitioner."""

    table_name = "gps"

    @property
    def patients(self) -> int:
        """Number of people on the list."""
        people = self.model.tables["people"]
        return int(((people["mt"] == self.row) & people["alive"]).sum())

    @property
    def exhaustion(self) -> float:
        """Emotional exhaustion (EE, 0 to 54)."""
        return float(self.ee)


class Nurse(RowAgent):
    """A liberal nurse, or a nurse who works beside GPs."""

    table_name = "nurses"

    @property
    def rounds_min(self) -> float:
        """Minutes a day that her patients take."""
        return float(self.model.care.world.home_care.load_min[self.row])

    @property
    def exhaustion(self) -> float:
        """Emotional exhaustion (EE, 0 to 54)."""
        return float(self.ee)


class Pharmacist(RowAgent):
    """The pharmacist who runs a pharmacy."""

    table_name = "pharmacies"

    @property
    def exhaustion(self) -> float:
        """Emotional exhaustion (EE, 0 to 54)."""
        return float(self.ee)


class Hospital(RowAgent):
    """A hospital with an emergency department."""

    table_name = "hospitals"

    @property
    def waiting(self) -> int:
        """People who wait for a doctor in its department now."""
        return int(self.model.care.world.emergency.waiting()[self.row])

    @property
    def outsider_share(self) -> float:
        """Expected share of its visits by people from elsewhere."""
        every = self.residents_per_day + self.outsiders_per_day
        return float(self.outsiders_per_day / every) if every > 0 else 0.0


class CPTS(RowAgent):
    """The communauté professionnelle territoriale de santé."""

    table_name = "cpts"


KINDS: dict[str, type[RowAgent]] = {
    kind.table_name: kind for kind in (Patient, GP, Nurse, Pharmacist, Hospital, CPTS)
}
