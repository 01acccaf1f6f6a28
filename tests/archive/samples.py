"""Leads, captures, articles and revisions for the archive's tests, each different where the test says so."""

from datetime import UTC, datetime, timedelta

from wirecopy.model import Article, Capture, Change, Entry, Lead, Link, Paragraph, Revision, State, text

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)


def minutes(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def lead(key: str = "1", source: str = "demo-zh", **fields: object) -> Lead:
    known = {"url": f"https://www.example.org/{source}/a-{key}", "title": f"标题 {key}"}
    return Lead(source=source, key=key, **{**known, **fields})


def entry(key: str = "1", source: str = "demo-zh", state: State = State.ARCHIVED, **fields: object) -> Entry:
    known = {"lead": lead(key, source), "first_seen": NOON, "last_seen": NOON, "checked": NOON}
    return Entry(state=state, **{**known, **fields})


def capture(body: bytes = b"<p>page", at: datetime = NOON, **fields: object) -> Capture:
    known = {
        "url": "https://www.example.org/a-1",
        "final_url": "https://www.example.org/zh/a-1",
        "asked": (("User-Agent", "wirecopy/0.1 (+https://example.net/)"), ("If-None-Match", 'W/"1"')),
        "status": 200,
        "headers": (("Content-Type", "text/html; charset=utf-8"), ("X-Latin", "caf\xe9")),
    }
    return Capture(body=body, at=at, **{**known, **fields})


def article(key: str = "1", source: str = "demo-zh", words: str = "正文", *refs: str, **fields: object) -> Article:
    links = (Link(ref=ref) if "://" not in ref else Link(href=ref) for ref in refs)
    paragraphs = (Paragraph(text=text(f"见 {n}", link=link)) for n, link in enumerate(links))
    known = {
        "url": f"https://www.example.org/{source}/a-{key}",
        "title": f"标题 {key}",
        "language": "zh-Hans",
        "published": NOON - timedelta(hours=1),
        "body": (Paragraph(text=text(words)), *paragraphs),
    }
    return Article(source=source, key=key, **{**known, **fields})


def revision(of: Article, at: datetime = NOON, fingerprint: str = "", capture: str = "") -> Revision:
    seen = fingerprint or f"1:{hash_of(of)}"
    return Revision(
        source=of.source, key=of.key, change=Change.EDITED, at=at, article=of, fingerprint=seen, capture=capture
    )


def gone(key: str = "1", source: str = "demo-zh", at: datetime = NOON, fingerprint: str = "1:gone") -> Revision:
    return Revision(source=source, key=key, change=Change.GONE, at=at, fingerprint=fingerprint)


def hash_of(seen: Article) -> str:
    from wirecopy.collect.revise import fingerprint

    return fingerprint(seen)
