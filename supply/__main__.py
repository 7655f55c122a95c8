"""`python -m supply licences` and `python -m supply weaknesses --database FOLDER`.

Exit status: 0 nothing is known against what is locked, 1 something is, 3 it could not be checked.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from supply.locked import licence_of, pinned, table
from supply.weaknesses import entries, known_of


def main(words: list[str] | None = None) -> int:
    """Tell of licences or of weaknesses."""
    parser = argparse.ArgumentParser(prog="python -m supply", description=__doc__)
    parser.add_argument("what", choices=["licences", "weaknesses"])
    parser.add_argument("--database", type=Path, help="folder of OSV's files for PyPI")
    asked = parser.parse_args(words)
    if asked.what == "licences":
        found = {one.name: licence_of(one.name) for one in pinned()}
        print(table({name: licence for name, licence in found.items() if licence}))
        for name in sorted(name for name, licence in found.items() if licence is None):
            print(f"{name}: not installed on this system", file=sys.stderr)
        return 0
    # Other files are no database: that nothing is known by them would be taken for safety.
    database = [] if asked.database is None else entries(asked.database)
    if not database:
        print(
            "known weaknesses could not be checked: there is no database; get OSV's for PyPI "
            "(https://osv.dev) and name its folder with --database",
            file=sys.stderr,
        )
        return 3
    known = list(known_of(pinned(), database))
    for one, name, what in known:
        print(f"{one.name} {one.version}: {name} {what}".rstrip())
    print(f"{len(pinned())} distributions, {len(known)} known weaknesses", file=sys.stderr)
    return 1 if known else 0


if __name__ == "__main__":
    sys.exit(main())
