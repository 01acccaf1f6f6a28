"""The outlet's web pages: an article among all that stands around it, and the pages that stand in an article's place.

A page carries the same content three times, as the outlet's pages do: as the state of its content API, as JSON-LD and
metadata without the body, and as the visible page. `state` chooses the generation: "app" (since 2024), "apollo" (2023),
"none" (a page that carries no state at all).
"""

from __future__ import annotations

from html import escape
from typing import Literal

from wirecopy.demo import shapes
from wirecopy.demo.newsroom import Paper, Photo, Piece
from wirecopy.demo.shapes import Press

State = Literal["app", "apollo", "none"]


def article(press: Press, piece: Piece, state: State = "app") -> bytes:
    """The page of a piece."""
    story = piece.story
    paper = press.papers[story.language]
    item = shapes.content(press, piece)
    day = f"{story.date or piece.first:%d.%m.%Y}"
    head = _head(press, piece, f"{piece.title} – {paper.name} – {day}")
    embedded = ""
    if state == "app":
        embedded = f"<script>window.__APP_STATE__ = {_in_script(shapes.app_state(story, item))}</script>"
    elif state == "apollo":
        embedded = f"<script> window.__APOLLO_STATE__={_in_script(shapes.apollo_state(press, story, item))}; </script>"
    return _document(
        paper,
        head,
        f'{_header(press, paper)}<div class="sc-1 container-fluid"><div id="main-content"></div><section class="row">'
        f'<div class="detail-zone col"><article class="sc-2"><div class="content-area">'
        f"{_article_header(piece, day)}{_sharing(press, piece)}{_lead(press, piece)}"
        f'<div class="sc-3 rich-text has-italic">{_visible_body(press, piece)}</div>'
        '<div class="advertisement no-box"><span class="label-top">Anzeige</span><div class="gpt-slot"></div></div>'
        f"</div></article></div></section>{_beside(press, piece)}</div>{_footer(paper)}{_cookie_banner(paper)}",
        embedded,
    )


def consent(paper: Paper) -> bytes:
    """What is answered, with status 200, to readers who have not agreed to be followed."""
    heading, text, button = map(escape, paper.consent)
    return _document(
        paper,
        f'<title>{heading}</title><meta name="robots" content="noindex">',
        f'<main class="consent-wall"><h1>{heading}</h1><p>{text}</p><form action="/consent" method="post">'
        f'<button type="submit" name="agree" value="true">{button}</button></form>'
        '<p><a href="/privacy">Privacy Policy</a> · <a href="/imprint">Imprint</a></p></main>',
    )


def block(reference: str) -> bytes:
    """What a content delivery network answers to whom it takes for a robot."""
    return (
        "<!DOCTYPE html><html><head><title>Access Denied</title></head><body><h1>Access Denied</h1>"
        "You don't have permission to access this page on this server.<p>Checking your browser before accessing. "
        f"Please enable JavaScript and cookies to continue.</p><p>Reference #{reference}</p></body></html>\n"
    ).encode()


def missing(press: Press, paper: Paper) -> bytes:
    """The page that says there is no page."""
    text = escape(paper.missing)
    inner = f'<main><h1>404</h1><p class="teaser-text">{text}</p></main>'
    return _document(paper, f"<title>404 – {paper.name}</title>", _header(press, paper) + inner + _footer(paper))


def front(press: Press, paper: Paper, pieces: tuple[Piece, ...]) -> bytes:
    """The front page: a list of headlines."""
    items = "".join(
        f'<li class="teaser"><h2><a href="{_escaped(piece.path)}">{_escaped(piece.title)}</a></h2>'
        f"<p>{_escaped(piece.teaser)}</p></li>"
        for piece in pieces
    )
    inner = f"{_header(press, paper)}<main><h1>{paper.name}</h1><ul>{items}</ul></main>{_footer(paper)}"
    return _document(paper, f"<title>{paper.name}</title>", inner)


def _document(paper: Paper, head: str, body: str, embedded: str = "") -> bytes:
    direction = ' dir="rtl"' if paper.rtl else ""
    return (
        f'<!doctype html>\n<html lang="{paper.language}"{direction}>\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1, shrink-to-fit=no">\n{head}\n</head>\n\n'
        "<body>\n<noscript>You need to enable JavaScript to run this app.</noscript>\n"
        f'<div id="root">{body}</div>\n{embedded}\n'
        "</body>\n</html>\n"
    ).encode()


def _in_script(state: bytes) -> str:
    """JSON that a script element can hold: no tag can begin in it."""
    return state.decode().replace("<", "\\u003c")


def _escaped(text: str) -> str:
    return escape(text).replace("&#x27;", "'")


def _head(press: Press, piece: Piece, title: str) -> str:
    name, teaser, url = _escaped(title), _escaped(piece.teaser), _escaped(press.origin + piece.path)
    picture = ""
    if piece.photo:
        picture = f'<meta data-rh="true" property="og:image" content="{press.image_url(piece.photo, 6)}"/>'
    return (
        f'<title data-rh="true">{name}</title><link data-rh="true" rel="canonical" href="{url}"/>'
        f'<link rel="stylesheet" href="/static/index.css"><script type="module" src="/static/index.js"></script>'
        f'<meta data-rh="true" property="og:site_name" content="{press.papers[piece.story.language].name}"/>'
        f'<meta data-rh="true" property="og:type" content="article"/>'
        f'<meta data-rh="true" name="description" content="{teaser}"/>'
        f'<meta data-rh="true" property="og:title" content="{name}"/>'
        f'<meta data-rh="true" property="og:url" content="{url}"/>'
        f'<meta data-rh="true" property="og:description" content="{teaser}"/>{picture}'
        f'<meta data-rh="true" name="twitter:title" content="{_escaped(piece.title)}"/>'
        "<script data-rh=\"true\">(function(w,d,s,l,i){w[l]=w[l]||[];w[l].push({'gtm.start':1,event:'gtm.js'});})"
        "(window,document,'script','dataLayer','GTM-DEMO');</script>"
        f'<script data-rh="true" type="application/ld+json">{_in_script(shapes.json_ld(press, piece))}</script>'
        '<style data-styled="true">.sc-3{font-size:1.6rem;line-height:1.5;}/*!sc*/</style>'
    )


def _header(press: Press, paper: Paper) -> str:
    sections = "".join(
        f'<li><a href="/{paper.language}/{topic.slug}/t-{topic.id}">{_escaped(topic.name)}</a></li>'
        for topic, language in press.topics.values()
        if language == paper.language
    )
    return (
        f'<div class="menu"><a class="logo" href="/{paper.language}/s-1" title="{paper.name}"><svg viewBox="0 0 44 25">'
        f'<path d="M1 1h42v23H1z"/></svg></a><nav class="sc-4"><h2 class="group-headline">{paper.name}</h2>'
        f'<ul class="group-list">{sections}</ul></nav>'
        f'<a class="live-tv-btn" href="/{paper.language}/live-tv">Live</a></div>'
    )


def _article_header(piece: Piece, day: str) -> str:
    story = piece.story
    names = "".join(f'<span class="author no-link">{_escaped(name)}</span>' for name in story.authors)
    if story.byline:
        names = f'<span class="author no-link">{_escaped(story.byline)}</span>'
    people = f'<div class="author-details"><span>{names}</span></div>' if names else ""
    return (
        f'<header><div class="kicker" data-tracking-name="content-detail-kicker">'
        f"<span>{_escaped(story.kicker)}</span></div>"
        f"<h1>{_escaped(piece.title)}</h1>{people}"
        f'<span class="time-area"><span class="publication"><time aria-hidden="true">{day}</time>'
        f'<span class="sr-only">{day}</span></span></span><p class="teaser-text">{_escaped(piece.teaser)}</p></header>'
    )


def _sharing(press: Press, piece: Piece) -> str:
    link = shapes.permalink(press, piece.story.id)
    return (
        '<section class="in-line closed" data-tracking-name="sharing-icons-inline"><div class="always-visible">'
        f'<a href="https://social.example/share?u={link}" target="_blank" rel="noopener noreferrer nofollow">'
        f'<svg viewBox="0 0 40 40"></svg></a><span class="copy">{link}</span></div></section>'
    )


def _lead(press: Press, piece: Piece) -> str:
    if piece.story.kind in ("video", "audio"):
        return shapes.embedded_medium(press, piece.story)
    return "" if piece.photo is None else _photo(press, piece, piece.photo)


def _photo(press: Press, piece: Piece, photo: Photo) -> str:
    wide = ", ".join(
        f"{press.image_url(photo, 600 + n)} {width}w" for n, width in enumerate((78, 201, 379, 545, 767, 1199))
    )
    word = press.papers[piece.story.language].image
    credit = (
        f'<small class="sc-5 copyright">{word}:<!-- --> <!-- -->{_escaped(photo.credit)}</small>'
        if photo.credit
        else ""
    )
    return (
        f'<figure class="sc-6"><picture><source srcSet="{wide}" media="(min-width: 576px)" height="56.25" width="100"/>'
        f'<img class="hq-img" src="{press.image_url(photo, 600)}" alt="{_escaped(photo.alt)}"/>'
        f"</picture><figcaption>{_escaped(photo.caption)}{credit}</figcaption></figure>"
    )


def _visible_body(press: Press, piece: Piece) -> str:
    story = piece.story
    if story.kind == "gallery":
        return "".join(
            f'<div class="gallery-slide">{_photo(press, piece, slide.photo)}<h2>{_escaped(slide.title)}</h2>'
            f"<p>{_escaped(slide.text)}</p></div>"
            for slide in piece.slides
        )
    if story.kind == "liveblog":
        return "".join(
            f'<div class="liveblog-post" id="post-{post.id}">'
            f'<time datetime="{moment:%Y-%m-%dT%H:%M:%SZ}">{moment:%H:%M}</time>'
            + (f"<h2>{_escaped(post.title)}</h2>" if post.title else "")
            + f"{shapes.body_html(press, story, post.body)}</div>"
            for post, moment in shapes.entries(piece)
        )
    return shapes.body_html(press, story, piece.body)


def _beside(press: Press, piece: Piece) -> str:
    paper = press.papers[piece.story.language]
    teasers = "".join(
        f'<div class="teaser"><h3 class="title"><a href="{_escaped(address)}">{_escaped(title)}</a></h3>'
        f'<div class="teaser-description">{_escaped(teaser)}</div></div>'
        for address, title, teaser in shapes.related(press, piece.story)
    )
    topics = "".join(
        f'<a href="{press.topic_path(topic.id)}" role="button">{_escaped(topic.name)}</a>'
        for topic in piece.story.topics
    )
    return (
        f'<section class="row"><section id="more-on-topic"><h2>{paper.more}</h2>{teasers}</section>'
        f'<section id="related-topics"><aside>{topics}</aside></section></section>'
    )


def _footer(paper: Paper) -> str:
    return (
        f'<footer id="footer"><section><h2>{paper.name}</h2><ul>'
        f'<li><a href="/{paper.language}/imprint/a-1">Imprint</a></li>'
        f'<li><a href="/{paper.language}/search/">Search</a></li></ul></section>'
        f"<section>© {paper.name}</section></footer>"
    )


def _cookie_banner(paper: Paper) -> str:
    heading, text, button = map(escape, paper.consent)
    return (
        f'<div class="cookie-banner" role="dialog" aria-modal="true"><h2>{heading}</h2><p>{text}</p>'
        f"<button>{button}</button></div>"
    )
