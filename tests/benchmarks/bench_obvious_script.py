"""Wall-clock and score beside the script that one writes from the tutorials, in one run, on TweetEval emotion.

The obvious script: the LFs of `data/tweet_emotion` as plain functions, one compiled pattern each, through Snorkel's
`PandasLFApplier`; Snorkel's `LabelModel` with its tutorial's 500 epochs; covered rows with the surest label, as in
that tutorial; `transformers.Trainer` with its defaults (3 epochs, rate 5e-5) and 16 rows a step, on the same backbone;
then pseudo-labels: the model's surest label of every tweet of the pool, a fresh model on them, again, until so many
models are trained. `--padding` says how texts are padded:

- `longest`: to the longest of a batch, `DataCollatorWithPadding`, as Hugging Face's course has it;
- `fixed`: to 128 tokens, `padding="max_length", max_length=128`;
- `max_length`: to the backbone's 512 tokens, `padding="max_length"` alone, as in the documentation of `Trainer`; hours.

Ours is `labelfns run` on the example's own pipeline file, with all that it writes and the figures of every round on
val and test, those of its classifier alone beside those of `predict`; the script takes its figures once, at its end.
Imports are not timed. Each runs in a process of its own, so that its peak of memory is its own. Nothing is chosen by
these figures; `--test` shows test too.
"""

import argparse
import multiprocessing
import os
import re
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from datasets import Dataset
from snorkel.labeling import LabelingFunction, PandasLFApplier, filter_unlabeled_dataframe
from snorkel.labeling.model import LabelModel
from snorkel.utils import probs_to_preds
from transformers import DataCollatorWithPadding, Trainer, TrainingArguments, set_seed
from tweets import cores

from labelfns.data import example
from labelfns.lfs.declared import PatternLF, SymbolsLF, TagsLF, WordsLF
from labelfns.models.evaluation.metrics import score
from labelfns.models.transformer.backbone import load_backbone, quiet
from labelfns.pipelines import load_settings, run_pipeline
from labelfns.pipelines.run.run import Inputs

PADDING = {
    "longest": {"truncation": True, "max_length": 128},
    "fixed": {"truncation": True, "max_length": 128, "padding": "max_length"},
    "max_length": {"truncation": True, "padding": "max_length"},
}


def by_hand(lf, labels):
    """Return an LF as one writes it for Snorkel."""
    if isinstance(lf, WordsLF | TagsLF):
        words = lf.words if isinstance(lf, WordsLF) else lf.tags
        body = "|".join(re.escape(word.removesuffix("*")) + r"\w*" * word.endswith("*") for word in words)
        found = re.compile(rf"(?<![\w#])(?:{body})(?!\w)" if isinstance(lf, WordsLF) else rf"#(?:{body})(?!\w)", re.I)
    elif isinstance(lf, SymbolsLF):
        found = lf.matcher.pattern
    elif isinstance(lf, PatternLF):
        found = lf.pattern
    else:
        return LabelingFunction(lf.name, lambda x: labels.index(vote) if (vote := lf(x.text)) in labels else -1)
    label = labels.index(lf.label)
    return LabelingFunction(lf.name, lambda x: label if found.search(x.text) else -1)


def obvious(settings, inputs, sets, padding, models):
    """Return the last model's class ids on each of the sets, and the seconds of each part."""
    seconds, labels, backbone = {}, settings.data.labels, settings.classifier.backbone
    clock = time.perf_counter()

    def done(what):
        nonlocal clock
        seconds[what] = seconds.get(what, 0.0) + time.perf_counter() - clock
        clock = time.perf_counter()

    pool = pd.DataFrame({"text": inputs.pool.texts})
    votes = PandasLFApplier([by_hand(lf, labels) for lf in inputs.lfs]).apply(pool, progress_bar=False)
    done("LFs")
    label_model = LabelModel(cardinality=len(labels), verbose=False)
    label_model.fit(votes, n_epochs=500, seed=123, progress_bar=False)
    covered, probs = filter_unlabeled_dataframe(pool, label_model.predict_proba(votes), votes)
    targets = probs_to_preds(probs)
    done("label model")
    rows = covered["text"].tolist()
    for _ in range(models):
        set_seed(settings.seed)
        model, tokenizer = load_backbone(backbone, labels)

        def tokens(texts, given=None, tokenizer=tokenizer):
            encoded = tokenizer(texts, **PADDING[padding])
            return Dataset.from_dict({**encoded, **({} if given is None else {"labels": given})})

        with tempfile.TemporaryDirectory() as folder, quiet():
            trainer = Trainer(
                model=model,
                args=TrainingArguments(
                    folder,
                    per_device_train_batch_size=16,
                    report_to="none",
                    save_strategy="no",
                    disable_tqdm=True,
                    dataloader_pin_memory=torch.cuda.is_available(),
                ),
                train_dataset=tokens(rows, targets),
                data_collator=DataCollatorWithPadding(tokenizer),
            )
            trainer.log = lambda *_: None
            trainer.train()
            done("training")
            targets = trainer.predict(tokens(inputs.pool.texts)).predictions.argmax(axis=1)
            rows = inputs.pool.texts
            done("scoring")
    answers = {name: trainer.predict(tokens(inputs.sets[name].texts)).predictions.argmax(axis=1) for name in sets}
    done("figures")
    return answers, seconds


def show(title, seconds, parts, found, peak):
    print(f"{title:34} {seconds:8.1f} s  peak memory {peak:,.0f} MB")
    for name, scores in found.items():
        print(f"{'':34} {name} accuracy {scores['accuracy']:.3f} macro F1 {scores['macro_f1']:.3f}")
    print(" " * 34, ", ".join(f"{name} {value:.1f}" for name, value in parts.items()), flush=True)


def peak_memory():
    """Return this process's largest resident memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "linux" else 1024) / 1024


def ours(settings, folder, sets, threads):
    """Return a title, seconds, seconds of the parts, figures and peak memory of `labelfns run`."""
    torch.set_num_threads(threads)
    start = time.perf_counter()
    metrics = run_pipeline(settings, folder)
    seconds = time.perf_counter() - start
    kept = metrics["rounds"][metrics["best_round"]]["scores"]
    found = {f"{name}, predict": metrics["predictor"]["together"][name]["all_rows"] for name in sets}
    found |= {f"{name}, classifier alone": kept[name] for name in sets}
    title = f"ours, {len(metrics['rounds'])} rounds, kept {metrics['best_round']}"
    return title, seconds, metrics["seconds"], found, peak_memory()


def script(settings, sets, threads, padding, models):
    """Return the same of the obvious script."""
    torch.set_num_threads(threads)
    inputs = Inputs.read(settings)
    start = time.perf_counter()
    answers, parts = obvious(settings, inputs, sets, padding, models)
    seconds = time.perf_counter() - start
    gold = {name: inputs.sets[name].gold for name in sets}
    found = {name: vars(score(gold[name], np.asarray(answers[name]), len(settings.data.labels))) for name in sets}
    return f"obvious script, {models} models, {padding}", seconds, parts, found, peak_memory()


def alone(function, *arguments):
    """Return what a function returns in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--padding", nargs="+", choices=PADDING, default=["longest", "fixed"])
    parser.add_argument("--models", type=int, default=3, help="models that the obvious script trains, one a round")
    parser.add_argument("--rows", type=int, help="only the first rows of the pool, to try the script out")
    parser.add_argument("--threads", type=int, help="torch's threads; by default its own choice")
    parser.add_argument("--test", action="store_true", help="show the figures on test too")
    parser.add_argument("--set", action="append", default=[], help="override a setting of ours, as labelfns run does")
    options = parser.parse_args()
    if "LABELFNS_DATA" not in os.environ:
        sys.exit("set LABELFNS_DATA to the folder that holds tweeteval_emotion/; see data/tweet_emotion/README.md")
    if options.threads:
        torch.set_num_threads(options.threads)
    settings = load_settings(example("tweet_emotion") / "pipeline.toml", options.set)
    with tempfile.TemporaryDirectory() as name:
        if options.rows:
            pool = Path(name) / "pool.jsonl"
            lines = Path(settings.data.pool).read_text(encoding="utf-8").splitlines()[: options.rows]
            pool.write_text("\n".join(lines), encoding="utf-8")
            settings = load_settings(example("tweet_emotion") / "pipeline.toml", [*options.set, f"data.pool={pool}"])
        sets, threads = ["val", "test"] if options.test else ["val"], torch.get_num_threads()
        print(f"{cores()} cores, torch {threads} threads", flush=True)
        _, seconds, *_ = found = alone(ours, settings, Path(name) / "run", sets, threads)
        show(*found)
        for padding in options.padding:
            _, total, *_ = found = alone(script, settings, sets, threads, padding, options.models)
            show(*found)
            print(f"{'':34} ours takes {seconds / total:.2f} of its time", flush=True)


if __name__ == "__main__":
    main()
