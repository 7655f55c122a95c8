"""`python -m fuzzing parser --seconds 60`: search for inputs that break a reader.

Prints how many executions there were. What breaks a target is kept in `fuzzing/found/TARGET/`,
where a test runs it from then on, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from fuzzing.blind import inputs
from fuzzing.targets import TARGETS

FOLDER = Path(__file__).parent
SEEDS = FOLDER.parent / "tests" / "cases"


def main() -> int:
    """Run one target, in a process that the fuzzer has for itself."""
    arguments = _arguments()
    if arguments.blind:
        return _blindly(arguments.target, arguments.runs)
    corpus = Path(arguments.corpus)
    corpus.mkdir(parents=True, exist_ok=True)
    _sow(arguments.target, corpus)
    found = FOLDER / "found" / arguments.target
    found.mkdir(parents=True, exist_ok=True)
    words = corpus.parent / f"{arguments.target}.dict"
    lines = "".join(f'"{word}"\n' for word in TARGETS[arguments.target].words)
    words.write_text(lines, encoding="utf-8")
    command = [
        sys.executable, "-m", "fuzzing.searching", arguments.target,
        f"-max_total_time={arguments.seconds}", f"-runs={arguments.runs}",
        f"-max_len={arguments.longest}", f"-seed={arguments.seed}", f"-dict={words}",
        f"-artifact_prefix={found}{os.sep}", "-timeout=60", "-rss_limit_mb=2048",
        "-print_final_stats=1", "-verbosity=1", str(corpus),
    ]  # fmt: skip
    return subprocess.run(command, check=False).returncode


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzzing", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, default=-1, help="executions at most")
    parser.add_argument(
        "--blind", action="store_true", help="the same inputs, however code changes"
    )
    parser.add_argument("--longest", type=int, default=0, help="bytes of an input at most")
    parser.add_argument("--seed", type=int, default=0, help="the same search again; 0: another one")
    parser.add_argument("--corpus", default="", help="folder of the inputs that reach new code")
    arguments = parser.parse_args()
    arguments.longest = arguments.longest or TARGETS[arguments.target].longest
    arguments.corpus = arguments.corpus or f"build/fuzzing/{arguments.target}"
    return arguments


def _blindly(name: str, runs: int) -> int:
    """Run a target on inputs that do not depend on the code; the first that breaks it is kept."""
    for number, data in enumerate(inputs(name, seeds(name), runs)):
        try:
            TARGETS[name].run(data)
        except Exception:
            found = FOLDER / "found" / name / f"blind-{number}"
            found.parent.mkdir(parents=True, exist_ok=True)
            found.write_bytes(data)
            print(f"{found} holds what breaks {name}: {data!r}", file=sys.stderr)
            raise
    print(f"{name}: {runs} executions")
    return 0


def _sow(name: str, corpus: Path) -> None:
    """Begin with what the cases of the tests hold."""
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number:03}").write_bytes(seed[: TARGETS[name].longest])


def seeds(name: str) -> list[bytes]:
    """Inputs of the tests to begin with."""
    if name in ("parser", "typesetting"):
        text = (SEEDS / "formulas.txt").read_text(encoding="utf-8")
        return [line.encode() for line in text.splitlines() if "\\" in line or "=" in line][:200]
    if name == "reader":
        decks = sorted((SEEDS / "notes").glob("*.md"))
        parts = [part for deck in decks for part in deck.read_text(encoding="utf-8").split("\n\n")]
        return [b"\0" + part.encode() for part in parts][:200]
    if name == "front-matter":
        decks = [*(FOLDER.parent / "bpreport" / "decks").glob("*.md"), SEEDS / "sheets" / "deck.md"]
        texts = [deck.read_text(encoding="utf-8") for deck in sorted(decks)]
        whole = [text.split("---\n")[1] for text in texts if text.startswith("---\n")]
        return [text.encode() for text in [*whole, *SHORT]]
    return [b"student,1a,1b,2a\nada,0.25,3,B\nli,1/4,x,(b)\n"]


SHORT = (
    """\
worked:
  d: {kind: gradient descent, objective: x^2, learning_rate: 0.25, start: 1, tolerance: 0.01,
      stop: objective}
""",
    """\
worked:
  n: {kind: perceptron, layers: {x: 1, y: 1}, given: {x: [2], target: [1], w: [0.5]},
      weights: {x-y: by target}, learning_rate: 0.1, iterations: 3}
""",
    "title: a\nlang: zh\nfunctions: [f]\nnames: [hid]\n",
)
"""Front matter within the length that is searched."""


if __name__ == "__main__":
    sys.exit(main())
