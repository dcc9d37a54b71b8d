"""What skewed partitions, slow workers and lost ones make of a job on a cluster: simulated, numpy only.

    python tests/benchmarks/simulate_cluster.py

A stage is a number of partitions that wait for cores, first come first served. Each takes its rows over the rate of a
core, plus what a task costs to start. Partitions are unlike (a lognormal spread of their rows), workers are unlike
(some are slow by a factor for the whole job), and workers are lost (spot machines, a process killed for memory): at
exponential times, with all their tasks in progress, which then begin again elsewhere, while a new worker takes some
minutes to come. Copies of slow tasks are started where cores stand idle (Spark's speculation), if asked for. The seed
decides everything.
"""

import heapq
from bisect import insort
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Stage:
    """One stage of a job.

    Parameters
    ----------
    rows
        Rows of the whole stage.
    rate
        Rows a second of one core, above 0.
    partitions
        How many tasks it is cut into, at least 1.
    skew
        The spread of the partitions' rows: the standard deviation of their logarithms, 0 for equal ones.
    """

    rows: float
    rate: float
    partitions: int
    skew: float = 0.0


@dataclass(frozen=True)
class Cluster:
    """What the stage runs on.

    Parameters
    ----------
    workers, cores
        How many machines, and cores of each that take tasks.
    slow, slowness
        The share of workers that are slow, in [0, 1], and by what factor their tasks take longer, at least 1.
    lost_per_hour
        How often each worker is lost, a mean rate an hour, at least 0.
    comes_back
        Seconds until a new worker takes its place.
    start
        Seconds that each task takes beyond its rows.
    speculate
        A task that takes longer than so many times the median is started a second time on an idle core; 0 for never.
    """

    workers: int
    cores: int = 4
    slow: float = 0.05
    slowness: float = 3.0
    lost_per_hour: float = 0.0
    comes_back: float = 180.0
    start: float = 1.0
    speculate: float = 1.5


@dataclass(frozen=True)
class Outcome:
    """What became of a stage.

    Parameters
    ----------
    seconds
        Until the last partition is done.
    ideal
        The same on as many cores with equal partitions, no slow worker, none lost, and nothing to start a task.
    lost, copied
        How many tasks were lost with their worker, and how many were started a second time.
    busy
        The core seconds spent on tasks, lost and copied ones among them.
    """

    seconds: float
    ideal: float
    lost: int
    copied: int
    busy: float

    @property
    def overhead(self) -> float:
        """How many times the ideal it took, at least 1 but for rounding."""
        return self.seconds / self.ideal


def simulate(stage: Stage, cluster: Cluster, seed: int = 0) -> Outcome:
    """Run a stage once."""
    rng = np.random.default_rng(seed)
    share = rng.lognormal(0.0, stage.skew, stage.partitions)
    work = (stage.rows * share / share.sum() / stage.rate).tolist()
    pace = np.where(rng.random(cluster.workers) < cluster.slow, cluster.slowness, 1.0).tolist()
    rate = cluster.lost_per_hour / 3600

    def next_loss() -> float:
        return float(rng.exponential(1 / rate)) if rate else np.inf

    waiting = list(range(stage.partitions))[::-1]
    running: dict[int, tuple[int, int, float]] = {}  # by number of the attempt: partition, worker, when it began
    attempts: list[list[int]] = [[] for _ in range(stage.partitions)]  # in progress, by partition
    idle = [w for w in range(cluster.workers) for _ in range(cluster.cores)][::-1]
    left, age = stage.partitions, [0] * cluster.workers
    events: list[tuple[float, int, str, int, int]] = []  # when, tie breaker, what, attempt or worker, age of the worker
    number = lost = copied = 0
    busy = now = 0.0
    durations: list[float] = []  # of finished tasks, in order
    look = np.inf  # when slow tasks are looked for next

    def push(when: float, what: str, who: int, of_age: int = 0) -> None:
        nonlocal number
        number += 1
        heapq.heappush(events, (when, number, what, who, of_age))

    def begin(partition: int, worker: int) -> None:
        push(now + (work[partition] + cluster.start) * pace[worker], "end", number + 1)
        running[number] = (partition, worker, now)
        attempts[partition].append(number)

    def free(attempt: int) -> tuple[int, int]:
        """End an attempt, whatever came of it; return its partition and worker."""
        nonlocal busy
        partition, worker, began = running.pop(attempt)
        attempts[partition].remove(attempt)
        busy += now - began
        return partition, worker

    for worker in range(cluster.workers):
        push(next_loss(), "loss", worker)
    while left:
        while idle and waiting:
            begin(waiting.pop(), idle.pop())
        if idle and cluster.speculate and len(durations) >= 0.75 * stage.partitions:
            limit, soonest = cluster.speculate * durations[len(durations) // 2], np.inf
            for partition, worker, began in list(running.values()):
                elsewhere = next((i for i, other in enumerate(idle) if other != worker), None)
                if elsewhere is None or len(attempts[partition]) > 1:
                    continue
                if began + limit <= now:
                    begin(partition, idle.pop(elsewhere))
                    copied += 1
                else:
                    soonest = min(soonest, began + limit)
            if soonest < look:
                look = soonest
                push(look, "look", 0)
        now, _, what, who, of_age = heapq.heappop(events)
        if what == "look":
            look = np.inf if now >= look else look
        elif what == "end" and who in running:
            partition, _, began = running[who]
            insort(durations, now - began)
            left -= 1
            for attempt in list(attempts[partition]):  # its copy is stopped
                idle.append(free(attempt)[1])
        elif what == "loss" and of_age == age[who]:
            age[who] += 1
            idle = [worker for worker in idle if worker != who]
            for attempt in [a for a, (_, worker, _) in running.items() if worker == who]:
                partition, _ = free(attempt)
                lost += 1
                if not attempts[partition]:
                    waiting.append(partition)
            push(now + cluster.comes_back, "back", who)
        elif what == "back":
            idle += [who] * cluster.cores
            pace[who] = cluster.slowness if rng.random() < cluster.slow else 1.0
            push(now + next_loss(), "loss", who, age[who])
    ideal = stage.rows / stage.rate / (cluster.workers * cluster.cores)
    return Outcome(now, ideal, lost, copied, busy + sum(now - began for _, _, began in running.values()))


def spread(stage: Stage, cluster: Cluster, seeds: int = 20) -> tuple[float, float, Outcome]:
    """Return the median and the 95th percentile of the overhead over seeds, and the outcome nearest to the latter."""
    outcomes = sorted((simulate(stage, cluster, seed) for seed in range(seeds)), key=lambda one: one.overhead)
    overheads = [one.overhead for one in outcomes]
    return float(np.median(overheads)), float(np.quantile(overheads, 0.95)), outcomes[round(0.95 * (seeds - 1))]


def main() -> None:
    """Print what each trouble costs alone, and all of them together by how finely the rows are cut."""
    stage = Stage(rows=1e8, rate=13_000, partitions=1_000)
    quiet = Cluster(workers=16, slow=0.0, speculate=0.0)
    print("100 million rows, 13,000 rows a second a core, 16 workers of 4 cores, 1,000 partitions; times the ideal")
    cases = {
        "nothing": (stage, quiet),
        "skew: rows of partitions spread by a factor e": (replace(stage, skew=1.0), quiet),
        "stragglers: 5 % of workers 3 times as slow": (stage, replace(quiet, slow=0.05)),
        "the same, slow tasks started twice": (stage, replace(quiet, slow=0.05, speculate=1.5)),
        "losses: each worker once in 2 hours": (stage, replace(quiet, lost_per_hour=0.5)),
        "all three, slow tasks started twice": (
            replace(stage, skew=1.0),
            Cluster(workers=16, lost_per_hour=0.5),
        ),
    }
    for name, (one, cluster) in cases.items():
        median, high, outcome = spread(one, cluster)
        print(f"  {name:<48} {median:5.2f} (95th {high:5.2f}; lost {outcome.lost}, started twice {outcome.copied})")
    print("all three, by partitions a core")
    for per_core in (1, 2, 4, 16, 64):
        cut = replace(stage, partitions=64 * per_core, skew=1.0)
        median, high, _ = spread(cut, Cluster(workers=16, lost_per_hour=0.5))
        print(f"  {per_core:>3} {median:5.2f} (95th {high:5.2f})")


if __name__ == "__main__":
    main()
