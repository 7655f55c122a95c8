"""Many perceptrons at once, one alone, and many descents: `python -m benchmarks.computing`."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from benchmarks.baselines.plain import BIASES, HIDDEN, INPUTS, OUTPUT, RATE, TARGETS, perceptron
from bpreport.worked.descending import descend
from bpreport.worked.network import Shape, run
