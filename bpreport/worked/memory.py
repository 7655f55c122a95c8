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
from typing import ParamSpec, TypeVar

from bpreport.formula.effort import charge, part

__all__ = ["remembered"]

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
