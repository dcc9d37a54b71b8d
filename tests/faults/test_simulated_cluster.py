"""The simulation behind docs/beyond_one_machine.md, on jobs whose times can be told by hand."""

from dataclasses import replace

import pytest
from simulate_cluster import Cluster, Stage, simulate

STAGE = Stage(rows=8_000, rate=100, partitions=8)  # 10 seconds of work a task
QUIET = Cluster(workers=2, cores=2, slow=0.0, speculate=0.0)


def test_equal_tasks_come_in_waves():
    found = simulate(STAGE, QUIET)
    assert (found.seconds, found.ideal, found.busy) == pytest.approx((22, 20, 88))
    assert (found.lost, found.copied) == (0, 0)


def test_a_slow_cluster_is_slow_by_its_factor():
    found = simulate(STAGE, replace(QUIET, slow=1.0, slowness=3.0))
    assert found.seconds == pytest.approx(66)


def test_a_slow_task_is_started_twice_on_another_worker():
    stage, cluster = replace(STAGE, partitions=80), Cluster(workers=10, cores=2, slow=0.1, slowness=9.0, speculate=0.0)
    seed = next(seed for seed in range(99) if simulate(stage, cluster, seed).seconds > 15)
    slow, helped = simulate(stage, cluster, seed), simulate(stage, replace(cluster, speculate=1.5), seed)
    assert helped.copied > 0
    assert helped.seconds < slow.seconds


def test_what_is_lost_is_done_again():
    cluster = replace(QUIET, lost_per_hour=100.0, comes_back=5.0)
    found = [simulate(replace(STAGE, partitions=80), cluster, seed) for seed in range(20)]
    undisturbed = simulate(replace(STAGE, partitions=80), QUIET)
    assert sum(one.lost for one in found) > 0
    assert all(one.busy > undisturbed.busy for one in found if one.lost)
    assert found[3] == simulate(replace(STAGE, partitions=80), cluster, 3)


def test_skew_costs_less_in_many_partitions():
    cluster = Cluster(workers=16, lost_per_hour=0.5)
    few, many = (simulate(Stage(1e8, 13_000, 64 * per_core, skew=1.0), cluster).overhead for per_core in (1, 64))
    assert many < few / 2
