"""The seed document taken apart, and put into the shapes in which Deutsche Welle's interfaces would have given it.

The original answers are not to be had. What the seed shows stands in the fields where recorded answers have such things
(the notes on the outlet's interfaces, "App API" and "Content JSON"); ids that the seed does not show are made up.
"""

import json
import re
from pathlib import Path
from urllib.parse import unquote

SEED = Path(__file__).parents[2] / "shared" / "seed" / "0c611f6833ba73d3.md"
_GALLERY_ID = 67798400  # made up: the seed does not name its gallery
_SIZES = ((220, 124, 301), (460, 259, 302), (700, 394, 303), (940, 529, 304))
_ARTICLE_REF = re.compile(r'<a href="https://api\.dw\.com/api/detail/article/(\d+)" rel="ArticleRef">(.*?)</a>')


class Seed:
    """The parts of the seed document, cut out of its bytes with nothing of ours."""

    def __init__(self) -> None:
        self.document = SEED.read_bytes()
        lines = self.document.decode().split("\n")
        self.epoch_ms = int(lines[0].removeprefix("<!--").removesuffix("-->"))
        self.title, self.url = re.fullmatch(r"\[(.*)\]\((http.*)\)", lines[1]).groups()
        self.id = int(self.url.rsplit("-", 1)[1])
        head, rest = lines[4].split("</small></div>", 1)
        self.byline, self.date = re.match(r"<div><i>(.*?)<br>(.*?)</i></div>", head).groups()
        self.picture = int(re.search(r"image/(\d+)_303\.jpg", head)[1])
        self.caption = head.rsplit(">", 1)[1]
        before, self.gallery_title, entries, after = re.fullmatch(
            r"((?:<p>.*?</p>)*?)<h3>相关图集：(.*?)</h3>((?:<div>.*?</div>)+)(.*)", rest
        ).groups()
        entry = r"<div><img src=\"[^\"]*/image/(\d+)_303\.jpg\" width=\"100%\"><b>(.*?)</b>：(.*?)</div>"
        self.entries = [(int(key), title, text) for key, title, text in re.findall(entry, entries)]
        self.before, self.after = (re.findall(r"<p>(.*?)</p>", part) for part in (before, after))
        self.refs = _ARTICLE_REF.findall(rest)


def detail_document() -> dict:
    """The seed as the apps' API gives an article: `api.dw.com/api/detail/article/<id>`."""
    seed = Seed()
    paragraphs = [
        [{"content": {"type": "Paragraph", "text": text}} for text in part] for part in (seed.before, seed.after)
    ]
    images = [
        {"name": title, "description": text, "image": {**_image(key), "name": title}}
        for key, title, text in seed.entries
    ]
    gallery = {"type": "Gallery", "data": {"id": _GALLERY_ID, "name": seed.gallery_title, "images": images}}
    return {
        "type": "Article",
        "id": seed.id,
        # As the blank before the id in its address tells, DW's own title ends in one.
        "name": seed.title + " ",
        "teaser": "",
        "categoryName": "时政风云",
        "text": _plain(seed),
        "permaLink": seed.url,
        "displayDate": seed.date,
        "commentsEnabled": False,
        "mainContent": {**_image(seed.picture), "name": seed.caption},
        "body": [*paragraphs[0], {"content": gallery}, *paragraphs[1]],
        "referenceGroups": [
            {
                "name": "DW.COM",
                "type": "InternalContent",
                "items": [
                    {
                        "type": "ArticleRef",
                        "id": int(key),
                        "name": words,
                        "url": f"https://api.dw.com/api/detail/article/{key}",
                    }
                    for key, words in seed.refs
                ],
            }
        ],
    }


def content_document() -> dict:
    """The seed as the content API gives an article: `www.dw.com/graph-api/zh/content/article/<id>`."""
    seed = Seed()
    address = unquote(seed.url)
    html = "".join(_rich(text) for text in seed.before)
    html += f'<div class="image-gallery" data-id="{_GALLERY_ID}"></div>'
    html += "".join(_rich(text) for text in seed.after)
    content = {
        "__typename": "Article",
        "id": seed.id,
        "language": "CHINESE",
        "isChineseLang": True,
        "isRtl": False,
        "isLive": True,
        "namedUrl": address.removeprefix("https://www.dw.com"),
        "canonicalUrl": address,
        "classicUrl": address,
        "permaLinkUrl": "https://p.dw.com/p/4c9mJ",
        "title": seed.title + " ",
        "name": seed.title,
        "kicker": "",
        "teaser": "",
        "text": html,
        "contentDate": seed.date,
        "contentDateMode": "LAST_PUBLICATION_DATE",
        "firstPublicationDate": seed.date,
        "lastPublicationDate": seed.date,
        "lastModifiedDate": seed.date,
        "persons": [],
        "firstPersonArray": [],
        "legacyAuthor": "",
        "isOpinion": False,
        "thematicFocusCategory": {"__typename": "Category", "name": "时政风云"},
        "mainContentImageLink": {
            "__typename": "ContentLink",
            "targetId": seed.picture,
            "targetType": "IMAGE",
            "isInText": False,
            "name": "",
            "description": seed.caption,
            "additionalInformation": "",
            "target": _static(seed.picture, "Sergei Guneyev/Pool/AFP"),
        },
        "contentLinks": [
            {
                "__typename": "ContentLink",
                "targetId": int(key),
                "targetType": "ARTICLE",
                "isInText": True,
                "name": words,
                "target": {"__typename": "Article", "id": int(key), "namedUrl": f"/zh/旧闻/a-{key}", "name": words},
            }
            for key, words in seed.refs
        ],
        "imageGalleries": [
            {
                "__typename": "ImageGallery",
                "id": _GALLERY_ID,
                "name": seed.gallery_title,
                "namedUrl": f"/zh/图集/g-{_GALLERY_ID}",
                "extendedGalleryImages": [
                    {
                        "name": title,
                        "description": text,
                        "altText": "",
                        "assignedImage": _static(key, "picture alliance"),
                    }
                    for key, title, text in seed.entries
                ],
            }
        ],
        "videos": [],
        "audios": [],
        "widgets": [],
        "externalLinks": [],
        "relatedAutoTopics": [],
    }
    return {"data": {"content": content}}


def encoded(document: dict) -> bytes:
    """A document as its server sends it."""
    return json.dumps(document, ensure_ascii=False).encode()


def _image(key: int) -> dict:
    sizes = [
        {"width": width, "height": height, "url": f"https://static.dw.com/image/{key}_{form}.jpg"}
        for width, height, form in _SIZES
    ]
    return {"id": key, "type": "Image", "sizes": sizes}


def _static(key: int, credit: str) -> dict:
    address = f"https://static.dw.com/image/{key}_${{formatId}}.jpg"
    return {
        "__typename": "Image",
        "id": key,
        "staticUrl": address,
        "licenserSupplement": credit,
        "imageType": "STANDARD",
    }


def _rich(paragraph: str) -> str:
    """A paragraph as the content API's HTML has it: relative links, headings of their own, named references."""
    heading = re.fullmatch(r"<strong>(.*)</strong>", paragraph)
    html = f"<h2>{heading[1]}</h2>" if heading else f"<p>{paragraph}</p>"
    html = _ARTICLE_REF.sub(r'<a class="internal-link" href="/zh/旧闻/a-\1">\2</a>', html)
    return html.replace("\u00a0", "&nbsp;")


def _plain(seed: Seed) -> str:
    return "\n".join(re.sub(r"<[^>]*>", "", text) for text in (*seed.before, *seed.after))
