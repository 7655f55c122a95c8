"""Notes as other authors write them: nothing right is called wrong, and what is planted is found.

The notes are our own, in notations and with numbers that are common in public notes: net and out,
z and a, hats, softmax and cross-entropy, updates by arrows, several examples in one file.
"""

from __future__ import annotations

import pytest

from bpreport.audit import Audit, audit
from bpreport.deck import read
from tests.audit.case_files import audited
from tests.support import ROOT

NOTES = ROOT / "tests" / "cases" / "notes"
UNCHECKED = {
    "net_out.md": 0.2, "z_a.ipynb": 0, "cross_entropy.tex": 0.03, "softmax.md": 0.3,
    "descents.md": 0.12, "regressions.md": 0.2, "iterations.zh.md": 0.02, "optimisers.md": 0.1,
    "many_topics.md": 0.2,
}  # fmt: skip
"""By file, the largest share of claims that may go unchecked."""
PLANTED = (
    ("net_out.md", "0.593269992", "0.593629992"),
    ("net_out.md", "= 0.082167041$$", "= 0.082617041$$"),
    ("net_out.md", "0.036350306 * 0.241300709", "0.036530306 * 0.241300709"),
    ("net_out.md", "0.4 - 0.5 * 0.082167041 = 0.35891648", "0.4 - 0.5 * 0.082167041 = 0.44108352"),
    (
        "cross_entropy.tex",
        "= 0.3 \\times 1 + 0.1 \\times 0 + 0.2",
        "= 0.3 \\times 1 + 0.1 \\times 0",
    ),
    ("cross_entropy.tex", "-1.3414 \\cdot 0.1897 = -0.2545", "-1.3414 \\cdot 0.1897 = 0.2545"),
    ("softmax.md", "= 0.659$$", "= 0.695$$"),
    ("softmax.md", "0.659 - 1 = -0.341", "0.659 - 1 = 0.341"),
    ("descents.md", "0.4 - 0.1(-3.2) = 0.72", "0.4 - 0.1(-3.2) = 0.08"),
    ("descents.md", "f'(x) = 2x - 4", "f'(x) = 2x + 4"),
    ("regressions.md", "\\frac{14}{6} \\approx 2.3", "\\frac{14}{6} \\approx 3.2"),
    ("regressions.md", "2 - 1 \\cdot 2 = 0$$", "2 - 1 \\cdot 3 = -1$$"),
    ("iterations.zh.md", "= 0.0843$$", "= 0.0483$$"),
    ("iterations.zh.md", "0.3 - 0.0044 = 0.2956", "0.3 - 0.0044 = 0.3044"),
    ("optimisers.md", "2 - 0.1 \\times 4 = 1.6", "2 - 0.1 \\times 4 = 2.4"),
    ("optimisers.md", "\\frac{0.25}{3} = 1.41667", "\\frac{0.25}{3} = 1.14667"),
    ("many_topics.md", "q z = 3 \\cdot (-4) = -12", "q z = 3 \\cdot (-4) = 12"),
    ("many_topics.md", "\\sqrt{13} \\approx 3.61", "\\sqrt{13} \\approx 3.16"),
)


def errors(result: Audit) -> list[str]:
    return [
        f"{found.claim.position}: {found.message}"
        for found in result.judgements
        if found.verdict.level == "error"
    ]


@pytest.mark.parametrize("name", UNCHECKED)
def test_nothing_right_is_called_wrong(name):
    result = audit(read(NOTES / name))
    assert errors(result) == []
    unchecked = [found for found in result.judgements if found.verdict.level == "unchecked"]
    assert len(unchecked) <= UNCHECKED[name] * len(result.judgements)


@pytest.mark.parametrize(
    ("formulas", "noted"),
    [
        (r"$$\mathbb{E}[X] = \sum p_i x_i$$ $$x = 2$$", False),
        (r"$$z = W x$$ $$w = 2$$", False),
        (r"$$z = W_7 x$$ $$w_7 = 2$$", True),
        ("$$g_1 = 4$$ $$G_1 = 0.1 g_1^2 = 1.6$$", False),
        ("$$g_1 = 4$$ $$G_1 + 1 = 5$$", True),
    ],
)
def test_a_bare_capital_is_no_misspelling(formulas, noted):
    """A matrix or a random variable, of which the small letter is an entry; or something else."""
    found = audited(formulas).findings
    assert any("is written where" in str(finding.message) for finding in found) == noted


def test_all_notes_are_read():
    assert {path.name for path in NOTES.iterdir()} == set(UNCHECKED)


@pytest.mark.parametrize(("name", "right", "wrong"), PLANTED)
def test_a_planted_error_is_found(tmp_path, name, right, wrong):
    """The first place where the notes have it is changed."""
    text = (NOTES / name).read_text(encoding="utf-8")
    assert right in text
    changed = tmp_path / name
    changed.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    assert errors(audit(read(changed)))
