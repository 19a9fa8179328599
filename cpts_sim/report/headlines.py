"""Which indicators a table of results shows, in order: the primary outcome stands beside what it may hide."""

from __future__ import annotations

from cpts_sim.experiment import Place

HEADLINES: tuple[Place, ...] = (
    Place("access.in_time"),
    Place("access.in_time_primary"),
    Place("access.nursing_contacts"),
    Place("access.resolution"),
    Place("access.unmet"),
    Place("wait.mean"),
    Place("wait.p90"),
    Place("wait.over_7d"),
    Place("wait.served"),
    Place("lead.median"),
    Place("lead.mean"),
    Place("contact.failed"),
    Place("slots.free_at_close"),
    Place("mt.without_end"),
    Place("mt.ald_without_end"),
    Place("ed.visits"),
    Place("ed.visits", "road", "spill"),
    Place("ed.not_admitted"),
    Place("admission.avoidable"),
    Place("visit.acts"),
    Place("time.hours"),
    Place("time.patients"),
    Place("time.displaced"),
    Place("time.unpaid_evening"),
    Place("burnout.ee"),
    Place("burnout.ee_effect"),
    Place("burnout.exhausted_or_gone"),
    Place("access.gap_deprivation"),
    Place("access.gap_accessibility"),
    Place("cpts.euros_per_person"),
)
"""Rows of the table, in order."""
