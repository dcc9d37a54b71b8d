"""Quality on real tweets: TweetEval emotion, LFs alone, no gold in training, three seeds.

Chosen on val; `--test` prints the test figures, which are for the record and not to choose by.
"""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

from labelfns.data import example
from labelfns.pipelines import load_settings, run_pipeline

SEEDS = (0, 1, 2)


def spread(figures):
    return f"{statistics.mean(figures):.3f} (min {min(figures):.3f}, max {max(figures):.3f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--test", action="store_true", help="print the figures on test too")
    parser.add_argument("--set", action="append", default=[], help="override a setting, as labelfns run does")
    options = parser.parse_args()
    if "LABELFNS_DATA" not in os.environ:
        sys.exit("set LABELFNS_DATA to the folder that holds tweeteval_emotion/; see data/tweet_emotion/README.md")
    runs = []
    for seed in SEEDS:
        settings = load_settings(example("tweet_emotion") / "pipeline.toml", [*options.set, f"seed={seed}"])
        with tempfile.TemporaryDirectory() as folder:
            runs.append(run_pipeline(settings, Path(folder) / "run"))
        best = runs[-1]["best_round"]
        judged = [round(ledger["judged"], 3) for ledger in runs[-1]["rounds"]]
        print(f"seed {seed}: kept round {best} of judged {judged}, {runs[-1]['seconds']}", flush=True)
    for name in ("val", "test") if options.test else ("val",):
        print(f"\n{name}, {len(SEEDS)} seeds, mean (spread)")
        for kind in ("majority_vote", "label_model"):
            for part in ("covered", "all_rows"):
                report(f"{kind}, {part}", [run["baselines"][kind][name][part] for run in runs])
        for number in range(len(runs[0]["rounds"])):
            report(f"round {number}", [run["rounds"][number]["scores"][name] for run in runs])
        report("kept round", [run["rounds"][run["best_round"]]["scores"][name] for run in runs])


def report(title, scores):
    figures = {figure: spread([found[figure] for found in scores]) for figure in ("accuracy", "macro_f1")}
    print(f"{title:26} {scores[0]['rows']:5} rows  accuracy {figures['accuracy']}  macro F1 {figures['macro_f1']}")


if __name__ == "__main__":
    main()
