"""The search itself, `python -m fuzzing.searching TARGET OPTION...`.

Atheris has this process alone and ends it by itself; the options are libFuzzer's.
"""

from __future__ import annotations

import sys

import atheris

from fuzzing.targets import TARGETS


def main(name: str, options: list[str]) -> None:
    """Search with one target."""
    target = TARGETS[name]
    with atheris.instrument_imports(include=list(target.instrumented)):
        target.run(b"")  # imports what it runs
    atheris.Setup(["fuzzing", *options], target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
