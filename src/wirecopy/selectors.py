"""A selector of elements, CSS or XPath, as one thing that can be asked of a page.

XPath begins with "/", "./" or "("; all else is CSS, which cssselect translates. Both end as lxml's compiled XPath 1.0
without extension functions: what an operator or a folder of site rules writes can find elements and do nothing else.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cssselect import HTMLTranslator
from cssselect.parser import SelectorError
from lxml import etree

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LONGEST = 2_000  # characters; the longest of ftr-site-config's 12,000 has 700


@lru_cache(maxsize=20_000)
def compiled(selector: str) -> etree.XPath:
    """The selector as compiled XPath. Raises ValueError, in words, when it is none."""
    if len(selector) > _LONGEST:
        raise ValueError(f"a selector has at most {_LONGEST:,} characters")
    path = selector.strip()
    try:
        if not path.startswith(("/", "./", "(")):
            path = HTMLTranslator().css_to_xpath(path, prefix="descendant-or-self::")
        return etree.XPath(path, regexp=False)
    except SelectorError as error:
        raise ValueError(f"this is no CSS selector ({error})") from error
    except etree.XPathError as error:
        raise ValueError(f"this is no XPath ({error})") from error


def found(selector: str, root: HtmlElement) -> list[HtmlElement | str]:
    """What the selector finds below `root`, in document order: elements, or texts where it asks for attributes.

    A selector that fails on this page finds nothing.
    """
    try:
        answer = compiled(selector)(root)
    except (ValueError, etree.XPathError):
        return []
    if isinstance(answer, list):
        return [each for each in answer if isinstance(each, str) or isinstance(getattr(each, "tag", None), str)]
    return [answer] if isinstance(answer, str) and answer else []
