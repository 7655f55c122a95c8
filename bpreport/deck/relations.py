"""What the relations between two sides say: that they are equal, how they compare, or neither."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["APPROXIMATIONS", "ASSIGNMENTS", "INEQUALITIES", "WITHOUT_VALUE", "are_equal"]

ASSIGNMENTS = frozenset({":=", "≔", "←", r"\leftarrow", r"\gets", r"\coloneqq"})

APPROXIMATIONS = frozenset({r"\approx", "≈", r"\simeq", "≃"})

INEQUALITIES: Mapping[str, Callable[[Any, Any], bool]] = {
    **dict.fromkeys(("<", r"\lt", r"\ll"), operator.lt),
    **dict.fromkeys((">", r"\gt", r"\gg"), operator.gt),
    **dict.fromkeys(("≤", r"\le", r"\leq", r"\leqslant"), operator.le),
    **dict.fromkeys(("≥", r"\ge", r"\geq", r"\geqslant"), operator.ge),
    **dict.fromkeys(("≠", r"\ne", r"\neq"), operator.ne),
}
"""What must hold of the values of two sides; much less is held to be less."""

WITHOUT_VALUE = frozenset({r"\in", "∈", r"\sim", "∼", r"\propto", r"\cong", r"\mapsto"})
"""Relations that assert no equality of two values."""


def are_equal(relation: str) -> bool:
    r"""Whether what stands on the right says what the left side is: not in x \ge 1 or x \in (0, 1).

    >>> [are_equal(relation) for relation in ("=", r"\approx", r"\to", r"\ge", r"\in")]
    [True, True, True, False, False]
    """
    return relation not in INEQUALITIES and relation not in WITHOUT_VALUE
