"""The benchmark of the audit: random decks, clean and with planted slips, and how they are judged.

The generator shares no code with the detector: it has its own expressions, its own arithmetic, its
own worked examples and its own typesetting. Only `judge` calls bpreport, as any user would.
"""
