"""Articles of our own writing whose classic documents stand in tests/golden/classic, by the name of the file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from wirecopy.model import (
    Article,
    Aside,
    Cell,
    Code,
    Document,
    Embed,
    Figure,
    Gallery,
    GalleryEntry,
    Heading,
    Link,
    List,
    LiveEntry,
    Mark,
    Media,
    Paragraph,
    Picture,
    Quote,
    Rule,
    Run,
    Table,
    text,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "classic"
TAKEN = datetime(2024, 3, 1, 9, 30, 5, tzinfo=UTC)
PUBLISHED = TAKEN - timedelta(minutes=37, seconds=4, milliseconds=209)
REST = "本文所有内容受到著作权法保护，如无德国之声特别授权，不得擅自使用。"


def document(article: Article) -> Document:
    return Document(article=article, number=1, revisions=1, at=TAKEN, first_at=TAKEN, day="2024-03-01")


def picture(number: int, caption: str = "", *, form: str = "605", **more) -> Picture:
    address = f"https://static.dw.com/image/{number}_{form}.jpg"
    return Picture(url=address, key=f"dw:{number}", caption=text(caption), **more)


def paragraph(*runs: Run | str) -> Paragraph:
    return Paragraph(text=tuple(Run(text=run) if isinstance(run, str) else run for run in runs))


def _article(**fields) -> Article:
    return Article(**{"source": "dw-zh", "language": "zh", **fields})


ARTICLES = {
    "article": _article(
        key="70000001",
        url="https://www.dw.com/zh/%E6%B2%B3%E4%B8%8A%E7%9A%84%E7%81%AF/a-70000001",
        title="河上的灯： 一座小城的夜晚",
        authors=("林舟", "Anna Weber"),
        published=PUBLISHED,
        picture=picture(70000011, "老桥上的第一盏灯", credit="A. Weber", alt="一座石桥"),
        body=(
            paragraph(
                "（德国之声中文网）周四晚上，城里的人",
                Run(
                    text="“又看见了河”",
                    link=Link(href="https://www.dw.com/a-69000002", ref="dw:69000002", rel="ArticleRef"),
                ),
                "。 市长说：“灯不是",
                Run(text="为了游客", marks=(Mark.EM,)),
                "。”",
            ),
            Gallery(
                title="桥的一百年",
                ref="dw:70000020",
                entries=(
                    GalleryEntry(picture=picture(70000021), title="1924年", text=text("第一座木桥。")),
                    GalleryEntry(picture=picture(70000011), title="今天", text=text("石桥和灯。")),
                ),
            ),
            paragraph("\u00a0"),
            Heading(text=text("谁来付电费？")),
            Figure(picture=picture(70000012, "河岸")),
            paragraph(
                "每晚",
                Run(text="40", marks=(Mark.STRONG,)),
                "欧元，",
                Run(
                    text="一家报纸算过",
                    link=Link(href="https://example.org/rechnung?jahr=2024&stadt=3", rel="ExternalRef"),
                ),
                "。",
            ),
            Paragraph(text=text("（法新社）", Mark.EM), role="agency"),
            Paragraph(text=text(f"©2024年德国之声版权声明：{REST}", Mark.EM), role="rights"),
        ),
    ),
    "gallery": _article(
        key="70000002",
        kind="gallery",
        url="https://www.dw.com/zh/%E9%9B%AA/g-70000002",
        title="雪中的九个车站",
        body=(
            Gallery(
                entries=(
                    GalleryEntry(picture=picture(70000031), title="第一站", text=text("车没有来。")),
                    GalleryEntry(picture=picture(70000032), title="", text=text("人也没有来。")),
                )
            ),
        ),
    ),
    "video": _article(
        key="70000003",
        kind="video",
        url="https://www.dw.com/zh/%E9%B9%85/video-70000003",
        title="会看红绿灯的鹅",
        body=(
            paragraph("每天早上，七只鹅过马路。它们等绿灯吗？"),
            Media(kind="video", url="https://tvdownloaddw-a.akamaihd.net/demo/gaense_AVC_1280x720.mp4"),
        ),
    ),
    "liveblog": _article(
        key="70000004",
        kind="liveblog",
        url="https://www.dw.com/zh/%E9%80%89%E4%B8%BE%E5%A4%9C/live-70000004",
        title="选举之夜",
        byline="编辑部",
        published=PUBLISHED,
        body=(
            paragraph("我们整夜更新。"),
            LiveEntry(
                key="2",
                at=PUBLISHED + timedelta(minutes=30),
                title="第一批数字",
                authors=("林舟",),
                body=(paragraph("三个选区已经数完。"), Figure(picture=picture(70000041, "数票的人"))),
            ),
            LiveEntry(key="1", at=PUBLISHED, body=(paragraph("投票站关门。"),)),
        ),
    ),
    "every_block": _article(
        key="70000005",
        url="https://www.dw.com/zh/a-70000005",
        title="样样都有",
        body=(
            Heading(text=text("小标题"), level=3),
            Quote(body=(paragraph("话是这样说的。"),), credit=text("一位邻居")),
            List(items=((paragraph("一"),), (paragraph("二"), paragraph("二又二分之一")))),
            List(items=((paragraph("甲"),),), ordered=True),
            Table(
                rows=(
                    (Cell(text=text("年"), header=True), Cell(text=text("人"), header=True)),
                    (Cell(text=text("合计"), across=2),),
                ),
                caption=text("人口"),
            ),
            Code(text="a < b\nc & d"),
            Rule(),
            Embed(kind="youtube", url="https://youtu.be/AbCdEfGh_12", title="片子", text=text("四分钟")),
            Embed(kind="tweet", url="https://twitter.com/i/web/status/17", title="一条消息"),
            Media(kind="audio", url="https://example.org/ton.mp3", title="钟声", text=text("老教堂"), duration=12),
            Aside(title="背景", role="factbox", body=(paragraph("城里有九座桥。"),)),
            Aside(
                role="footer",
                body=(
                    paragraph(
                        "获取更多RSS：\n",
                        Run(text="https://feedx.net", link=Link(href="https://feedx.net")),
                        " \n",
                        Run(text="https://feedx.xyz", link=Link(href="https://feedx.xyz")),
                        "\n",
                    ),
                ),
            ),
        ),
    ),
    "escapes": _article(
        key="70000006",
        url="https://www.dw.com/zh/<b>\"(x)]/a-70000006",
        title="![图](http://evil.example/x.png) </a><script>1</script> & &amp; [一]\n------",
        byline="<b>某</b> & 某",
        picture=picture(70000061, "<script>alert(1)</script> ![x](y)"),
        body=(
            paragraph("1 < 2 & 3 > 2，&lt;不是标签&gt;，<img src=x onerror=alert(1)>\n下一行 \"引号\""),
            paragraph(Run(text="脚本", link=Link(href="javascript:alert(1)")), "和"),
            paragraph(Run(text="引号", link=Link(href='https://example.org/"onclick="x', rel='x" y="z'))),
            Figure(picture=Picture(url="data:text/html,x", caption=text("没有地址"))),
            Media(kind="video", url="javascript:x", title="<i>片</i>"),
            Embed(kind="youtube", url="https://evil.example/embed/AbCdEfGh_12"),
        ),
    ),
}  # fmt: skip
