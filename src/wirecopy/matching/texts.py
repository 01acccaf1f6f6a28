"""Pure: the texts of an article that can be looked for."""

from __future__ import annotations

from wirecopy.model import Article, document_text, plain

HEAD = 6
"""Lines before the tags in `lines`: title, kicker, subtitle, summary, byline, section."""


def lines(article: Article) -> list[str]:
    """Everything a reader can look for in an article, in the order of weight; the first line is the title."""
    picture = article.picture
    seen = [plain(picture.caption), picture.credit] if picture else []
    byline = " ".join(dict.fromkeys((article.byline, *article.authors)))
    head = [article.title, article.kicker, article.subtitle, article.summary, byline, article.section, *article.tags]
    return [" ".join(line.split("\n")) for line in (*head, *seen)] + document_text(article.body).split("\n")


def fields(article: Article) -> dict[str, str]:
    """The texts that can be looked in apart."""
    return {
        "title": article.title,
        "author": "\n".join((article.byline, *article.authors)),
        "section": article.section,
        "tag": "\n".join(article.tags),
    }
