"""Reasons not to believe a page. Pure: an article as read and what was known before -> a reason in words, or "".

A page that is not the article never becomes one: it is held, and the last good copy stands. What is doubted here is
what can be read and still is not the article; what can't be read at all is the readers' ReadError.
"""

from __future__ import annotations

import re

from wirecopy.model import Article, Embed, Figure, Gallery, Media, document_text, walk

# Titles of pages that stand in for an article. Whole titles only: an article may be about cookies.
_STANDS_IN = re.compile(
    r"""(just\ a\ moment|attention\ required|access\ denied|forbidden|are\ you\ (a\ )?(human|robot)|captcha|
    (page\ |seite\ )?not\ found|404|403|error\ \d+|service\ unavailable|bad\ gateway|site\ maintenance|
    before\ you\ continue|(we\ value\ )?your\ privacy|cookie\ (settings|consent|policy)|privacy\ settings|
    datenschutzeinstellungen|cookie-einstellungen|seite\ nicht\ gefunden|zugriff\ verweigert|
    页面不存在|页面未找到|访问被拒绝|请验证|安全验证|人机验证|隐私设置|cookie\ ?设置|網頁不存在|找不到(网页|頁面|页面)|
    الصفحة\ غير\ موجودة|إعدادات\ الخصوصية)[\s.…!?！？-]*""",
    re.IGNORECASE | re.VERBOSE,
)
# An edit rarely takes more than half of an article away; a paywall stub or a cut answer does.
_SHRUNKEN = 0.4
_LONG_ENOUGH = 400


def doubt(article: Article, standing: Article | None) -> str:
    """Why this reading is not to be believed, or ""."""
    if not article.title.strip():
        return "it has no title"
    if _STANDS_IN.fullmatch(article.title.strip()):
        return f"its title is that of a page which stands in for an article: {article.title.strip()[:80]!r}"
    words = len(document_text(article.body))
    if not words and not _shows_something(article):
        return "it has no text and no picture"
    if standing is None:
        return ""
    before = len(document_text(standing.body))
    if before >= _LONG_ENOUGH and words < before * _SHRUNKEN:
        return f"it has shrunk from {before:,} to {words:,} characters"
    return ""


def _shows_something(article: Article) -> bool:
    return article.picture is not None or any(
        isinstance(block, Media | Embed | Gallery | Figure) for block in walk(article.body)
    )
