"""Why a capture is not the article that its lead announces: signs for and against, each with a weight.

No sign decides alone: an article may be about cookies, be short, be renamed, stand behind a redirect. What is against
a page is added up, what speaks for it taken away; it is doubted from `_DOUBTED` on. The weights are guesses that hold
on recorded articles and on the wrong pages of the demo.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wirecopy import urls
from wirecopy.collect.doubt import agreement
from wirecopy.collect.doubt.sight import Sight, letters, look
from wirecopy.collect.doubt.words import KINDS, marks, small, spoken, stands_in, withheld
from wirecopy.model import Article, Capture, Heading, Lead, Source, document_text

_DOUBTED = 2.0
_EVIDENT = 700  # letters of a text under the announced title that need no closer look, where nothing hints at a wall
_HEARD = 6_000  # characters of a text, from both ends, that are asked what they say to a visitor
_LITTLE = 500  # letters of a text that says little
_SMALL = 1_500  # letters that a page shows at most, navigation and all, where the mark of a wall is one
_LARGE = 6_000  # letters from which what stands around a text is no sign at all
_ABOUT = 0.4  # part of a title's words from which a text is about it
_STRANGE = 0.2  # part of a title's words below which a text is not about it
_MANY = 5  # words of an announcement of which a page that says little may have one by chance
_TEASERS = 3  # headings that lead to other pages, from which an article without a description of itself is a list
_LINE = 400  # letters that one line can count for: a long paragraph is not all about one sentence in it
_PARTS = re.compile(r"\s+[|\-–—·•»:]+\s+|\s*[|｜│]\s*|\s*_\s*")
_PLACES = re.compile(
    r"/(?:[\w-]*(?:consent|cookie|privacy)[\w-]*|log-?in|sign-?in|signon|sso|auth\w*|anmeld\w+|zustimmung|registrier\w*"
    r"|subscri\w+|abo|abonne\w*|paywall|captcha\w*|challenge\w*|verify|validate\w*|are-you-human|blocked|block|denied"
    r"|404|410|500|error\w*|not-?found|notfound|page-not-found|maintenance|unavailable|geo-?block\w*)(?:[./?]|$)"
)
_HINTS = (
    "cookie", "consent", "privacy", "zustimm", "einwillig", "datenschutz", "werbefrei", "куки", "çerez", "쿠키",
    "คุกกี้", "تعريف الارتباط", "کوکی", "subscri", "abonn", "abo ", "suscri", "abbonat", "assin", "подпис", "передплат",
    "اشترك", "مشترک", "abone", "订阅", "訂閱", "付费", "付費", "会员", "會員", "有料", "会員", "구독", "유료",
    "langganan",
    "สมาชิก", "sign in", "log in", "login", "register", "anmeld", "einlogg", "connexion", "connectez", "sesión",
    "accedi", "войдите", "вход", "увій", "تسجيل", "ورود", "giriş", "登录", "登入", "登錄", "ログイン", "로그인",
    "đăng nhập", "masuk", "เข้าสู่ระบบ", "your country", "your region", "robot", "captcha",
)  # fmt: skip
_ARTICLE = re.compile(rb"\"(?:News|Report)?Article\"|og:type[\"'] content=[\"']article")
_INSIDE = frozenset({"consent", "paywall", "login", "region"})
_HOSTS = re.compile(
    r"^(?:consent|login|signin|sso|auth|accounts?|id|myprivacy|privacy|captcha|validate|block|blocked)\."
)
_FORMATS = re.compile(r"^(?:amp|print|index|full|all|single|story|article|html?|\d{1,3}|page-?\d+|default)(?:\.\w+)?$")


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that speaks against a page: what kind of wrong page it is a sign of, how much, in words."""

    kind: str
    weight: float
    words: str


def doubt_page(source: Source, lead: Lead, capture: Capture, article: Article | None = None) -> str:
    """Why this answer is not believed to be the article, in words that name the evidence, or "".

    `article` is the reading of it, None where it can't be read. What was read from a feed's own text is no page.
    """
    if article is not None and (article.reader == "feed" or not _is_html(capture)):
        return ""
    announced = agreement.words_of(lead.title)
    near = -1.0 if len(announced) < 2 else 0.0
    own, about, text = announced, 0.0, ""
    if article is not None:
        text = document_text(article.body)
        own = announced or agreement.words_of(article.title)
        about = agreement.share(own, agreement.words_of(text))
        # A page without a title is given its lead's: whether that is the page's own is for the page to say.
        if near == 0.0 and (article.title != lead.title or about >= _STRANGE):
            near = agreement.share(announced, agreement.words_of(article.title))
        elif not lead.title and agreement.is_named(lead.url, article.title):
            near = 0.5
        if _is_evident(text, near, capture) and not _led_away(lead, capture) and not _hints(text, capture):
            return ""
    page = look(capture)
    if near == 0.0:
        near = agreement.share(announced, agreement.words_of(" ".join((page.title, *page.heads[:3]))))
    said = list(_said(page, text))
    strange = bool(text) and len(own) >= 3 and about < _STRANGE
    if strange and (inside := next((sign for sign in said if sign.kind in _INSIDE), None)):
        said.append(Sign(inside.kind, 2.5, "its text has nothing of its title"))
    signs = [
        *_titles(source, page, article),
        *said,
        *_marks(page, text),
        *_places(lead, capture, page),
        *(disagreement := list(_disagreement(lead, page, article, text, near))),
        *_poverty(page, text, article),
        *_stub(page, text),
    ]
    kind = _kind(signs)
    against = sum(sign.weight for sign in signs)
    told = 0.0 if disagreement and disagreement[0].weight >= 2 else _for(kind, page, text, article, near, said)
    # A page that says no more than its visitor's situation has no more of the title in its text than by chance.
    if near >= 0.5 and about >= _ABOUT and kind != "paywall":
        told += 1.5
    if against - told < _DOUBTED:
        return ""
    return f"{lead.url} is not believed to be the article: {_told(kind, signs)}"


def _is_evident(text: str, near: float, capture: Capture) -> bool:
    """Whether an article needs no closer look: some length under the title that was announced, or, where none was, more
    on a page that describes itself as an article.
    """
    if near >= 0:
        return near >= 0.5 and letters(text) >= _EVIDENT
    return letters(text) >= 2 * _EVIDENT and _ARTICLE.search(capture.body) is not None


def _hints(text: str, capture: Capture) -> bool:
    """Whether an article under its own title may be a wall that stands inside its page: a cheap question."""
    told = text[-_HEARD // 2 :].lower() if letters(text) > _HEARD else text.lower()
    return any(hint in told for hint in _HINTS) or (b"isAccessibleForFree" in capture.body and letters(text) < 3_000)


def _kind(signs: list[Sign]) -> str:
    """The kind of wrong page that most speaks for, "" for none."""
    kinds = list(KINDS)
    weights = {kind: sum(sign.weight for sign in signs if sign.kind == kind) for kind in kinds}
    kind = max(kinds, key=lambda each: (weights[each], -kinds.index(each)))
    return kind if weights[kind] > 0.5 else ""


def _told(kind: str, signs: list[Sign]) -> str:
    """What it looks like, and the heaviest evidence."""
    name = KINDS[kind] if kind else "another page"
    told = dict.fromkeys(sign.words for sign in sorted(signs, key=lambda each: -each.weight) if sign.weight > 0.2)
    return f"it looks like {name}: {'; '.join(list(told)[:3])}"


def _for(kind: str, page: Sight, text: str, article: Article | None, near: float, said: Iterable[Sign]) -> float:
    """What speaks for a page: it has the announced title, a text of some length, a date, a description of itself.

    A wall may stand inside the article's own page; what answers in its place has neither its title nor its date.
    """
    if article is None:
        return 0.0
    length = letters(text)
    lengthy = next(
        (weight for least, weight in ((3_000, 2.0), (1_500, 1.5), (700, 0.8), (300, 0.3)) if length >= least), 0.0
    )
    lengthy *= 1 - min(1.0, max((sign.weight for sign in said), default=0.0) / 2)
    inside = kind in _INSIDE
    dated = page.described and article.published is not None
    return lengthy + (near >= 0.5) * (1.0 if inside else 2.5) + dated * (0.5 if inside else 1.6)


# --- signs ---------------------------------------------------------------------------------------------------------


def _titles(source: Source, page: Sight, article: Article | None) -> Iterator[Sign]:
    given = [(page.title, 2.0), *((head, 1.0) for head in page.heads[:3])]
    if article is not None:
        given.insert(0, (small(article.title), 2.0))
    seen: set[str] = set()
    for title, weight in given:
        if found := _title_of(title):
            kind, words = found
            if kind not in seen and words not in seen:
                yield Sign(kind, weight, f"its title is {words!r}")
            seen |= {kind, words}
    if page.title and page.title in (small(source.name), urls.host(source.homepage) if source.homepage else ""):
        yield Sign("", 1.0, "its title is only the outlet's name")


def _title_of(title: str) -> tuple[str, str] | None:
    """The kind of page that has such a title, and what says so: the whole of it, or all but the outlet's name."""
    if not title or len(title) > 120:
        return None
    parts = [part for part in _PARTS.split(title) if part]
    for part in dict.fromkeys((title, *parts[:1], *(parts[-1:] if len(parts) == 2 else ()))):
        bare = part.strip(" .…!?！？。-–—:'\"«»“”()[]")
        if kind := stands_in(bare):
            return kind, part[:80]
    return None


def _said(page: Sight, text: str) -> Iterator[Sign]:
    """How much of the text, and of a small page, is said to its visitor."""
    heard = text if len(text) <= _HEARD else f"{text[: _HEARD // 2]}\n{text[-_HEARD // 2 :]}"
    found = _speaking([small(line) for line in heard.split("\n")] if text else page.lines)
    if found is None and text and page.letters < _LARGE:
        found = _speaking(page.lines)
    if found is not None:
        kind, part, words = found
        weight = next(
            weight for least, weight in ((0.5, 3.5), (0.3, 2.5), (0.15, 1.5), (0.05, 0.6), (0, 0.2)) if part >= least
        )
        yield Sign(kind, weight, f"it says {words!r}")


def _speaking(lines: Iterable[str]) -> tuple[str, float, str] | None:
    """The kind of page that speaks like these lines, what part of them does, and the words that tell."""
    whole = told = 0.0
    kinds: dict[str, tuple[float, str]] = {}
    for line in lines:
        length = letters(line)
        whole += length
        if whole - length > _HEARD:
            continue
        found = spoken(line)
        for kind, words in found.items():
            kinds[kind] = (kinds.get(kind, (0.0, ""))[0] + min(length, _LINE), kinds.get(kind, (0.0, words[:80]))[1])
        told += min(length, _LINE) if found else 0.0
    if not kinds:
        return None
    kind = max(kinds, key=lambda each: (kinds[each][0], -list(KINDS).index(each)))
    return kind, told / whole, kinds[kind][1]


def _marks(page: Sight, text: str) -> Iterator[Sign]:
    if page.letters >= 2 * _SMALL or letters(text) >= _SMALL:
        return
    for kind, pattern in marks().items():
        if match := pattern.search(page.html):
            yield Sign(kind, 2.0 if page.letters < _SMALL else 0.7, f"its HTML holds {match[0][:60]!r}")


def _places(lead: Lead, capture: Capture, page: Sight) -> Iterator[Sign]:
    """Where the answer came from, and where it says that it belongs."""
    if words := _led_away(lead, capture):
        yield Sign("", 3.0 if "front" in words else 2.0, words)
    elif (
        page.canonical
        and _is_deep(lead.url)
        and _is_root(urls.resolve(page.canonical, capture.final_url or capture.url))
    ):
        yield Sign("", 1.5, "it names the front page as its own address")
    if page.refresh and page.letters < _SMALL:
        yield Sign("shell", 0.7, f"it leads on to {page.refresh[:80]!r}")


def _led_away(lead: Lead, capture: Capture) -> str:
    """What a redirect led to that is not an article's address, in words, or ""."""
    final = capture.final_url or capture.url
    if not lead.url or final in (lead.url, capture.url) or not _is_deep(lead.url):
        return ""
    if _is_root(final):
        return f"the front page answered ({final[:100]})"
    path, asked = _path(final), _path(lead.url)
    place = _PLACES.search("/" + path.lower())
    if (place and not _PLACES.search("/" + asked.lower())) or _HOSTS.match(urls.host(final)):
        return f"it was answered from {final[:100]}"
    kept, given = path.strip("/").split("/"), asked.strip("/").split("/")
    left = given[len(kept) :]
    if given[: len(kept)] == kept and left and not all(_FORMATS.match(part) for part in left):
        return f"a shorter address answered ({final[:100]})"
    return ""


def _disagreement(lead: Lead, page: Sight, article: Article | None, text: str, near: float) -> Iterator[Sign]:
    """What the lead announces, its title or its summary, is nowhere on the page."""
    if near < 0.5 and not page.described and article is not None and _leads_on(article):
        yield Sign("", 2.0, "its headings lead to other pages")
    if near > 0:
        return
    # What a page links to, the newest, the most read, it is not about; the very article may be among it.
    told = " ".join((text, *page.unlinked)) if page.letters < _LARGE else text or " ".join(page.unlinked)
    said, little = f"{article.title if article else ''} {page.title} {told}", letters(text) < _LITTLE
    announced = agreement.words_of(f"{lead.title} {lead.summary}")
    if len(announced) < 3:
        if little and not lead.title and agreement.is_misnamed(lead.url, said):
            yield Sign("", 2.0, f"it shares no word with its address, {lead.url[-80:]}")
        return
    shared = announced & agreement.words_of(said)
    by_chance = little and len(announced) >= _MANY and len(shared) == 1
    if len(shared) > 0.1 * len(announced) and not by_chance:
        return
    same = agreement.script_of(lead.title + lead.summary) in ("", agreement.script_of(told))
    weight = (2.0 if little or not shared else 1.2) if same else 0.7
    yield Sign("", weight, f"it shares no word with what was announced, {lead.title[:80]!r}")


def _leads_on(article: Article) -> bool:
    """Whether what was read lists other articles: three headings or more, nearly all of them links and no more."""
    heads = [block.text for block in article.body if isinstance(block, Heading)]
    linked = sum(all(run.link is not None or not letters(run.text) for run in words) for words in heads)
    return linked >= _TEASERS and linked >= 0.8 * len(heads)


def _poverty(page: Sight, text: str, article: Article | None) -> Iterator[Sign]:
    """There is next to nothing to read."""
    length = letters(text) if article is not None else page.letters
    if page.letters < 200 and (page.programs or page.without_programs) and length < 200:
        yield Sign("shell", 1.2, f"it shows {int(page.letters)} letters")
        if words := spoken(page.without_programs).get("shell"):
            yield Sign("shell", 1.0, f"it says {words!r} to those without programs")
    elif length < 200:
        yield Sign("", 0.7, f"it has {int(length)} letters of text")
    elif length < _LITTLE:
        yield Sign("", 0.3, f"it has {int(length)} letters of text")
    if page.password and length < 1_000:
        yield Sign("login", 1.0, "it asks for a password")
    if page.unlisted:
        yield Sign("", 0.4, "it asks search engines to leave it out")


def _stub(page: Sight, text: str) -> Iterator[Sign]:
    """A text that its page says is paid for, goes on for others, or is longer."""
    length = letters(text)
    if page.paid and 0 < length < 1_200:
        yield Sign("paywall", 1.5, f"it says that it is not free, and has {int(length)} letters of text")
    lines = [*map(small, text.split("\n")), *(page.unlinked if page.letters < _LARGE else ())]
    if 0 < length < _LITTLE and (words := next(filter(None, map(withheld, lines)), "")):
        yield Sign("paywall", 2.5, f"it says {words[:80]!r}, and has {int(length)} letters of text")
    if page.counted >= 250 and 0 < length < page.counted * 1.5:
        yield Sign("paywall", 1.5, f"it says that it has {page.counted:,} words, and shows {int(length)} letters")


# --- addresses -----------------------------------------------------------------------------------------------------


def _is_html(capture: Capture) -> bool:
    kind = capture.header("content-type").lower()
    return "html" in kind or ("json" not in kind and "markdown" not in kind and b"<" in capture.body[:2_000])


def _path(url: str) -> str:
    return url.split("://", 1)[-1].partition("/")[2].split("#", 1)[0]


def _is_root(url: str) -> bool:
    path = _path(url).split("?", 1)[0].strip("/").lower()
    asked = "?" in url and re.search(r"[?&](?:p|id|article|story|post|page_id|a)=", url) is not None
    return not asked and (
        path == ""
        or re.fullmatch(r"(?:index|home|default)(?:\.\w+)?|[a-z]{2}(?:-[a-z]{2,4})?(?:/home)?", path) is not None
    )


def _is_deep(url: str) -> bool:
    return not _is_root(url) and len(_path(url)) >= 4
