"""Six documents by us, of every kind and in four languages: what the golden trees are made of."""

from __future__ import annotations

from datetime import UTC, datetime

from publish.edition import MemoryEdition
from wirecopy.demo import drawing
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
    Reference,
    Rule,
    Table,
    Translation,
    text,
)


def edition() -> MemoryEdition:
    """A mirror of a small newspaper, the Harbour Gazette, in Chinese, English, German and Arabic."""
    made = MemoryEdition(_ferry_zh(), _ferry_zh_hant(), _live_en(), _gallery_de(), _opinion_ar(), _video_en())
    for language, name in (("zh", "港口报"), ("en", "Harbour Gazette"), ("de", "Hafenblatt"), ("ar", "جريدة الميناء")):
        made.names[f"hg-{language}"] = (name, language, f"https://gazette.example/{language}/")
    made.copy("https://img.gazette.example/2002_303.jpg", drawing.picture(2002, 600, "jpg"))
    return made


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2024, 2, day, hour, minute, 9, 741000, tzinfo=UTC)


def _ferry_zh() -> Document:
    article = Article(
        source="hg-zh",
        key="1001",
        url="https://gazette.example/zh/%E6%B8%A1%E8%BD%AE%20%EF%BC%9A%E6%96%B0/a-1001",
        title="新渡轮启航： “比预想的更安静”",
        kicker="港口",
        summary="电动渡轮“海鸥号”周四首航，载客三百人。",
        byline="林小舟 / 陈默",
        authors=("林小舟", "陈默"),
        dateline="（港口报讯）",
        published=_at(8, 9, 36),
        modified=_at(8, 15, 2),
        language="zh",
        section="本地",
        tags=("渡轮", "电动化"),
        picture=Picture(
            url="https://img.gazette.example/2001_303.jpg",
            key="hg:2001",
            caption=text("“海鸥号”首航当天停靠在三号码头"),
            credit="图：王一帆/港口报",
            alt="白色渡轮停在码头旁",
        ),
        body=(
            Paragraph(
                text=text("（港口报讯）") + text("电动渡轮“海鸥号”周四（2月8日）")
                + text("“第一次载客出航”", link=Link(ref="hg:1003", rel="ArticleRef"))
                + text("。船长说，乘客问得最多的是：发动机开了吗？")
            ),
            Paragraph(text=text("“我们听得见海鸥。”", Mark.STRONG)),
            Paragraph(
                text=text("船上的") + text("“静音舱”", Mark.STRONG) + text("最受欢迎，票价是")
                + text("8元", Mark.EM) + text("。")
            ),
            Heading(text=text("充一次电，走四趟")),
            Paragraph(
                text=text("每趟耗电约 120\u00a0kWh，H") + text("2", Mark.SUB)
                + text("O 除外，什么也不排放。*数字为估算*")
            ),
            Table(
                caption=text("时刻"),
                rows=(
                    (Cell(text=text("班次"), header=True), Cell(text=text("出发"), header=True)),
                    (Cell(text=text("1")), Cell(text=text("07:10"))),
                    (Cell(text=text("2|加班")), Cell(text=text("07:40\n（周末停）"))),
                ),
            ),
            Gallery(
                title="首航一日",
                ref="hg:1004",
                entries=(
                    GalleryEntry(
                        picture=Picture(url="https://img.gazette.example/2002_303.jpg", credit="王一帆"),
                        title="清晨",
                        text=text("六点半，码头上已经排起长队。"),
                    ),
                    GalleryEntry(
                        picture=Picture(url="https://img.gazette.example/2003_303.jpg", alt="驾驶台"),
                        title="驾驶台",
                        text=text("仪表盘上没有转速表。"),
                    ),
                ),
            ),
            Paragraph(text=text("\u00a0")),
            Paragraph(text=text("（本报记者）", Mark.EM), role="agency"),
            Paragraph(text=text("©2024年港口报：本文为测试所写。", Mark.EM), role="rights"),
        ),
        agencies=("本报记者",),
        rights="©2024年港口报：本文为测试所写。",
        translations=(Translation(language="zh-Hant", url="https://gazette.example/zh-hant/a-1002", ref="hg:1002"),),
        related=(Reference(title="渡轮时刻表", url="https://ferries.example/plan?line=3&day=4", kind="link"),),
    )  # fmt: skip
    return Document(
        article=article,
        number=2,
        revisions=2,
        at=_at(8, 15, 10),
        first_at=_at(8, 9, 40),
        day="2024-02-08",
        capture="c" * 64,
    )


def _ferry_zh_hant() -> Document:
    article = Article(
        source="hg-zh",
        key="1002",
        url="https://gazette.example/zh-hant/a-1002",
        title="新渡輪啟航",
        published=_at(8, 10),
        language="zh-Hant",
        body=(
            Paragraph(text=text("\u3000\u3000電動渡輪「海鷗號」週四首航。")),
            Quote(body=(Paragraph(text=text("我們聽得見海鷗。\n也聽得見彼此。")),), credit=text("船長 周海")),
        ),
    )
    return Document(
        article=article, number=1, revisions=2, at=_at(8, 10, 5), first_at=_at(8, 10, 5), day="2024-02-08",
        withdrawn=_at(10, 8),
    )  # fmt: skip


def _live_en() -> Document:
    article = Article(
        source="hg-en",
        key="1003",
        kind="liveblog",
        url="https://gazette.example/en/live/a-1003",
        title="Live: the ferry's first day",
        authors=("Ada M. Example",),
        published=_at(8, 6),
        language="en",
        body=(
            LiveEntry(
                key="e2",
                at=_at(8, 7, 12),
                title="She is off",
                authors=("A. M. E.",),
                body=(
                    Paragraph(
                        text=text("2 minutes late. Nobody on the pier seems to mind; see ")
                        + text("the timetable", link=Link(href="https://ferries.example/plan_(new)?a=1&b=2"))
                        + text("!")
                    ),
                    Embed(
                        kind="tweet", url="https://social.example/p/1", title="Harbour Master",
                        text=text("Fair winds, *Seagull*!"),
                    ),
                ),
            ),
            LiveEntry(
                key="e1",
                at=_at(8, 6, 5),
                body=(List(items=(
                    (Paragraph(text=text("300 passengers")),),
                    (Paragraph(text=text("1 dog")), List(ordered=True, items=((Paragraph(text=text("on a lead")),),))),
                )),),
            ),
        ),
    )  # fmt: skip
    return Document(article=article, number=1, revisions=1, at=_at(8, 7, 20), first_at=_at(8, 7, 20), day="2024-02-08")


def _gallery_de() -> Document:
    picture = Picture(
        url="https://img.gazette.example/2004_303.jpg", caption=text("Die „Möwe“ am Kai"), credit="W. Yifan"
    )
    article = Article(
        source="hg-de",
        key="1004",
        kind="gallery",
        url="https://gazette.example/de/g-1004",
        title="Bilder: Die „Möwe“ legt ab",
        subtitle="Ein Tag an Bord",
        published=_at(8, 18),
        language="de",
        picture=picture,
        body=(
            Paragraph(text=text("1. Fahrt: ") + text("„leiser als gedacht“", Mark.STRONG) + text(".")),
            Rule(),
            Figure(picture=picture),
            Aside(
                title="Zahlen",
                role="factbox",
                body=(Paragraph(text=text("300 Plätze, 2 × 600 kW")), Code(text="P = U * I  # Watt\n```\n")),
            ),
            Table(
                rows=(
                    (Cell(text=text("Fahrt"), header=True), Cell(text=text("Gäste"), across=2)),
                    (
                        Cell(text=text("Morgens <früh>"), header=True), Cell(text=text("120")),
                        Cell(text=text("✓", Mark.STRONG)),
                    ),
                )
            ),
        ),
    )  # fmt: skip
    return Document(article=article, number=1, revisions=1, at=_at(9, 6), first_at=_at(9, 6), day="2024-02-09")


def _opinion_ar() -> Document:
    article = Article(
        source="hg-ar",
        key="1005",
        url="https://gazette.example/ar/%D8%B1%D8%A3%D9%8A/a-1005",
        title="رأي: «النورس» وهدوء البحر (3 دروس)",
        authors=("ليلى مثال",),
        published=_at(9, 11),
        language="ar",
        opinion=True,
        section="رأي",
        body=(
            Paragraph(
                text=text("كتبت ") + text("زميلتي", link=Link(ref="hg:1003")) + text(" عن العبّارة ")
                + text("«النورس»", Mark.STRONG) + text(" أمس.")
            ),
            Paragraph(text=text("وأضيف: ") + text("الهدوء ", Mark.EM) + text("خبر أيضاً.")),
        ),
    )  # fmt: skip
    return Document(
        article=article, number=1, revisions=1, at=_at(9, 11, 30), first_at=_at(9, 11, 30), day="2024-02-09"
    )


def _video_en() -> Document:
    article = Article(
        source="hg-en",
        key="0e6f0c2f9a1b3d47",
        kind="video",
        url="https://gazette.example/en/v-1006",
        title="Watch: [silence] on the water & a <seagull>",
        published=datetime(2023, 12, 31, 23, 59, 59, tzinfo=UTC),
        language="en",
        body=(
            Media(
                kind="video",
                url="https://media.gazette.example/1006.mp4",
                title="Silence on the water",
                text=text("Three minutes of hardly any noise."),
                poster=Picture(url="https://img.gazette.example/2006_303.jpg", alt="A wake"),
                duration=185,
            ),
            Paragraph(
                text=text("Correction: the dog is a ") + text("cat", Mark.STRIKE) + text(" dog."), role="correction"
            ),
        ),
    )  # fmt: skip
    return Document(article=article, number=1, revisions=1, at=_at(8, 5), first_at=_at(8, 5), day="2023-12-31")
