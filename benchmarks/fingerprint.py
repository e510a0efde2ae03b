"""How well and how fast errors are grouped: pairwise F1 on labelled sets, and time against one `re` pass.

    python -m benchmarks.fingerprint [ROWS]        from the checkout; no site is needed

The set-aside seed is printed last; nothing is tuned on it.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median

from benchmarks.labelled_errors import SET_ASIDE_SEED, TUNING_SEEDS, LabelledError, generate, pairwise_f1
from verenigingen_maintenance.core import fingerprints, normalised, tracebacks
from verenigingen_maintenance.core.grouping import Grouping

RUNS = 5
ROWS = 20_000
MODULES = (fingerprints, normalised, tracebacks)
ONE_PASS = re.compile(r"\w+")


def main(rows: int) -> None:
    for seed in (*TUNING_SEEDS, SET_ASIDE_SEED):
        labelled = generate(seed, rows)
        kind = "set aside" if seed == SET_ASIDE_SEED else "tuned on"
        print(f"seed {seed} ({kind}): {described(labelled)}; {speed(labelled)}")


def described(rows: Sequence[LabelledError]) -> str:
    grouping = Grouping()
    found = [grouping.pattern_of(row.method, row.error) for row in rows]
    found = [grouping.survivor(pattern) for pattern in found]
    free = [at for at, row in enumerate(rows) if row.is_free_text]
    labels = [row.label for row in rows]
    of_free = pairwise_f1([labels[at] for at in free], [found[at] for at in free])
    counts = f"{len(set(labels))} causes, {len(set(found))} patterns"
    return f"{counts}, F1 {pairwise_f1(labels, found):.4f}, free text {of_free:.4f}"


def speed(rows: Sequence[LabelledError]) -> str:
    """Grouping all rows against one pass of a regular expression over the same text, in turns."""
    texts = [f"{row.method}\n{row.error}" for row in rows]
    passes = timed(lambda: [ONE_PASS.findall(text) for text in texts])
    grouped = timed(lambda: group(rows))
    ratio = median(one / other for one, other in zip(grouped, passes, strict=True))
    micro = median(grouped) / len(rows) * 1e6
    return f"{micro:.1f} µs a row of {sum(map(len, texts)) // len(texts)} characters, {ratio:.2f} of one pass"


def group(rows: Sequence[LabelledError]) -> None:
    """As a new process does, which remembers nothing."""
    for module in MODULES:
        for each in vars(module).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()
    grouping = Grouping()
    for row in rows:
        grouping.pattern_of(row.method, row.error)


def timed(action: Callable[[], object]) -> list[float]:
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - started)
    return seconds


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
