"""Decks that are hard to put on slides, and one that is not."""

from tests.publish.decks import LESSON

__all__ = ["HOSTILE", "LESSON", "LONG", "WIDE", "WRONG"]

LIST = "\n".join(f"- item {n} with $x_{{{n}}} = {n}.5$ in it" for n in range(1, 13))
NUMBERED = "\n".join(f"{n}. step {n}" for n in range(3, 16))
TABLE = "| k | value |\n|---|---|\n" + "\n".join(f"| {n} | row{n} |" for n in range(1, 14))
CODE = "```python\n" + "\n".join(f"line_{n} = {n} * {n}" for n in range(1, 21)) + "\n```"
SENTENCES = [f"Sentence number {n} says what it has to say." for n in range(1, 25)]
PARAGRAPH = " ".join(SENTENCES)
HAN = "".join(f"第{n}句话说明梯度下降的一个细节。" for n in range(1, 31))
UNBROKEN = "x" * 900
WIDE = "a = " + " = ".join(f"{n}.5 + {n}.25 + {n}.125 + {n} \\cdot 3" for n in range(1, 9))
SUM = "s = " + " + ".join(f"0.{n}" for n in range(10, 90))
TALL = r"m = \begin{pmatrix} " + r" \\ ".join(f"{n} & {n}.5" for n in range(1, 41))
QUOTE = "\n>\n".join(f"> Remark {n}: {'it goes on and on ' * 20}" for n in range(1, 4))

LONG = f"""\
# A deck of long things

{PARAGRAPH}

## List

{LIST}

## Numbered

{NUMBERED}

## Table

{TABLE}

## Code

{CODE}

## Chinese

{HAN}

## One word

{UNBROKEN}

## Wide

$${WIDE}$$

$${SUM}$$

## Tall, and a heading that is so long that it takes several lines of the slide, and then one more

$${TALL} \\end{{pmatrix}}$$

{QUOTE}

- one

  - two

    {" ".join(SENTENCES[:16])}

## Many small formulas

{chr(10).join(f"$$w_{{{n}}} = 0.{n:02d}$$" + chr(10) for n in range(1, 20))}
"""
"""Each of its slides is more than fits."""

WRONG = """\
# Notes

In the text $a = 0.1 * 5 + 0.35 = 0.95$ stands between words.

## Two on one line

$$b = 2 / 3 = 0.6666, \\quad c = 1 / 3 = 0.3334$$

$$net = 0.4 * 0.9 + 0.65 = 1.01$$

$$out (1 - out) = 0.733020 (1 - 0.733020) = 0.195072$$
"""
"""Some of its numbers are corrected; of others it is not known what is at fault."""

HOSTILE = """\
# <script>alert(1)</script> & "quotes" $<i>$

<img src=http://example.org/x onerror=alert(1)> and ![picture](http://example.org/y.png)
and [link](javascript:alert(1)) and `<b>`. $a = 2 / 3 = 0.6666$

$$\\text{<script>alert(2)</script>} = 1$$

$\\nosuchcommand{<i>}$
"""
