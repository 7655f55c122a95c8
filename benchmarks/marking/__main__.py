"""The rate of marking on one core: python -m benchmarks.marking --students 300 --plain 40.

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
    options.add_argument("--students", type=int, default=300)
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
    print(f"one student after the other {len(plain) / alone:10.1f} students a second")
    print(f"the class at once           {students / at_once:10.1f} students a second")
    print(f"ratio                       {students / at_once * alone / len(plain):10.1f}")
    print(f"marked and written          {students / total:10.1f} students a second")
    print(f"marked and written: {students} students in {total:.1f} s")


if __name__ == "__main__":
    main()
