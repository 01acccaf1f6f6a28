"""Articles in several parts: which address is the next part, or all of it on one page; and parts as one document.

- An address is a later part of an article only when it is the article's own with a number ("?page=2", "/2",
  "_2.html", "/seite-2"), and a link to it says that number, "next page" in some language, or `rel="next"`. So the next
  article, the next page of comments and galleries of teasers are none, whatever they are called.
- A part that says next to nothing new is none: sites answer any number with the first page.
- What parts repeat (title, lead, teasers, pictures, the pager itself) stands once, where it stood first.

Finds and joins only: what is not at hand is named, and somebody else asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from lxml.html import HtmlElement

from wirecopy import urls
from wirecopy.errors import ReadError
from wirecopy.model import AnyBlock, Blocks, Figure, Gallery, List, Paragraph, Picture, document_text, plain

MOST = 30  # parts of one article: a guess, three times the longest that was seen
_LINKS = 5_000  # of a page that are looked at
_PIECES = 30  # of text in a link that are looked at: malformed pages hang themselves in what they do not close
_LABEL = 40  # characters of a link that says "next page"
_NEW = 0.3  # the share of a part that must be new
_LEAST = 40  # letters below which a part says nothing
_REPEATED = 25  # letters from which a repeated line is a repetition wherever it stands; shorter ones may be said twice


class Incomplete(ReadError):
    """What was given can't be read alone; `wants` are addresses that may hold the article."""

    def __init__(self, message: str, wants: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.wants = wants


class Links(NamedTuple):
    """Where a page says that more of its article is; each an address, or ""."""

    next: str = ""
    whole: str = ""
    light: str = ""


NO_LINKS = Links()


def links(root: HtmlElement, url: str, first: str = "", number: int = 1) -> Links:
    """The links of part `number` of an article that begins at `first`: the next part, all of it, its AMP page."""
    first = first or url
    known = {address(first), address(url)}

    def leads_on(link: HtmlElement) -> str:
        target = urls.resolve(link.get("href"), url)
        return target if target and address(target) not in known else ""

    following = whole = light = ""
    for link, href in _links(root):
        # In the order of their cost: most links of most pages end at the first.
        if not following and _may_count(href) and _says_next(link, number) and (target := leads_on(link)):
            is_later = number_of(target, first) in (number, number + 1)  # many sites count from 0
            if is_later and not _in_comments(link):
                following = target
        if not light and link.tag == "link" and (link.get("rel") or "").lower() == "amphtml":
            light = _light(href, url)
    if following:  # else it is whole
        for link, _ in _links(root):
            is_offered = link.tag == "a" and _bare(_said(link)) in _WHOLE
            if is_offered and (target := leads_on(link)) and _is_variant(target, first):
                whole = target
                break
    return Links(following, whole, light)


def address(url: str) -> str:
    """What is the same of two addresses of one page."""
    return urls.canonical(url).removeprefix("https:").removeprefix("http:").rstrip("/")


def same_site(address: str, other: str) -> bool:
    """Are these addresses of one outlet, by their hosts: the same, or one below the other?"""
    one, two = (urls.host(each).removeprefix("www.") for each in (address, other))
    return one == two or one.endswith(f".{two}") or two.endswith(f".{one}")


def number_of(url: str, first: str) -> int:
    """Which part of the article at `first` an address is, by its own numbering; 0 when it is none."""
    begins = {key for key, number in _numbers(first) if number <= 1}
    _, *others = _numbers(url)
    return next((number for key, number in others if number and key in begins), 0)


def is_ambiguous(url: str, first: str) -> bool:
    """May a later part by its address as well be another article? "story-2" beside "story" is the second of that name
    in many systems, and what counts from the beginning ("diary-1") may be a series.
    """
    _, *others = _numbers(first)
    return any(number <= 1 for _, number in others) or _SECOND_OF_NAME.search(urlsplit(url).path) is not None


def fresh(part: Blocks, before: Iterable[Blocks], title: str) -> Blocks:
    """What a later part says that the ones before it do not; nothing when that is next to nothing."""
    said = {_squash(title)}
    shown: set[str] = set()
    for blocks in before:
        said.update(_squash(document_text((block,))) for block in blocks)
        shown.update(_file(picture) for block in blocks for picture in _pictures(block))
    kept: list[AnyBlock] = []
    new = whole = 0
    for block in part:
        words = _squash(document_text((block,)))
        whole += len(words)
        if words in said and (len(words) >= _REPEATED or not new) and not isinstance(block, Figure | Gallery):
            continue
        if isinstance(block, Figure | Gallery) and all(_file(each) in shown for each in _pictures(block)):
            continue
        shown.update(_file(each) for each in _pictures(block))
        new += len(words)
        kept.append(block)
    return tuple(kept) if new >= _LEAST and new >= whole * _NEW else ()


def joined(parts: Sequence[Blocks]) -> Blocks:
    """Parts as one document, without the pagers between them."""
    if len(parts) == 1:
        return parts[0]
    return tuple(block for part in parts for block in part if not _is_pager(block))


# --- addresses -------------------------------------------------------------------------------------------------------

_WORD = r"(?:page|pag|pagina|página|seite|part|teil|p|pg|side|sida|strona|strana|sayfa|стр|stranica)"
_IN_PATH = re.compile(
    rf"(?P<stem>/.*?)(?:/{_WORD}[-_/]?|[-_,.~]{_WORD}[-_]?|[-_,.~/])(?P<number>\d{{1,2}})(?P<end>\.[a-z]{{2,5}})?/?",
    re.IGNORECASE,
)
_IN_QUERY = re.compile(
    r"(?:page|p|pg|pn|pag|pagina|seite|side|sida|strona|str|sayfa|paged|pagenum|page_?no|pagenumber|pageid|page_?index"
    r"|cur_?page|artpage|showpage|tpage)",
    re.IGNORECASE,
)
_DIGIT = re.compile("[0-9]")
_TAIL = 10  # characters of a path that its number and what may stand behind it have at most
_COUNTED = re.compile(r"[?&;][a-z_]{1,12}=\d{1,2}(?![^&;])", re.IGNORECASE)
_BACKWARDS = re.compile(r"/?(?:[a-z]{2,5}\.)?\d{1,2}[-_,.~/a-z]", re.IGNORECASE)
_SECOND_OF_NAME = re.compile(r"[a-z0-9]-\d{1,2}/?$", re.IGNORECASE)
_ENDING = re.compile(
    r"(?:/(?:index|default))?\.(?:[sx]?html?|php\d?|aspx?|jsp|cfm|do)$|/(?:index|default)?$", re.IGNORECASE
)


def _may_count(href: str) -> bool:
    """May an address be a numbered one? A glance: a path is read from its end, which is where a number stands."""
    if "?" not in href and "#" not in href and _DIGIT.search(href[-_TAIL:]) is None:
        return False
    path, _, query = href.split("#", 1)[0].partition("?")
    return _BACKWARDS.match(path[:-20:-1]) is not None or (query != "" and _COUNTED.search(f"?{query}") is not None)


def _numbers(url: str) -> Iterator[tuple[tuple[object, ...], int]]:
    """All that an address may mean: what article (compare these), and which part of it."""
    parts = urlsplit(urls.canonical(url))
    host = (parts.hostname or "").removeprefix("www.")
    pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=50) if len(parts.query) < 2_000 else []
    path = parts.path[:2_000]
    yield (host, _ENDING.sub("", path), tuple(sorted(pairs))), 1
    for name, value in pairs:
        if _IN_QUERY.fullmatch(name) and value.isascii() and value.isdigit() and len(value) < 3:
            rest = tuple(sorted(pair for pair in pairs if pair != (name, value)))
            yield (host, _ENDING.sub("", path), rest), int(value)
    if match := _IN_PATH.fullmatch(path):
        stem = match["stem"] + (match["end"] or "")
        yield (host, _ENDING.sub("", stem), tuple(sorted(pairs))), int(match["number"])


def _is_variant(target: str, first: str) -> bool:
    """Is an address the same article otherwise shown: by its path, its name, or its number?"""
    if urls.host(target).removeprefix("www.") != urls.host(first).removeprefix("www."):
        return False
    one, two = urlsplit(target), urlsplit(first)
    if one.path == two.path:
        return True
    names = [name for name in re.split(r"[/?=&.]", _ENDING.sub("", two.path) + "?" + two.query) if len(name) >= 5]
    return any(name in target for name in names[-2:] if any(c.isdigit() for c in name) or len(name) >= 12)


# --- links -----------------------------------------------------------------------------------------------------------


def _phrases(spelt: str) -> frozenset[str]:
    return frozenset(" ".join(each.split()) for each in spelt.split(","))


# What links say in the languages of the news, without the marks around it.
_NEXT = _phrases("""
    next, next page, next part, go to next page, the next page, continue, continued, continue reading, read next page,
    continued on next page, nächste, nächste seite, zur nächsten seite, weiter, weiterlesen, weiter zur nächsten seite,
    weiter auf der nächsten seite, suivant, suivante, page suivante, la page suivante, suite, lire la suite, siguiente,
    página siguiente, siguiente página, successivo, successiva, pagina successiva, avanti, continua, próxima, próximo,
    próxima página, seguinte, página seguinte, volgende, volgende pagina, lees verder, следующая, следующая страница,
    далее, вперед, вперёд, дальше, наступна, наступна сторінка, далі, następna, następna strona, dalej, další,
    další strana, ďalej, ďalšia strana, nästa, nästa sida, neste, neste side, næste, næste side, seuraava,
    seuraava sivu, következő, következő oldal, următoarea, pagina următoare, επόμενη, επόμενη σελίδα, sonraki,
    sonraki sayfa, التالي, التالية, الصفحة التالية, הבא, לעמוד הבא, بعدی, صفحه بعد, अगला, अगला पृष्ठ, 下页, 下頁, 下一页,
    下一頁, 后一页, 後一頁, 翻页, 次へ, 次ページ, 次のページ, 次のページへ, 다음, 다음 페이지, 다음페이지, trang sau,
    trang tiếp, halaman selanjutnya, selanjutnya, halaman berikutnya, berikutnya""")
_ARROWS = frozenset(["›", "»", "→", ">", ">>", "››", "»»", "▶", "►"])
_WHOLE = _phrases("""
    single page, view as a single page, view on a single page, view as single page, one page, view on one page,
    read on one page, on one page, full page, view full article, full article, read full article, full text,
    whole article, entire article, view all, show all, all pages, view all pages, print, print version, print view,
    print page, print this page, print article, print this article, print this story, printable version, print friendly,
    printer friendly, printer-friendly, printer-friendly version, printer friendly version,
    auf einer seite, auf einer seite lesen, artikel auf einer seite, artikel auf einer seite lesen,
    alles auf einer seite, auf einer seite anzeigen, ganzen artikel lesen, gesamten artikel lesen, drucken,
    druckversion, druckansicht, artikel drucken, sur une page, sur une seule page, lire sur une seule page,
    afficher sur une page, version imprimable, version à imprimer, imprimer, en una página, en una sola página,
    ver todo en una página, ver en una página, versión imprimible, versión para imprimir, imprimir,
    versão para impressão, numa só página, stampa, versione stampabile, tutto in una pagina, leggi in una pagina,
    op één pagina, afdrukken, версия для печати, на одной странице, печать, одной страницей, wersja do druku, drukuj,
    na jednej stronie, drukuj artykuł, skriv ut, udskriv, tulosta, yazdır, tek sayfa, tek sayfada göster,
    نسخة للطباعة, طباعة, הדפסה, 全文, 阅读全文, 閱讀全文, 查看全文, 浏览全文, 显示全文, 显示全部, 在本页阅读全文,
    本页阅读全文, 在本页浏览全文, 在本頁閱讀全文, 余下全文, 阅读余下全文, 全文阅读, 全文閱讀, 单页阅读, 單頁閱讀,
    单页显示, 打印, 打印本页, 列印, 友善列印, 全文表示, 全文を表示, 全文を読む, 1ページで読む, 1ページで表示,
    印刷, 印刷用ページ, 한 페이지로 보기, 전체보기, 인쇄""")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_MARKS = re.compile(r"^\D{0,8}?(\d{1,2})\D{0,3}$")
_COMMENTS = re.compile(r"comment|kommentar|disqus|discussion|replies|opinions|评论|評論|cpage", re.IGNORECASE)


def _links(root: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """The links of a page, and where they lead as they have it."""
    count = 0
    for link in root.iter("a", "link"):
        if href := link.get("href"):
            count += 1
            if count > _LINKS:
                return
            yield link, href


def _said(link: HtmlElement) -> str:
    """What a link says, or what is said of it where it shows a picture or a mark."""
    whole = "".join(islice(link.itertext(), _PIECES)) if len(link) else link.text or ""
    said = " ".join(whole.split())[:200]
    if any(c.isalnum() for c in said):
        return said
    return " ".join((link.get("aria-label") or link.get("title") or said).split())[:200]


def _says_next(link: HtmlElement, number: int) -> bool:
    if "next" in (link.get("rel") or "").lower().split():
        return True
    said = _said(link)
    if link.tag != "a" or len(said) > _LABEL:
        return False
    marked = _MARKS.match(said)
    return (marked is not None and int(marked[1]) == number + 1) or _is_next(said)


def _is_next(said: str) -> bool:
    return _bare(said) in _NEXT or said in _ARROWS


def _bare(said: str) -> str:
    return _EDGES.sub("", " ".join(said.split())).casefold()


def _in_comments(link: HtmlElement) -> bool:
    if _COMMENTS.search(link.get("href") or ""):
        return True
    return any(_COMMENTS.search(f"{each.get('class') or ''} {each.get('id') or ''}") for each in link.iterancestors())


def _light(href: str, url: str) -> str:
    target = urls.resolve(href, url)
    return target if target and address(target) != address(url) and same_site(target, url) else ""


# --- what repeats ----------------------------------------------------------------------------------------------------

_BLANK = re.compile(r"[\W_]+")
_PAGE = re.compile(
    rf"{_WORD}?[\W_]*\d{{1,2}}[\W_]*(?:of|von|de|di|van|z|из|sur|/|共)[\W_]*\d{{1,2}}[\W_]*[页頁]?", re.IGNORECASE
)
_BETWEEN = re.compile(r"[\s|·,.…<>«»‹›→\[\]()/-]+")
_SHORT = 80  # characters that a pager has at most


def _is_pager(block: AnyBlock) -> bool:
    """Is this nothing but numbers of pages and ways to them?"""
    match block:
        case Paragraph(text=words):
            said = plain(words).strip()
            linked = any(run.link is not None for run in words)
            return len(said) <= _SHORT and (_counts(said) or (linked and _is_next(said)))
        case List():
            return _counts(" ".join(document_text(item)[:_SHORT] for item in block.items))
        case _:
            return False


def _counts(said: str) -> bool:
    """Is this "Page 2 of 3", or "1 2 3 Next"?"""
    said = " ".join(said.split())
    numbers = [each for each in _BETWEEN.split(said) if each.isdecimal()]
    others = " ".join(each for each in _BETWEEN.split(said) if each and not each.isdecimal())
    counted = [int(each) for each in numbers if len(each) < 3]
    if len(counted) == len(numbers) > 1 and sorted(counted) == counted and (not others or _is_next(others)):
        return counted[-1] - counted[0] >= len(counted) - 1
    return len(said) <= _LABEL and _PAGE.fullmatch(said) is not None


def _squash(words: str) -> str:
    return _BLANK.sub("", words).casefold()


def _pictures(block: AnyBlock) -> Iterator[Picture]:
    match block:
        case Figure():
            yield block.picture
        case Gallery():
            yield from (entry.picture for entry in block.entries)
        case _:
            pass


def _file(picture: Picture) -> str:
    """What stays the same of a picture's address over sizes and hosts: the name of its file."""
    return picture.url.split("?", 1)[0].rsplit("/", 1)[-1].lower()
