"""Two published models of burnout, integrated from their equations.

They are yardsticks for the qualitative behaviour of :mod:`cpts_sim.care.strain` (demands against resources,
temporary overload with a lasting effect), not calibrated professionals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class JobDemandsResources:
    """Job demands-resources model of Evers et al. (model library "JDR" of sdbuildR), rates per day.

    The state is engagement, resources, energy (its complement is exhaustion) and demands; capacities are 1.

    Attributes:
        engage: growth of engagement from energy and resources.
        disengage: loss of engagement to exhaustion.
        gain: growth of resources from engagement.
        spend: loss of resources.
        recover: growth of energy.
        exhaust: loss of energy to demands.
        ask: return of demands to their capacity.
        pile_up: demands caused by exhaustion.
        handle: demands removed by engagement.
    """

    engage: float = 0.2
    disengage: float = 0.1
    gain: float = 0.2
    spend: float = 0.05
    recover: float = 0.15
    exhaust: float = 0.4
    ask: float = 0.2
    pile_up: float = 0.15
    handle: float = 0.2

    def slope(self, state: Floats) -> Floats:
        """Return the change per day of (engagement, resources, energy, demands)."""
        engagement, resources, energy, demands = state
        tired = 1.0 - energy
        return np.array(
            [
                self.engage * energy * resources * (1.0 + demands) * (1.0 - engagement)
                - self.disengage * engagement * tired,
                self.gain * engagement * (1.0 - resources) - self.spend * resources,
                self.recover * energy * tired - self.exhaust * energy * demands / (1.0 + resources),
                self.ask * (1.0 - demands) + self.pile_up * tired - self.handle * engagement * demands,
            ]
        )

    def path(self, days: ArrayLike, start: ArrayLike = (0.5, 0.7, 0.5, 0.2)) -> Floats:
        """Return the exact path at increasing days ≥ 0, shape (4, days); relative tolerance 1e-11."""
        from scipy.integrate import solve_ivp

        times = np.asarray(days, dtype=np.float64)
        solution = solve_ivp(
            lambda _, state: self.slope(state),
            (0.0, float(times[-1])),
            np.asarray(start, dtype=np.float64),
            method="DOP853",
            t_eval=times,
            rtol=1e-11,
            atol=1e-13,
        )
        states: Floats = solution.y
        return states

    def euler(self, days: float, step: float, start: ArrayLike = (0.5, 0.7, 0.5, 0.2)) -> Floats:
        """Return the state after some days by Euler's method."""
        return _euler(self.slope, np.asarray(start, dtype=np.float64), round(days / step), step)


def _euler(slope: Callable[[Floats], Floats], state: Floats, steps: int, step: float) -> Floats:
    for _ in range(steps):
        state = state + step * slope(state)
    return state


_BACKLOG_HOURS = (np.arange(0.0, 2.01, 0.2), (0, 0.14, 0.27, 0.38, 0.61, 1, 1.59, 1.86, 1.97, 2, 2))
_PRODUCTIVITY = (np.arange(0.0, 91.0, 10.0), (1, 1, 0.865, 0.795, 0.745, 0.695, 0.63, 0.54, 0.435, 0.32))
_HOURS_BURN = (
    (0, 10, 40, 44, 48, 52, 56, 60, 64, 68, 72, 76, 80),
    (0, 0, 1, 1.4, 1.875, 2.55, 3.2, 3.7, 4.05, 4.35, 4.7, 4.95, 5),
)
_SLOW_RECOVERY = (
    np.arange(0.0, 101.0, 10.0),
    (1, 1, 1.053, 1.098, 1.145, 1.168, 1.193, 1.215, 1.235, 1.248, 1.25),
)


@dataclass(frozen=True, slots=True)
class WorkerBurnout:
    """Simplified worker burnout after Homer (1985), as on the System Dynamics page "Worker Burnout".

    Backlog lengthens the week, long weeks burn out, burnout lowers productivity, which lengthens the backlog.

    Attributes:
        weekly_work: units of work that arrive in a week.
        usual_hours: hours of a week with the usual backlog.
        usual_backlog: units of work waiting in a usual week.
        burn_per_hour: burnout gained per hour of a usual week.
        recovery_weeks: time to recover without burnout.
    """

    weekly_work: float = 40.0
    usual_hours: float = 40.0
    usual_backlog: float = 32.4
    burn_per_hour: float = 0.1
    recovery_weeks: float = 2.0

    def hours(self, work: ArrayLike) -> Floats:
        """Return weekly hours worked at a backlog."""
        relative = np.asarray(work, dtype=np.float64) / self.usual_backlog
        return np.asarray(self.usual_hours * np.interp(relative, *_BACKLOG_HOURS))

    def productivity(self, burnout: ArrayLike) -> Floats:
        """Return units of work done per hour at a level of burnout."""
        return np.asarray(np.interp(np.asarray(burnout, dtype=np.float64), *_PRODUCTIVITY))

    def slope(self, state: Floats) -> Floats:
        """Return the weekly change of (backlog, burnout)."""
        work, burnout = state
        hours = self.hours(work)
        built = hours * self.burn_per_hour * np.interp(hours, *_HOURS_BURN)
        healed = burnout / (self.recovery_weeks * np.interp(burnout, *_SLOW_RECOVERY))
        return np.array([self.weekly_work - self.productivity(burnout) * hours, built - healed])

    def path(self, weeks: float, pulse: float = 0.0, pulse_week: float = 5.0, step: float = 0.125) -> Floats:
        """Return (backlog, burnout) every ``step`` weeks by Euler's method, shape (2, weeks / step + 1).

        Args:
            weeks: length of the path.
            pulse: units of extra work, all at once.
            pulse_week: when they arrive.
            step: step of the integration, weeks.
        """
        state = np.array([self.usual_backlog, 8.0])
        states = [state]
        for number in range(round(weeks / step)):
            extra = pulse if number == round(pulse_week / step) else 0.0
            state = np.maximum(state + step * self.slope(state) + np.array([extra, 0.0]), 0.0)
            states.append(state)
        return np.array(states).T
