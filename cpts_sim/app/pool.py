"""Workers of the server: jobs in order of urgency, one at a time in each process; the event loop never waits."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from typing import Any

from cpts_sim.app import worker
from cpts_sim.app.hand import FOR_EVER, FOR_NOW, Hand, Receive, Wanted
from cpts_sim.app.warm import Job

KILLED, LATE, NONE_LEFT = "killed", "late", "no_workers"
ENDS = ("done", "failed", "stopped")
"""What a worker tells last of a job."""
SHARED = ("scene", "warming")
"""What it tells of a territory before day 0, the same for every arm."""


class Pool:
    """A fixed number of worker processes (start method spawn).

    Arms of one territory share its warm-up: whoever comes second waits for the first, and goes on from a copy. A job
    that is less urgent than one that waits is stopped and begun again later: the same bytes come out.

    Args:
        workers: how many.
        job_s: time a job may take; a worker that takes longer is ended and replaced.
        deaths: workers that may die without any job done in between; then no more are started for ``rest_s``, and
            jobs fail at once: a machine where none can live is not kept busy starting them for ever.
        rest_s: how long that lasts.
    """

    def __init__(self, workers: int, job_s: float, deaths: int, rest_s: float) -> None:
        self.workers, self.job_s, self.deaths, self.rest_s = workers, job_s, deaths, rest_s
        self._dead, self._rests_until = 0, 0.0
        self._hands: list[Hand] = []
        self._waiting: list[Wanted] = []
        self._ranks = itertools.count()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing = False
        self._ready = asyncio.Event()

    def prepare(self) -> None:
        """Start the processes before there is an event loop: they import while the server does, not while it serves."""
        while len(self._hands) < self.workers:
            self._hands.append(Hand.hired())

    def start(self) -> None:
        """Listen to the processes (from a running event loop)."""
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        if not self._hands:
            self.prepare()
        for hand in self._hands:
            hand.hear(self._loop, self._told)

    async def ready(self, seconds: float) -> None:
        """Wait until a worker can take jobs, or none will; at most so long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ready.wait(), seconds)

    @property
    def waiting(self) -> int:
        """Number of jobs that no worker has taken."""
        return len(self._waiting)

    def submit(self, job: Job, receive: Receive, urgency: int) -> None:
        """Ask for a job; smaller urgencies are taken first."""
        if not self._hands and not self._try_again():
            receive("failed", NONE_LEFT)
            return
        self._waiting.append(Wanted(urgency, next(self._ranks), job, receive))
        self._assign()

    def hurry(self, key: str, urgency: int) -> None:
        """A job that was asked for before is wanted sooner."""
        for wanted in [*self._waiting, *(hand.now for hand in self._hands if hand.now is not None)]:
            if wanted.job.key == key:
                wanted.urgency = min(wanted.urgency, urgency)
        self._assign()

    def forget(self, key: str) -> None:
        """Give up a job that nobody wants any more."""
        self._waiting = [wanted for wanted in self._waiting if wanted.job.key != key]
        for hand in self._hands:
            if hand.now is None or hand.now.job.key != key:
                continue
            if hand.lender is not None:
                hand.release()
            else:
                hand.stops = FOR_EVER
                hand.say("stop")
        self._assign()

    async def close(self) -> None:
        """End all processes."""
        self._closing = True
        for hand in self._hands:
            hand.end()
        for hand in self._hands:
            await asyncio.to_thread(hand.process.join, 5.0)
        self._hands.clear()

    # ------------------------------------------------------------------------------------------ processes
    def _hire(self) -> None:
        hand = Hand.hired()
        self._hands.append(hand)
        if self._loop is not None:
            hand.hear(self._loop, self._told)

    def _told(self, hand: Hand, told: tuple[Any, ...]) -> None:
        if told[0] == "gone":
            self._replace(hand)
        elif told[0] == "ready":
            hand.ready = True
            self._ready.set()
            while len(self._hands) < self.workers and not self._dead:
                self._hire()
            self._assign()
        elif told[0] == "lent":
            self._pass_on(hand, told[1], told[2])
        elif hand.now is not None and told[1] == hand.now.job.key:
            self._news(hand, hand.now, told)

    def _news(self, hand: Hand, wanted: Wanted, told: tuple[Any, ...]) -> None:
        """Hand on what a worker tells of its job, and of a warm-up to all who wait for it."""
        if told[0] == "beside":
            self._day_0(*told[2:])
            return
        if told[0] == "stopped" and hand.stops == FOR_NOW:
            self._waiting.append(wanted)
        else:
            wanted.receive(told[0], *told[2:])
        if told[0] in SHARED:
            for other in self._borrowers(hand, wanted.job.warm_key):
                other.receive(told[0], *told[2:])
        if told[0] in ENDS:
            self._dead = 0
            hand.release()
            self._start_alone(hand)
            self._assign()

    def _day_0(self, key: str, stage: bytes, block: bytes) -> None:
        """Hand on the first day of an arm that waits, from the worker that has just lived its warm-up."""
        busy = (hand.now for hand in self._hands if hand.now is not None)
        for wanted in [other for other in (*self._waiting, *busy) if other.job.key == key]:
            wanted.receive("stage", stage)
            wanted.receive("block", 0, block)

    def _replace(self, hand: Hand, why: str = KILLED) -> None:
        if hand not in self._hands or self._closing:
            return
        self._hands.remove(hand)
        wanted = hand.now
        hand.release()
        hand.end(kill=True)
        self._dead += why == KILLED
        if self._dead < self.deaths:
            self._hire()
        if wanted is not None:
            wanted.receive("failed", why)
        self._start_alone(hand)
        if not self._hands:
            self._give_up()
        else:
            self._assign()

    def _give_up(self) -> None:
        """No worker lives: tell all who wait, and start none for a while."""
        self._ready.set()  # there is nothing to wait for
        if self._loop is not None:
            self._rests_until = self._loop.time() + self.rest_s
        waiting, self._waiting = self._waiting, []
        for wanted in waiting:
            wanted.receive("failed", NONE_LEFT)

    def _try_again(self) -> bool:
        """Start one worker after the rest; returns whether there is one."""
        if self._loop is None or self._closing or self._loop.time() < self._rests_until:
            return False
        self._dead = self.deaths - 1
        self._hire()
        return True

    # ------------------------------------------------------------------------------------------ jobs
    def _assign(self) -> None:
        """Give the most urgent jobs to free workers, each where its territory is already at day 0 if possible."""
        self._waiting.sort()
        free = [hand for hand in self._hands if hand.ready and hand.now is None]
        while free and self._waiting:
            wanted = self._waiting.pop(0)
            hand = next((h for h in free if wanted.job.warm_key in h.warm), free[0])
            free.remove(hand)
            self._give(hand, wanted)
        self._make_way()

    def _make_way(self) -> None:
        """Have workers stop what is less urgent than what waits."""
        coming = sum(bool(hand.stops) for hand in self._hands)
        for wanted in self._waiting[coming:]:
            later = [h for h in self._hands if h.now is not None and h.now.urgency > wanted.urgency and not h.stops]
            if not later:
                return
            self._stop(later[-1])

    def _stop(self, hand: Hand) -> None:
        """Take its job from a worker, to be begun again later."""
        if hand.lender is not None and hand.now is not None:  # it has not begun
            self._waiting.append(hand.now)
            hand.release()
            self._assign()
        else:
            hand.stops = FOR_NOW
            hand.say("stop")

    def _give(self, hand: Hand, wanted: Wanted) -> None:
        key = wanted.job.warm_key
        hand.now = wanted
        if self._loop is not None:
            hand.timer = self._loop.call_later(self.job_s, self._replace, hand, LATE)
        makers = (h for h in self._hands if h is not hand and h.now is not None and h.lender is None and key in h.warm)
        lender = None if key in hand.warm else next(makers, None)
        hand.warm = [key, *(k for k in hand.warm if k != key)][: worker.WARM_KEPT]
        if lender is None:
            hand.begin(wanted)
        else:
            hand.lender = lender
            lender.say(("lend", key))

    # ------------------------------------------------------------------------------------------ territories
    def _borrowers(self, lender: Hand, key: str) -> list[Wanted]:
        """Return the jobs that wait for a territory of a worker."""
        hands = [hand for hand in self._hands if hand.lender is lender]
        return [hand.now for hand in hands if hand.now is not None and hand.now.job.warm_key == key]

    def _pass_on(self, lender: Hand, key: str, warm: bytes | None) -> None:
        """Give those who wait the territory that another worker has lent, if it has any."""
        for hand in self._hands:
            if hand.lender is lender and hand.now is not None and hand.now.job.warm_key == key:
                if warm is not None:
                    hand.say(("warm", key, warm))
                hand.begin(hand.now)

    def _start_alone(self, lender: Hand) -> None:
        """Who still waits for the territory of a worker that has ended its job makes it anew."""
        for hand in self._hands:
            if hand.lender is lender and hand.now is not None:
                hand.begin(hand.now)
