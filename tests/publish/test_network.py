"""The drawing of a network: what stands beside what, measured in the drawing itself."""

import re

import pytest

from bpreport.deck import builtin, read
from bpreport.publish.network import draw
from bpreport.worked import recompute

STUDY = recompute(read(builtin("en")))
PERCEPTRONS = [name for name, trace in STUDY.traces.items() if "weights" in trace.series]


@pytest.mark.parametrize("name", PERCEPTRONS)
def test_no_label_meets_a_unit(name):
    """The white box behind each label stays clear of every circle."""
    drawing = draw(STUDY.traces[name], "alt").svg
    circles = [tuple(map(float, found)) for found in re.findall(_CIRCLE, drawing)]
    labels = [tuple(map(float, found)) for found in re.findall(_LABEL, drawing)]
    assert circles
    assert labels
    for left, top, width, height in labels:
        for x, y, radius in circles:
            across = max(left - x, 0, x - left - width)
            down = max(top - y, 0, y - top - height)
            assert across**2 + down**2 > radius**2


_CIRCLE = r'<circle cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"'
_LABEL = r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"'
