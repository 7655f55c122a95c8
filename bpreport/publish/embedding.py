"""What an HTML file carries beside its text: styles, scripts, and the policy that forbids the rest.

The policy is a content security policy. It names every style and script of ours by its hash, so
that nothing else can run, and nothing can be fetched, whatever a deck might smuggle in.
"""

from __future__ import annotations

import base64
import hashlib

from markupsafe import Markup

from bpreport.publish.templates import folder

__all__ = ["Embedding"]


class Embedding:
    """The styles and scripts of one file, gathered while its page is made."""

    def __init__(self) -> None:
        self._styles: list[str] = []
        self._scripts: list[str] = []
        """Their hashes, in order."""
        self.signs: set[str] = set()
        """Every character of a formula, for the math font."""

    def style(self, source: str, media: str = "all") -> Markup:
        """A style element."""
        self._styles.append(_hash(source))
        # Markup escapes the attribute; a stylesheet is ours, and would be broken by escapes.
        return Markup('<style media="{}">{}</style>').format(media, Markup(source))  # noqa: S704

    def script(self, *names: str) -> Markup:
        """Files of the templates as one ES module; a page that is one file can import nothing."""
        texts = [folder().joinpath(name).read_text(encoding="utf-8") for name in names]
        source = "\n".join(["", *texts])
        self._scripts.append(_hash(source))
        return Markup('<script type="module">{}</script>').format(Markup(source))  # noqa: S704

    def policy(self) -> Markup:
        """The policy; it stands before what it allows.

        Attributes may style, as in the plots; the page has no picture, frame or form that goes
        anywhere.

        >>> made = Embedding()
        >>> made.style("b { color: red }")
        Markup('<style media="all">b { color: red }</style>')
        >>> "script-src 'none'; style-src-elem 'sha256-" in made.policy().unescape()
        True
        """
        allowed = {
            "default-src": ["'none'"],
            "script-src": self._scripts or ["'none'"],
            "style-src-elem": self._styles or ["'none'"],
            "style-src-attr": ["'unsafe-inline'"],
            "font-src": ["data:"],
            "base-uri": ["'none'"],
            "form-action": ["'none'"],
        }
        content = "; ".join(" ".join([name, *sources]) for name, sources in allowed.items())
        return Markup('<meta http-equiv="Content-Security-Policy" content="{}">').format(content)


def _hash(source: str) -> str:
    digest = hashlib.sha256(source.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
