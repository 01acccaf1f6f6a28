"""What kind of page this is: an article, a list, something that stands in for an article, or nothing; and how sure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wirecopy.model import Aside, Blocks, document_text, plain, texts

_STANDS_IN = re.compile(
    r"""(?:just\ a\ moment|checking\ your\ browser|verify(?:ing)?\ (?:that\ )?you\ are\ (?:a\ )?human
      |are\ you\ a\ (?:human|robot)|unusual\ traffic|attention\ required
      |access\ (?:to\ this\ page\ has\ been\ )?denied
    |enable\ javascript\ and\ cookies|captcha|ddos\ protection|request\ (?:was\ )?blocked
      |you\ have\ been\ blocked|not\ available\ in\ your\ (?:region|country)|unavailable\ for\ legal\ reasons
      |blocked\ by\ order
    |page\ (?:you\ (?:requested|are\ looking\ for)\ )?(?:was\ |could\ )?not\ (?:be\ )?found|404\ (?:error
      |not\ found|page)|error\ 404|page\ (?:no\ longer|doesn['’]t|does\ not)\ exist
      |seite\ (?:wurde\ )?nicht\ gefunden|page\ (?:introuvable|non\ trouvée)|página\ no\ encontrada
      |страница\ не\ найдена|доступ\ (?:ограничен|заблокирован)
    |before\ you\ continue|we\ (?:and\ our\ \d*\ ?partners\ )?(?:value|care\ about)\ your\ privacy
      |accept\ (?:all\ )?cookies|cookie-einstellungen|alle\ akzeptieren|zustimmung|consent\ to\ the\ use
      |mit\ werbung\ weiterlesen|accepter\ les\ cookies
    |(?:please\ )?(?:log|sign)\ in\ to\ (?:continue|read|view|your)|create\ (?:a\ free\ )?account\ to|登录后(?:查看
      |阅读)|请(?:先)?登录|请输入验证码|安全验证|人机验证|访问(?:被拒绝|受限|过于频繁)|页面(?:不存在|未找到|没有找到)|網頁(?:不存在|找不到)|找不到(?:网页|頁面|页面)
      |文章(?:不存在|已(?:被)?删除)|该内容已被发布者删除|无法访问此网站
    |ページが見つかりません|페이지를\ 찾을\ 수\ 없)""",
    re.IGNORECASE | re.VERBOSE,
)
_SENTENCE = 80  # letters that make a text and not a label
_SAID = 30  # letters that do where a sentence ends: a quick paragraph
_ENDS = re.compile(r"[.!?…。！？؟।][\"'”’»›」』）)]*\s*$")
_WIDE = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NOTHING = 40  # letters
_ARTICLE = 0.5  # the score from which a page is an article
_SHORT = 700  # letters; what stands in for an article says little
_ROOT = re.compile(r"https?://[^/]+(?:/(?:index\.\w+|[a-z]{2}(?:-[a-z]{2})?/?)?)?(?:[?#].*)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind`: article, list, stand-in, empty. `sure` from 0 to 1; `why` in words."""

    kind: str
    sure: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What a page says of itself: is it `described` as an article, `listed` as a list, `dated` in its data?"""

    described: bool
    listed: bool
    dated: bool
    called_article: bool
    url: str


def judge(title: str, body: Blocks, signs: Signs, *, scale: float) -> Verdict:
    """What a page is, from what was read of it."""
    length = linked = told = 0.0
    # What stands beside a story is no part of it: five links below a short one make it no list.
    story = tuple(block for block in body if not isinstance(block, Aside))
    for words in texts(story or body):
        said = plain(words)
        # A page of few ideographs is not taken for one of ideographs as a whole; each says as much all the same.
        letters = len(said) * scale if scale > 1 else len(said) + 1.5 * (len(said) - len(_WIDE.sub("", said)))
        links = sum(len(run.text) for run in words if run.link is not None) * scale
        length += letters
        linked += links
        is_told = letters > _SENTENCE or (letters > _SAID and _ENDS.search(said) is not None)
        told += letters if is_told and links < letters * 0.5 else 0.0
    if length < _SHORT and (found := _STANDS_IN.search(f"{title}\n{document_text(body)}")):
        return Verdict("stand-in", 0.9, f"it is short and says {found[0]!r}")
    if length < _NOTHING:
        return Verdict("empty", 0.9, "it has no text of an article")
    score = _score(length, told, linked / length, signs)
    if score < _ARTICLE:
        sure = min(1.0, 0.5 + (_ARTICLE - score) / 4)
        return Verdict("list", sure, "it holds links and short texts rather than one text")
    return Verdict("article", min(1.0, 0.4 + score / 8), "")


def _score(length: float, told: float, density: float, signs: Signs) -> float:
    """How much speaks for an article. The weights are guesses that hold on the shared list pages and articles."""
    score = 2.0 * signs.described + signs.called_article + signs.dated + min(2.0, told / 400)
    score -= 8.0 * max(0.0, density - 0.25)
    score -= 1.5 * signs.listed + 3.0 * (_ROOT.match(signs.url) is not None)
    score -= 1.0 * (told < length * 0.4)
    # A flash: one or two sentences, and nothing to go to.
    return score + 0.7 * (density < 0.1 and told > 60)
