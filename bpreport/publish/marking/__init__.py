"""Marking: the answers of a class against the manifest of its sheets.

manifest = read_manifest("sheets/manifest.json")
answers = read_answers("answers.csv", kinds_of(course, manifest), students)
marked = mark_class(course, manifest, answers)      # each student's marks, with the reasons
deliver(course, manifest, answers, Path("marks"), "en")     # the same, and writes the files
"""

from bpreport.publish.marking.answers import AnswerFile, Cell, Problem, Row, read_answers
from bpreport.publish.marking.delivering import deliver
from bpreport.publish.marking.model import Mark, Marked, MarkedClass
from bpreport.publish.marking.numerals import number
from bpreport.publish.marking.scoring import kinds_of, mark_class

__all__ = [
    "AnswerFile",
    "Cell",
    "Mark",
    "Marked",
    "MarkedClass",
    "Problem",
    "Row",
    "deliver",
    "kinds_of",
    "mark_class",
    "number",
    "read_answers",
]
