"""Documents of every kind, made by chance: what the laws are tried on."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from wirecopy import model as m

# Han, Latin, Arabic, combining, spaces of all kinds, Markdown's and HTML's own characters, emoji; no lone surrogates.
ALPHABET = "中国俄罗斯德声（）“”：，。 abcXYZ012\u00a0\u200b\u3000العربيةéß*_[]()<>&#`~|\\!+-.=\"'/:\n👍\u0301"
words = st.text(ALPHABET, max_size=24)
some_words = st.text(ALPHABET, min_size=1, max_size=24)
line = words.map(lambda found: found.replace("\n", " "))

links = st.none() | st.builds(
    m.Link,
    href=st.sampled_from(["", "https://example.org/a", "https://example.org/新闻?x=1&y=(2)", "http://example.net/%20"]),
    ref=st.sampled_from(["", "demo:1", "demo:68204677"]),
    rel=st.sampled_from(["", "ArticleRef", "ExternalRef"]),
)
marks = st.lists(st.sampled_from(list(m.Mark)), max_size=3).map(tuple)
runs = st.builds(m.Run, text=words, marks=marks, link=links)
texts = st.lists(runs, max_size=4).map(m.merge)
some_text = texts.filter(lambda found: bool(m.plain(found).strip()))

pictures = st.builds(
    m.Picture,
    url=st.sampled_from(["", "https://example.org/p.jpg", "https://static.example.org/image/67121832_607.jpg"]),
    key=st.sampled_from(["", "demo:67121832"]),
    caption=texts,
    credit=line,
    alt=line,
    width=st.sampled_from([0, 1920]),
    height=st.sampled_from([0, 1080]),
)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds

paragraphs = st.builds(m.Paragraph, text=some_text, role=st.sampled_from(["", "rights", "agency"]))
leaves = st.one_of(
    paragraphs,
    paragraphs,
    st.builds(m.Heading, text=some_text, level=st.integers(2, 6)),
    st.builds(m.Figure, picture=pictures),
    st.builds(
        m.Gallery,
        title=line,
        ref=st.sampled_from(["", "demo:9"]),
        entries=st.lists(st.builds(m.GalleryEntry, picture=pictures, title=line, text=texts), max_size=3).map(tuple),
    ),
    st.builds(
        m.Table,
        caption=texts,
        rows=st.lists(
            st.lists(st.builds(m.Cell, text=texts, header=st.booleans()), min_size=1, max_size=3).map(tuple), max_size=3
        ).map(tuple),
    ),
    st.builds(m.Code, text=words),
    st.just(m.Rule()),
    st.builds(m.Embed, kind=st.sampled_from(["youtube", "tweet"]), url=st.just("https://example.com/e"), title=line),
    st.builds(
        m.Media,
        kind=st.sampled_from(["video", "audio"]),
        url=st.sampled_from(["", "https://example.org/v.mp4"]),
        title=line,
        text=texts,
        poster=st.none() | pictures,
        duration=st.integers(0, 9999),
    ),
)
blocks = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(m.Quote, body=st.lists(inner, max_size=2).map(tuple), credit=texts),
        st.builds(
            m.List, items=st.lists(st.lists(inner, min_size=1, max_size=2).map(tuple), max_size=3).map(tuple),
            ordered=st.booleans(),
        ),
        st.builds(m.Aside, body=st.lists(inner, max_size=2).map(tuple), title=line, role=st.sampled_from(["", "box"])),
        st.builds(
            m.LiveEntry, body=st.lists(inner, max_size=2).map(tuple), key=st.sampled_from(["", "7"]),
            at=st.none() | moments, title=line, authors=st.lists(line.filter(bool), max_size=2).map(tuple),
        ),
    ),
    max_leaves=5,
)  # fmt: skip
bodies = st.lists(blocks, max_size=5).map(tuple)

articles = st.builds(
    m.Article,
    source=st.just("demo-zh"),
    key=st.sampled_from(["1", "2", "68204677"]),
    kind=st.sampled_from(["article", "liveblog", "gallery", "video", "audio"]),
    url=st.just("https://example.org/zh/a-1"),
    title=line.filter(lambda found: bool(found.strip())),
    kicker=line,
    summary=line,
    byline=line,
    authors=st.lists(line.filter(bool), max_size=2).map(tuple),
    published=st.none() | moments,
    modified=st.none() | moments,
    language=st.sampled_from(["zh", "en", "de", "ar"]),
    opinion=st.booleans(),
    picture=st.none() | pictures,
    body=bodies,
    tags=st.lists(line, max_size=2).map(tuple),
    lost=st.lists(st.tuples(st.just("svg"), st.integers(1, 9)), max_size=1).map(tuple),
)
