"""What is made from a trace is made once, and goes with it."""

import gc
from weakref import ref

from bpreport.worked import Trace
from bpreport.worked.memory import remembered_with


class Made:
    """Something that can be watched going."""


@remembered_with
def made(trace: Trace, *_keys: str) -> Made:
    """Something new each time that it is made."""
    return Made()


def test_what_is_made_from_a_trace_is_made_once_for_each_of_its_arguments():
    """Another trace is another one, even with the same content."""
    trace, other = (Trace("empty", "perceptron", {}) for _ in range(2))
    assert made(trace, "a") is made(trace, "a")
    assert made(trace, "a") is not made(trace, "b")
    assert made(trace, "a") is not made(other, "a")


def test_it_goes_with_the_trace():
    """A preview that runs for hours makes many traces, and keeps none for this."""
    trace = Trace("empty", "perceptron", {})
    watched = ref(made(trace))
    gc.collect()
    assert watched() is not None
    del trace
    gc.collect()
    assert watched() is None
