"""Analytic modules of the package against published tables and values computed elsewhere."""

from __future__ import annotations

import numpy as np

from cpts_sim.experiment.verify.queues import ACUTE, REHABILITATION, load_of
from cpts_sim.experiment.verify.rows import WRONG, Asked, Row, computed, tables
from cpts_sim.territory.apl import enhanced_two_step, gravity_decay
from cpts_sim.theory.backlog import Clinic, Rejoining, best_panel
from cpts_sim.theory.burnout import JobDemandsResources, WorkerBurnout
from cpts_sim.theory.panels import fullest_panel, over_capacity
from cpts_sim.theory.queues import Station, erlang_b, erlang_c
from cpts_sim.theory.slotted import Calendar, Week, diversion

KEPT = {
    2000: (15.838892, 15.839977),
    2200: (17.415223, 17.423169),
    2400: (18.919049, 18.978511),
    2450: (19.179092, 19.308883),
    2480: (19.034298, 19.342375),
}
REJOINING = (
    (Rejoining(2200, 100, 1.0), (0.987413, 4.49538, 0.888958, 0.010076, 0.880000)),
    (Rejoining(2300, 100, 1.0), (0.932143, 7.27056, 0.929707, 0.010442, 0.920000)),
    (Rejoining(2300, 100, 1.0, True), (0.748248, 14.17620, 0.931228, 0.012207, 0.919860)),
    (Rejoining(2300, 100, 0.0), (0.958435, 6.20999, 0.920000, 0.010256, 0.910564)),
    (Rejoining(2320, 400, 1.0), (0.9047, 8.39, 0.938, 0.0107, 0.928)),
    (Rejoining(2340, 400, 1.0), (0.8182, 30.62, 0.949, 0.0164, 0.934)),
    (Rejoining(2360, 400, 1.0), (0.0311, 374.61, 0.998, 0.1007, 0.898)),
)
OUTCOMES = (
    ("same_day", "share"),
    ("present", "people"),
    ("used", "share"),
    ("missed", "share"),
    ("productive", "share"),
)


def panels_and_absences(asked: Asked) -> list[Row]:
    """The panel with most appointments kept, and how many each panel keeps."""
    rows = [
        computed("best_panel", "people", best_panel(law == "M"), best, 0.0, law=law)
        for law, best in (("M", 2459), ("D", 2471))
    ]
    for people, kept in KEPT.items():
        for law, value in zip("MD", kept, strict=True):
            wrong = Clinic(people * WRONG, law == "M").kept_per_day() if people * WRONG < 2490 else np.nan
            found = Clinic(people, law == "M").kept_per_day()
            rows.append(computed("kept", "per_day", found, value, 1e-6, wrong, panel=people, law=law))
    return rows


def rejoining(asked: Asked) -> list[Row]:
    """Absent patients who rejoin at once: a solver only, since the running queue takes nobody back."""
    rows = []
    for clinic, expected in REJOINING:
        found, off = (
            clinic.outcome(),
            Rejoining(clinic.panel * WRONG, clinic.places, clinic.rejoin, clinic.exponential).outcome(),
        )
        told = {
            "panel": clinic.panel,
            "places": clinic.places,
            "rejoin": clinic.rejoin,
            "law": "M" if clinic.exponential else "D",
        }
        for (name, unit), value in zip(OUTCOMES, expected, strict=True):
            tolerance = 1e-6 if clinic.places == 100 else 5.1e-3 if unit == "people" else 5.1e-4
            tolerance = 6e-6 if unit == "people" and clinic.places == 100 else tolerance
            rows.append(computed(f"clinic_{name}", unit, found[name], value, tolerance, off[name], **told))
    return rows


HOSPITAL = {
    "all": ([[1, 80, 40], [80, 1, 40], [40, 40, 1]], [0.33144412, 0.57982813, 7.28641817]),
    "inbound": ([[1, 80, 20], [80, 1, 20], [40, 40, 1]], [0.43534022, 0.68372424, 5.72797661]),
    "outbound": ([[1, 80, 40], [80, 1, 40], [20, 20, 1]], [0.33107191, 0.57785779, 7.29999194]),
    "both": ([[1, 40, 20], [40, 1, 20], [20, 20, 1]], [0.4425684, 0.66675828, 5.74052465]),
}


def accessibility(asked: Asked) -> list[Row]:
    """Two-step floating catchment areas of the three places of PySAL's hospital example."""
    people, doctors, rows = np.array([100.0, 50.0, 10.0]), np.array([15.0, 20.0, 100.0]), []
    for case, (minutes, expected) in HOSPITAL.items():
        trips = np.array(minutes, dtype=float)
        found, off = (enhanced_two_step(people * f, doctors, trips, gravity_decay(1.0, 61.0)) for f in (1.0, WRONG))
        rows += [
            computed("access", "per_person", found[k], expected[k], 1e-7, off[k], place=k + 1, trips=case)
            for k in range(3)
        ]
        rows.append(computed("doctors", "people", float((people * found).sum()), 135.0, 1e-9, trips=case))
    return rows


POOLED = {
    0.8: (4.0, 1.777778, 1.078652, 0.554113, 0.204590),
    0.9: (9.0, 4.263158, 2.723537, 1.524986, 0.668732),
    0.95: (19.0, 9.256410, 6.046723, 3.511196, 1.651171),
}


def pooling(asked: Asked) -> list[Row]:
    """Separate servers against common ones: mean wait in units of the mean service."""
    rows = []
    for load, waits in POOLED.items():
        for servers, value in zip((1, 2, 3, 5, 10), waits, strict=True):
            found, off = (Station(load * f * servers, 1.0, servers).mean_wait for f in (1.0, WRONG))
            rows.append(computed("pooled", "services", found, value, 1e-6, off, load=load, servers=servers))
    return rows


def telephone_and_beds(asked: Asked) -> list[Row]:
    """Erlang's formulas, and the chance to be delayed in published stroke wards of so many beds."""
    rows = [
        computed("erlang_b", "share", erlang_b(10, 8.0), 0.121661, 1e-6, erlang_b(10, 8.4), servers=10, load=8.0),
        computed("erlang_b", "share", erlang_b(5, 4.0), 0.199067, 1e-6, erlang_b(5, 4.2), servers=5, load=4.0),
        computed("erlang_c", "share", erlang_c(10, 8.0), 0.409180, 1e-6, erlang_c(10, 8.4), servers=10, load=8.0),
    ]
    published = {
        "acute": (ACUTE, {9: 0.19, 10: 0.14, 11: 0.09, 12: 0.06, 13: 0.04, 14: 0.02}),
        "rehabilitation": (REHABILITATION, {10: 0.20, 12: 0.11, 13: 0.08, 14: 0.05, 15: 0.03, 16: 0.02}),
    }
    for name, (ward, beds) in published.items():
        for count, value in beds.items():
            rows.append(
                computed("published_delay", "share", erlang_b(count, load_of(ward)), value, 0.01, ward=name, beds=count)
            )
    return rows


def overflow_days(asked: Asked) -> list[Row]:
    """How often a day's requests exceed its slots, and the largest panels for a frequency."""
    shares = {1500: 0.011289, 1800: 0.059595, 2000: 0.130933}
    rows = [
        computed(
            "over_capacity",
            "share",
            over_capacity(people, 20),
            share,
            1e-6,
            over_capacity(round(people * WRONG), 20),
            panel=people,
            slots=20,
        )
        for people, share in shares.items()
    ]
    panels = {16: (1356, 1499, 1684), 20: (1761, 1925, 2136), 24: (2176, 2358, 2592)}
    for slots, largest in panels.items():
        for often, value in zip((0.05, 0.10, 0.20), largest, strict=True):
            rows.append(
                computed("fullest_panel", "people", fullest_panel(slots, often), value, 0.0, slots=slots, often=often)
            )
    return rows


def calendar_laws(asked: Asked) -> list[Row]:
    """The exact laws that the running calendars are compared with, against tables made by another program."""
    whole = Calendar(19.6, 20).delay().law
    expected = (0.375428, 0.344718, 0.154786, 0.069175, 0.030915, 0.013816, 0.006174, 0.002759, 0.001233)
    rows = tables(
        "delay_exactly",
        "share",
        whole[:9].tolist(),
        expected,
        1e-6,
        [{"requests": 19.6, "slots": 20, "days": day} for day in range(9)],
    )
    cut = diversion(22.0, 20, 2)
    rows.append(
        computed(
            "diverted",
            "share",
            cut.diverted,
            0.090923,
            1e-6,
            diversion(23.1, 20, 2).diverted,
            requests=22.0,
            slots=20,
            patience=2,
        )
    )
    monday = Week((30.0, 22.0, 20.0, 20.0, 24.0, 0.0, 0.0), (24, 24, 24, 24, 24, 0, 0))
    backlogs = (11.1822, 17.2937, 15.6981, 12.7270, 10.3290, 11.1822, 11.1822)
    return rows + tables(
        "backlog", "people", monday.mean_backlogs(), backlogs, 6e-5, [{"weekday": k} for k in range(7)]
    )


def one_calendar_for_all(asked: Asked) -> list[Row]:
    """No calendar that is the same for every GP gives the delays observed in France, so GPs must differ.

    With one patient in three seen on the day the mean is 1.3 days (observed: 6) and nine in ten wait at most 3 (11).
    """
    law, told = Calendar(19.66, 20).delay(), {"requests": 19.66, "slots": 20}
    return [
        computed("delay_within", "share", law.within(0), 1 / 3, 0.01, days=0, **told),
        computed("delay_mean", "days", law.mean, 1.34, 0.05, **told),
        computed("delay_ninth", "days", law.quantile(0.9), 3.0, 0.0, **told),
    ]


PATH = {
    1: (0.519337, 0.695897, 0.502273, 0.384790),
    10: (0.552422, 0.694567, 0.240216, 0.929752),
    30: (0.178669, 0.554428, 0.012710, 1.386372),
    100: (0.000180, 0.031438, 0.0, 1.749372),
}
STATES = ("engagement", "resources", "energy", "demands")


def demands_and_resources(asked: Asked) -> list[Row]:
    """The published job demands-resources model: exact path, and Euler's method at two steps."""
    model, rows = JobDemandsResources(), []
    for day, values in PATH.items():
        state = model.path([0.0, float(day)])[:, -1]
        told = [{"state": name, "day": day, "step": 0.0} for name in STATES]
        rows += tables("burnout_path", "level", state.tolist(), values, 1e-5, told)
    euler = {0.1: (0.177966, 0.554434, 0.012472, 1.387177), 1.0: (0.170933, 0.554131, 0.010314, 1.395326)}
    for step, values in euler.items():
        told = [{"state": name, "day": 30, "step": step} for name in STATES]
        rows += tables("burnout_euler", "level", model.euler(30.0, step).tolist(), values, 1e-6, told)
    return rows


def worker(asked: Asked) -> list[Row]:
    """The published worker who burns out after a pulse of work, and recovers or does not."""
    calm, shocked = WorkerBurnout().path(25.0), WorkerBurnout().path(25.0, 20.0)
    model, rows = WorkerBurnout(), [computed("worker_peak", "level", float(shocked[1].max()), 24.41262, 1e-4, pulse=20)]
    cases = ((calm, 0, {10: (32.4, 8.0, 40.0, 1.0)}), (shocked, 20, {10: (33.77038, 17.70356, 44.99089, 0.896)}))
    for path, pulse, points in cases:
        for week, values in points.items():
            work, burnout = path[:, week * 8]
            found = (float(work), float(burnout), float(model.hours(work)), float(model.productivity(burnout)))
            told = [
                {"part": part, "pulse": pulse, "week": week} for part in ("work", "burnout", "hours", "productivity")
            ]
            rows += tables("worker", "level", found, values, 1e-4, told)
    late = shocked[:, 200]
    return rows + tables(
        "worker",
        "level",
        late.tolist(),
        (32.4, 8.015),
        1e-4,
        [{"part": part, "pulse": 20, "week": 25} for part in ("work", "burnout")],
    )
