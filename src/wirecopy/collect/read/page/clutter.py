"""What stands around an article, known by how pages name it: classes, ids and roles, and the lines at its end.

- General words only, as tokens of a name (`related-links`, `relatedLinks`, `box_related`): no site's own names.
- `CLUTTER` is never the article's text; `HIDDEN` can't be seen; `NOTE` is metadata or a caption beside the text.
- `LIKELY` and `UNLIKELY` only weigh. Whoever drops by name must be ready to read again without dropping.
"""

from __future__ import annotations

import re
from functools import lru_cache


class Hint:
    """What a name says about its element, as bits: plain numbers, because every element of a page is asked."""

    CLUTTER = 1
    HIDDEN = 2
    CAPTION = 4
    LIKELY = 8
    UNLIKELY = 16
    BYLINE = 32
    LEAD = 64
    DATE = 128
    COMMENTS = 256


NONE = 0

# Words as they begin a token; "$" in a word asks for the whole token.
_CLUTTER = """
    share sharing sharebar sharetools social$ socials$ socialmedia socialshare sns$ addthis sharedaddy jiathis
    bdshare bshare related relate$ relates$ recommend recommended recommendation recommendations recirc
    recirculation outbrain taboola zergnet newsletter subscribe subscription signup sign-up promo promos
    promobox promotion sponsor sponsored sponsors advert advertisement advertising advertorial ad$ ads$ adv$
    adbox adslot adsense adsbygoogle adcontainer adwrapper dfp gpt cookie cookies cookiebar consent gdpr
    breadcrumb breadcrumbs crumb crumbs nav$ navbar navigation navi$ menu$ menus$ submenu toolbar pagination
    pager$ paging paginator pagenav popup modal lightbox$ overlay$ tagcloud taglist tags$ keywords$ topics$
    hashtags authorbio authorbox authorinfo bio$ biography aboutauthor mostread mostpopular popular$ trending
    topstories moreon morestories seealso alsolike alsoread readnext upnext nextup print$ printbutton
    toolbox tools$ utility feedback$ rating ratings vote$ voting poll$ survey skiplink skip$ login$ signin
    register$ footer$ footnotes-nav sidebar sidebars siderail rightrail rail$ copyright disclaimer shengming
    xiangguan xgxw xgwz pinglun zeren bianji teaser teasers linkbox linklist morelinks infolinks donate donation
    fundraising membership appdownload qrcode banner banners livefyre yarpp jp-relatedposts hatena mashsb ssba
    crp wp-block-latest contextual$ siblings$ prevnext prev-next postnav post-nav nextprev editors-picks
    editorspicks whatsnext toc$ tableofcontents readingtime readtime wp-embed embeddedcontent
"""
_COMMENTS = """
    comment comments commentlist commentarea disqus respond$ reply$ replies kommentar kommentare comentarios
    commentaires
"""
_HIDDEN = """
    hidden$ hide$ invisible visuallyhidden sr-only sronly screen-reader screenreader noprint$ noscript$
    offscreen
"""
_CAPTION = """
    caption captions figcaption imagecaption wp-caption-text photocaption cutline credit$ credits$ photocredit
    imagecredit pic-desc picdesc imgdesc photo-desc bildunterschrift legende$ legend$
"""
_LIKELY = """
    article articlebody articletext articlecontent body$ bodytext content$ entry entrycontent main$ page$ post$
    posttext postcontent postbody text$ story storybody blog$ hentry h-entry column richtext prose artibody
    endtext zhengwen neirong maintext paragraph paragraphs
"""
_UNLIKELY = """
    combx comment com-$ contact foot$ footer footnote masthead media meta$ outbrain promo related scroll
    readmore shoutbox sidebar sponsor shopping tags tool widget aside list$ side$ header$ extra remark agegate gallery
    carousel slider ranking rank$ hot$ latest links$ top$ bottom$ left$ right$ nav menu
"""
_BYLINE = """
    byline bylines author authors authorname writtenby reporter$ writer$ dateline autor auteur
"""
_LEAD = """
    lead$ leadtext lede intro$ introduction introtext dek$ deck$ standfirst summary$ subtitle subheadline
    subhead$ subheading strapline excerpt chapo chapeau vorspann entradilla bajada sapo$ abstract$ description$
    teasertext leadin ingress sottotitolo occhiello sommario zhaiyao daoyu daodu kicker-text blurb
    articlesummary
"""
_DATE = """
    date datetime time timestamp pubdate pubtime published publish publishdate posted updated
"""


_LISTS = (
    (Hint.CLUTTER, _CLUTTER),
    (Hint.COMMENTS, _COMMENTS),
    (Hint.HIDDEN, _HIDDEN),
    (Hint.CAPTION, _CAPTION),
    (Hint.LIKELY, _LIKELY),
    (Hint.UNLIKELY, _UNLIKELY),
    (Hint.BYLINE, _BYLINE),
    (Hint.LEAD, _LEAD),
    (Hint.DATE, _DATE),
)


def _flags(*, whole: bool) -> dict[str, int]:
    """What each word says: all of them, or those that may also begin a longer token."""
    found: dict[str, int] = {}
    for flag, words in _LISTS:
        for word in words.replace("-", "").split():
            if whole or not word.endswith("$"):
                found[word.removesuffix("$")] = found.get(word.removesuffix("$"), NONE) | flag
    return found


_WHOLE = _flags(whole=True)
_BEGIN = _flags(whole=False)
# What pages hang on a word: `sharebox`, `relatedarea`.
_TAILS = (
    "box", "area", "bar", "list", "block", "container", "wrap", "wrapper", "section", "module",
    "item", "items", "link", "links",
)  # fmt: skip
_ENDINGS = ("s", "es", "ed")
_TOKENS = re.compile("[A-Z]?[a-z]+|[A-Z]+")
_SMALL = re.compile("[a-z]+")  # the same for what has no capitals, as most names, in half the time
# What follows these is said of something else: `has-sidebar`, `enableBodyAdSlots`.
_WITHOUT = frozenset(
    {
        "with", "has", "non", "without", "enable", "enabled", "disable", "disabled", "filter", "show", "hide", "is",
        "overflow", "backface",
    }
)  # fmt: skip
_LONG = 300  # characters of a name that are looked at


class _Hints(dict[str, int]):
    """What names say, remembered: pages repeat themselves, not each other, so that a few pages' worth is enough."""

    def __missing__(self, names: str) -> int:
        found = NONE
        for name in names[:_LONG].split():
            found |= _name(name)
        if len(names) <= _LONG:  # what is remembered is short whatever pages write
            if len(self) >= _REMEMBERED:
                self.clear()
            self[names] = found
        return found


_REMEMBERED = 4096
# What a class or an id says: `HINTS["related-links"]`. Asked of every element of a page, which a call would be felt in.
HINTS = _Hints()


def hint(names: str) -> int:
    """What a class or an id says."""
    return HINTS[names]


@lru_cache(maxsize=8192)
def _name(name: str) -> int:
    tokens = (_SMALL if name.islower() else _TOKENS).findall(name)
    if len(tokens) == 1:  # most are one word
        return _token(tokens[0])[0]
    found, before = NONE, ""
    for token in tokens:
        says, spelt, ends = _token(token)
        found |= says
        if ends:
            break
        if before and (both := _WHOLE.get(before + spelt)):
            # A teaser's text, where it is the article's own, is its lead.
            found = (found & ~Hint.CLUTTER if both & Hint.LEAD else found) | both
        # Two letters are a word at least; of hexadecimal digits single ones are left.
        before = spelt if len(spelt) > 1 else ""
    return found


@lru_cache(maxsize=8192)
def _token(token: str) -> tuple[int, str, bool]:
    """What a token says, how it is spelt in small letters, and whether what follows it is said of something else."""
    spelt = token.lower()
    found = _WHOLE.get(spelt, NONE)
    stems = [spelt, *(spelt.removesuffix(tail) for tail in _TAILS if spelt.endswith(tail))]
    for stem in stems:
        found |= _BEGIN.get(stem, NONE)
        for ending in _ENDINGS:
            if stem.endswith(ending):
                found |= _BEGIN.get(stem.removesuffix(ending), NONE)
    return found, spelt, spelt in _WITHOUT
