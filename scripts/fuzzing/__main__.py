"""Damage examples of what each codec reads, a million times, and see what comes of it.

What breaks a rule is kept in tests/corpus, where the tests find it ever after, and printed at the end.
"""

import argparse
import hashlib
import random
import sys
import time
from pathlib import Path

from scripts.fuzzing.codecs import CODECS, Codec
from scripts.fuzzing.mutations import Pool

CORPUS = Path(__file__).resolve().parent.parent.parent / "tests" / "corpus"
MOST_EXAMPLES = 2000
"""Inputs with which something new came of it that are damaged further."""


def main() -> int:
    """Do it; 1 where something was found."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    parser.add_argument("codec", nargs="*", choices=[[], *CODECS], help="those to feed; all by default")
    parser.add_argument("--inputs", type=int, default=1_000_000, help="how many for each (1,000,000)")
    parser.add_argument("--seed", type=int, help="a number that another run has printed, to repeat it")
    options = parser.parse_args()
    seed = time.time_ns() % 2**32 if options.seed is None else options.seed
    print(f"seed {seed}")
    return max([fuzz(name, CODECS[name], options.inputs, seed) for name in options.codec or CODECS])


def fuzz(name: str, codec: Codec, inputs: int, seed: int) -> int:
    """Feed one codec."""
    chance = random.Random(seed)  # noqa: S311 (nothing is to be kept secret)
    pool, seen, found = Pool(codec.examples, codec.tokens), set[str](), set[str]()
    began = time.perf_counter()
    for _ in range(inputs):
        data = pool.damaged(chance)
        try:
            outcome = codec.check(data)
        except Exception as problem:
            _keep(name, data, f"{type(problem).__name__}: {problem}"[:200], found)
            continue
        if outcome not in seen and len(seen) < MOST_EXAMPLES:
            seen.add(outcome)
            pool.examples.append(data)
    seconds = time.perf_counter() - began
    print(
        f"{name:14} {inputs:,} inputs in {seconds:.0f} s ({inputs / seconds:,.0f}/s), {len(seen):,} outcomes, "
        f"{len(found)} problems",
        flush=True,
    )
    return 1 if found else 0


def _keep(name: str, data: bytes, problem: str, found: set[str]) -> None:
    """Keep an input that breaks a rule, once for each problem of its kind."""
    kind = problem[:40]
    if kind in found:
        return
    found.add(kind)
    folder = CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha256(data).hexdigest()[:12]).write_bytes(data)
    print(f"{name}: {problem}\n  {data[:200]!r}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
