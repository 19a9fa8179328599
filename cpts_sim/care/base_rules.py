"""The rules of the model without any mission, by name; missions wrap them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import (
    attachment,
    avoided,
    drift,
    health,
    home,
    hospital_days,
    institutions,
    newcomers,
    professionals,
    protection,
    routes,
    second_line,
    seeking,
    setup,
    stabilisers,
    surgery,
    visits,
)
from cpts_sim.care import requests as rq
from cpts_sim.care.rules import Rules
from cpts_sim.care.world import World
from cpts_sim.engine.codes import Ending, Route, Work

Array = NDArray[Any]


def drop_requests(world: World, rows: Array) -> None:
    """Requests of people who die or move away end unserved, and their bookings are freed."""
    open_rows = rows[world.requests["stage"][rows] != rq.ENDED]
    books = world.books
    theirs = np.zeros(len(world.requests), dtype=bool)
    theirs[open_rows] = True
    booked = np.flatnonzero(books.request >= 0)
    gp, column = np.divmod(booked[theirs[books.request.ravel()[booked]]], books.request.shape[1])
    if len(gp):
        books.release(gp, column)
    world.requests["start"][open_rows] = np.inf
    raised = world.requests["raised"][open_rows] < world.now
    rq.end_requests(world, open_rows[raised], Ending.PENDING, Route.NONE, world.now)
    world.requests["stage"][open_rows] = rq.ENDED
    world.requests["next_at"][open_rows] = np.inf


def on_duty(world: World, calls: int) -> None:
    """Out-of-hours care is given by the GPs who take part in duty, in turn: one for so many inhabitants."""
    gps, p = world.gps, world.parameters
    here = gps["alive"] & (gps["halo"] == 0) & (gps["status"] == Work.WORKING) & (gps["away_now"] == 0)
    taking_part = np.flatnonzero((gps["duty"] > 0) & here)
    if calls and len(taking_part):
        day = int(np.floor_divide(world.now, 1440.0))
        on_duty_now = max(1, int(len(world.people) / p["care.inhabitants_per_duty"] + 0.5))
        row = taking_part[(day * on_duty_now + np.arange(calls) % on_duty_now) % len(taking_part)]
        world.ledger.charge("duty", row, p["care.duty_minutes"])


BASE: dict[str, Any] = {
    "arrivals": newcomers.arrivals,
    "at_the_pharmacy": home.at_the_pharmacy,
    "accept_patient": attachment.accept_patient,
    "after_failure": seeking.after_failure,
    "after_discharge": hospital_days.after_discharge,
    "after_visit": second_line.after_visit,
    "before_asking": avoided.before_asking,
    "calls_back": routes.calls_back,
    "knows_desk": routes.knows_desk,
    "choose_provider": routes.choose_provider,
    "depart": professionals.depart,
    "direct_to_ed": seeking.direct_to_ed,
    "drop_requests": drop_requests,
    "duty_answers": institutions.duty_answers,
    "follow_up_days": health.follow_up_days,
    "influenza_share": protection.influenza_share,
    "knows_service": second_line.knows_service,
    "letter_days": second_line.letter_days,
    "new_strain": setup.new_strain,
    "no_show": hospital_days.no_show,
    "nursing": home.nursing,
    "on_duty": on_duty,
    "open_day": surgery.open_day,
    "practice_style": health.practice_style,
    "pharmacist_settles": home.pharmacist_settles,
    "register_after_visit": attachment.register_after_visit,
    "return_share": visits.return_share,
    "sas_effectors": institutions.sas_effectors,
    "set_rates": setup.set_rates,
    "spaced_out": health.spaced_out,
    "speed_up": stabilisers.speed_up,
    "strain_week": professionals.strain_week,
    "stretch_follow_up": stabilisers.stretch_follow_up,
    "succeed": drift.succeed,
    "take_unregistered": routes.take_unregistered,
    "untreated": health.untreated,
    "which_department": hospital_days.which_department,
}


def base_rules() -> Rules:
    """Return the rules without any mission."""
    return Rules(BASE)
