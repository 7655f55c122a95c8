"""The rate of marking on one core: python -m benchmarks.marking --students 2000 --plain 40.

Beside it, in the same run, that of a plain loop that marks each student alone; both must find the
same. Seconds are those of the processor: other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import pickle
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.marking.class_ import issue_and_answer
from benchmarks.measuring import machine
from bpreport.deck import builtin, read
from bpreport.publish.marking import AnswerFile, deliver, mark_class
from bpreport.publish.sheets import plan


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """How long it takes, and what it gives."""
    started = time.process_time()
    found = work()
    return time.process_time() - started, found


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--students", type=int, default=2_000)
    options.add_argument("--plain", type=int, default=40)
    options.add_argument("--keep", type=Path, help="A file of the class made here, for later runs.")
    chosen = options.parse_args()
    course = plan(read(builtin("en")))
    if chosen.keep and chosen.keep.exists():
        manifest, answers = pickle.loads(chosen.keep.read_bytes())
    else:
        manifest, answers = issue_and_answer(course, chosen.students)
        if chosen.keep:
            chosen.keep.write_bytes(pickle.dumps((manifest, answers)))
    students = len(answers.rows)
    mark_class(course, manifest, replace(answers, rows=answers.rows[:2]))  # trees become functions
    plain = answers.rows[: chosen.plain]
    alone, apart = seconds(
        lambda: [mark_class(course, manifest, AnswerFile((row,))).students[0] for row in plain]
    )
    at_once, marked = seconds(lambda: mark_class(course, manifest, answers))
    assert apart == list(marked.students[: len(plain)])
    with tempfile.TemporaryDirectory() as folder:
        total, _ = seconds(lambda: deliver(course, manifest, answers, Path(folder) / "marks", "en"))
    one, all_of_them, whole = len(plain) / alone, students / at_once, students / total
    print("| what | a second | wanted |\n|---|---:|---:|")
    print(f"| students marked, one after the other | {one:.0f} | |")
    print(f"| students marked, the class at once | {all_of_them:.0f} | |")
    print(f"| the class against one after the other | {all_of_them / one:.1f} times | |")
    print(f"| students marked, with feedback and overview written | {whole:.0f} | 167 |")
    print(f"\n{students} students, {len(plain)} of them one after the other; {machine()}")


if __name__ == "__main__":
    main()
