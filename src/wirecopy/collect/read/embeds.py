"""What pages embed of other hosts': elements → the kind and the address of what they show. Nothing is ever loaded.

- `kind` names what is embedded from an address: youtube, tweet, map … "frame" where the host is not known, "" where it
  is one of those that only count readers or sell them.
- `address` makes an address that a person can open of what scripts would have enlivened: AMP's elements, "lite"
  players, the placeholders of social networks and chart makers, an address alone in a box for embeds.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml.html import HtmlElement

from wirecopy import urls


def _names(spelt: str) -> frozenset[str]:
    return frozenset(spelt.split())


_HOSTS = {
    "youtube.com": "youtube", "youtube-nocookie.com": "youtube", "youtu.be": "youtube", "twitter.com": "tweet",
    "x.com": "tweet", "facebook.com": "facebook", "fb.watch": "facebook", "instagram.com": "instagram",
    "tiktok.com": "tiktok", "t.me": "telegram", "vimeo.com": "vimeo", "dailymotion.com": "dailymotion",
    "dai.ly": "dailymotion", "bilibili.com": "bilibili", "soundcloud.com": "soundcloud", "spotify.com": "spotify",
    "podcasts.apple.com": "podcast", "omny.fm": "podcast", "acast.com": "podcast", "megaphone.fm": "podcast",
    "simplecast.com": "podcast", "openstreetmap.org": "map", "datawrapper.de": "chart", "dwcdn.net": "chart",
    "infogram.com": "chart", "infogr.am": "chart", "flourish.studio": "chart", "flo.uri.sh": "chart",
    "tableau.com": "chart", "reddit.com": "reddit", "redditmedia.com": "reddit", "threads.net": "threads",
    "threads.com": "threads", "bsky.app": "bluesky", "vk.com": "vk", "rutube.ru": "rutube", "youku.com": "youku",
    "v.qq.com": "qq", "nicovideo.jp": "niconico", "streamable.com": "streamable", "twitch.tv": "twitch",
    "giphy.com": "giphy", "documentcloud.org": "document", "scribd.com": "document", "pinterest.com": "pinterest",
    "linkedin.com": "linkedin", "brightcove.net": "video", "jwplayer.com": "video", "jwplatform.com": "video",
    "kaltura.com": "video", "wistia.com": "video",
}  # fmt: skip
# They show nothing of the article: advertising, counting, consent, comments.
_IDLE = _names(
    "doubleclick.net googlesyndication.com googletagmanager.com google-analytics.com adnxs.com amazon-adsystem.com "
    "taboola.com outbrain.com criteo.com adform.net scorecardresearch.com quantserve.com disqus.com recaptcha.net "
    "cookiebot.com privacy-mgmt.com chartbeat.com facebook.net piano.io tinypass.com"
)
# The number of what is shown, by the element that shows it: its attribute, and the address it is part of.
_PLAYERS = {
    "amp-youtube": ("data-videoid", "https://www.youtube.com/watch?v={}"),
    "lite-youtube": ("videoid", "https://www.youtube.com/watch?v={}"),
    "youtube-video": ("data-video-id", "https://www.youtube.com/watch?v={}"),
    "amp-vimeo": ("data-videoid", "https://vimeo.com/{}"),
    "lite-vimeo": ("videoid", "https://vimeo.com/{}"),
    "amp-dailymotion": ("data-videoid", "https://www.dailymotion.com/video/{}"),
    "amp-twitter": ("data-tweetid", "https://twitter.com/i/status/{}"),
    "amp-instagram": ("data-shortcode", "https://www.instagram.com/p/{}/"),
    "amp-soundcloud": ("data-trackid", "https://api.soundcloud.com/tracks/{}"),
    "amp-facebook": ("data-href", "{}"), "amp-tiktok": ("data-src", "{}"), "amp-iframe": ("src", "{}"),
    "amp-reddit": ("data-src", "{}"), "amp-embedly-card": ("data-url", "{}"), "oembed": ("url", "{}"),
}  # fmt: skip
TAGS = frozenset(_PLAYERS)
_BOXES = (
    ("data-href", "{}"), ("data-oembed-url", "{}"), ("data-instgrm-permalink", "{}"),
    ("data-text-post-permalink", "{}"), ("data-embed-url", "{}"), ("data-youtube-id", "https://www.youtube.com/watch?v={}"),
    ("data-youtube", "https://www.youtube.com/watch?v={}"), ("data-tweet-id", "https://twitter.com/i/status/{}"),
    ("data-tweetid", "https://twitter.com/i/status/{}"), ("data-vimeo-id", "https://vimeo.com/{}"),
)  # fmt: skip
_NUMBER = re.compile(r"[\w-]{3,64}$")
_BOX = re.compile(
    r"(?:^|[\s_-])(?:fb-(?:post|video)|embed|oembed|embedded|youtube|tweet|twitter|instagram|flourish|infogram)",
    re.IGNORECASE,
)
_ALONE = re.compile(r"\s*(https?://\S{5,500})\s*$")
_LONG = 300  # characters of a name that are looked at


_IDLE_ADDRESS = re.compile(
    r"//[^/]*\b(?:i?ads?\d*|adserv\w*|advert\w*|banners?)\.|/plugins/(?:like|share|follow|page|comments|likebox)|weiboshow|showad"
    r"|//(?:platform|widgets)\.[\w.]+/widgets/(?:follow|tweet_button|like)|/recaptcha/|/gtag/|/ns\.html",
    re.IGNORECASE,
)


def kind(url: str) -> str:
    """What is embedded from this address: youtube, tweet, map …; "frame" when the host is not known, "" when it is one
    that shows nothing.
    """
    try:
        name = urls.host(url)
    except ValueError:
        return "frame"
    if "google." in name and "/maps" in url:
        return "map"
    if _IDLE_ADDRESS.search(url[:500]):
        return ""
    labels = name.split(".")
    suffixes = [".".join(labels[n:]) for n in range(len(labels))]
    if any(each in _IDLE for each in suffixes):
        return ""
    return next((found for each in suffixes if (found := _HOSTS.get(each))), "frame")


def is_box(names: str) -> bool:
    """Do these names say that an element is there for something embedded?"""
    return _is_box(names[:_LONG])


@lru_cache(maxsize=2048)
def _is_box(names: str) -> bool:
    return _BOX.search(names) is not None


def address(element: HtmlElement) -> str:
    """The address of what an element embeds, as it is spelt; "" where it embeds nothing that we know."""
    if player := _PLAYERS.get(element.tag):
        return _filled(player, element)
    names = element.get("class") or ""
    if not is_box(names):
        return ""
    for each in _BOXES:
        if found := _filled(each, element):
            return found
    if "flourish" in names and (spelt := (element.get("data-src") or "").split("?")[0]):
        return f"https://flo.uri.sh/{spelt}/embed"
    if "infogram" in names and _NUMBER.match(element.get("data-id") or ""):
        return f"https://infogram.com/{element.get('data-id')}"
    if len(element) == 0 and (alone := _ALONE.match((element.text or "")[:600])):
        return alone[1]
    return ""


def _filled(player: tuple[str, str], element: HtmlElement) -> str:
    name, template = player
    said = (element.get(name) or "").strip()
    return template.format(said) if said and (template == "{}" or _NUMBER.match(said)) else ""
