"""Remembering what was computed, by the content of what it was computed from.

A preview rebuilds a report whenever its deck is saved, and the same traces and pictures are needed
again and again. They are pure functions of frozen data, so equal arguments have an equal result.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from threading import Lock
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from bpreport.formula.effort import charge, part
from bpreport.worked.trace import Trace

__all__ = ["remembered", "remembered_with"]

P = ParamSpec("P")
T = TypeVar("T")


def remembered(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A decorator that keeps the last `most` results of a function.

    Unlike `functools.lru_cache` it takes arguments that cannot be hashed, such as arrays; they are
    told apart by their pickled content. Errors are not remembered. What is recalled counts for as
    many steps as it took, so that a deck takes the same number whatever was computed before it.

    >>> @remembered(most=8)
    ... def total(numbers):
    ...     print("adding")
    ...     return sum(numbers)
    >>> total([1, 2]), total([1, 2])
    adding
    (3, 3)
    """

    def decorate(make: Callable[P, T]) -> Callable[P, T]:
        known: OrderedDict[bytes, tuple[T, int]] = OrderedDict()
        lock = Lock()

        @wraps(make)
        def recall(*args: P.args, **named: P.kwargs) -> T:
            key = sha256(pickle.dumps((args, named))).digest()
            with lock:
                made = known.get(key)
                if made is not None:
                    known.move_to_end(key)
            if made is not None:
                charge(made[1])
                return made[0]
            with part() as spent:
                result = make(*args, **named)
            with lock:
                known[key] = result, spent.spent
                if len(known) > most:
                    known.popitem(last=False)
            return result

        return recall

    return decorate


def remembered_with(
    make: Callable[Concatenate[Trace, P], T],
) -> Callable[Concatenate[Trace, P], T]:
    """A decorator that keeps what is made from a trace for as long as there is the trace.

    To tell the traces of a report apart by their content takes 2 % of it, and they are remembered
    themselves: as long as an example is what it was, its trace is the same object.

    >>> @remembered_with
    ... def steps(trace):
    ...     print("counting")
    ...     return len(trace.quantities)
    >>> trace = Trace("empty", "perceptron", {})
    >>> steps(trace), steps(trace)
    counting
    (0, 0)
    """
    known: WeakKeyDictionary[Trace, dict[Any, T]] = WeakKeyDictionary()

    @wraps(make)
    def recall(trace: Trace, /, *args: P.args, **named: P.kwargs) -> T:
        made = known.setdefault(trace, {})
        key = (args, *named.items())
        if key not in made:
            made[key] = make(trace, *args, **named)
        return made[key]

    return recall
