"""Lines around an article that are not its text, in the languages of the news: dates, credits, pointers to more."""

from __future__ import annotations

import re


class _Caseless:
    """An expression in small letters that knows no case: ASCII is put into them first, which halves the time."""

    def __init__(self, spelt: str) -> None:
        self._any = re.compile(spelt, re.IGNORECASE | re.VERBOSE)
        self._small = re.compile(spelt.replace("ı", "[ıi]"), re.VERBOSE)  # as knowing no case takes these for one

    def match(self, words: str) -> re.Match[str] | None:
        return self._small.match(words.lower()) if words.isascii() else self._any.match(words)


_MORE = _Caseless(
    r"""^\W*(?:
    (?:more\s*:$|(?:learn\s+)?more\s+(?:on|from|about|stories|news|in)\b|read\s+(?:more|also|next)|related\b|recommended|see\s+also
      |also\s+read|you\s+may\s+(?:also\s+)?like
      |(?:if\s.{0,30})?you\s+might\s+(?:also\s+)?(?:like|enjoy)|most\s+(?:read|popular)|trending|latest\s+(?:news|stories|from)
        |popular\s+(?:stories|now)|top\s+stories
      |editor['’]s\s+picks?|don['’]t\s+miss|sponsored|comments?\b|leave\s+a\s+(?:comment|reply)|share\s+this
        |tags?\s*:|topics?\s*:|filed\s+under
      |about\s+the\s+author|sign\s+up|subscribe|follow\s+us|join\s+the\s+conversation|advertisement
        |related\s+(?:articles|stories|posts|topics|links))
    |(?:mehr\s+(?:zum\s+thema|aus|von|zu)|(?:lesen\s+sie|lies)\s+(?:auch|mehr|hier|weiter)|(?:schon\s+gelesen|lust\s+auf\s+mehr)\s*\?
      |auch\s+lesen\s*:|weitere\s+(?:aktuelle\s+)?(?:artikel|meldungen|themen
      |infos)|das\s+(?:thema\s+)?könnte\s+(?:sie|dich|ihnen|euch|dir)|auch\s+auf\s+\S+$|mehr\s+dazu|weiterführende\s+(?:links|informationen|artikel|inhalte)
      |zusatzinformationen|links\s+zum\s+(?:thema|artikel)|auch\s+interessant
      |zum\s+thema|passend\s+dazu|meistgelesen|kommentare?\b|schlagw|themen\s*:|newsletter|empfehlungen)
    |(?:(?:à\s+)?lire\s+(?:aussi|également)|voir\s+aussi|(?:.{0,20}\s)?sur\s+le\s+sujet|sur\s+le\s+même\s+(?:sujet|thème)|articles\s+(?:liés
      |similaires)|commentaires|à\s+découvrir|les\s+plus\s+lus|newsletter)
    |(?:lea?\s+(?:también|más|además)|puedes?\s+ver\s*:|te\s+recomendamos|(?:también\s+)?[tl]es?\s+puede\s+interesar|(?:noticias|notas|temas|contenidos?)\s+relacionad[ao]s?|más\s+(?:sobre|noticias
      |información|leídas?)|artículos\s+relacionados|comentarios|relacionad[oa]s|archivado\s+en)
    |(?:leia\s+(?:também|mais)|(?:veja|confira)\s+também|saiba\s+mais|notícias\s+relacionadas|mais\s+lidas)
    |(?:leggi\s+anche|potrebbe\s+interessarti|articoli\s+correlati)
    |(?:lees\s+ook|meer\s+over|les\s+(?:også|mer)|läs\s+(?:också|mer|även)|læs\s+også|lue\s+myös)
    |(?:czytaj\s+(?:też|także|również|więcej)|zobacz\s+(?:też|także|również)|powiązane|polecamy|komentarze)
    |(?:читайте\s+(?:также|ещ[её])|читать\s+(?:также|далее)|по\s+теме|материалы\s+по\s+теме|ещ[её]\s+по\s+теме
      |другие\s+(?:новости|материалы)|похожие|комментари|смотрите\s+также|новости\s+по\s+теме|связанные)
    |(?:διαβάστε\s+(?:επίσης|ακόμα)|σχετικ[άέ]|σχόλια)
    |(?:اقرأ\s+(?:أيضا|ايضا|أيضاً|المزيد)|مواضيع\s+(?:ذات|متعلقة)|المزيد\s+من|تعليقات)
    |(?:相关(?:新闻|报道|文章|阅读|链接|专题|内容|推荐|资讯|主题)|相關(?:新聞|報導|報道|文章|閱讀|連結|專題|主題)|延伸阅读|延伸閱讀|推荐阅读|推薦閱讀|猜你喜欢|热门(?:文章|推荐
      |新闻)|熱門(?:文章|推薦|新聞)|更多(?:新闻|精彩|报道|文章|阅读|相关)
      |更多(?:新聞|報導|相關)|网友评论|我来说两句|我要评论|发表评论|最新评论|留言|精彩推荐|今日热点|图片新闻|分享到|分享至|上一篇|下一篇|往期|看了本文|新闻排行|论坛热帖|热点(?:新闻|推荐))
    |(?:você\s+(?:também\s+)?pode\s+gostar|ti\s+potrebbe|ook\s+interessant|gerelateerd|może\s+cię|sprawdź\s+(?:też|także|również)|przeczytaj\s+(?:też|także|również)
      |вам\s+(?:также\s+)?может|читайте\s+також|також\s+за\s+темою|прочетете\s+още|вижте\s+още|още\s+по\s+темата
      |ilgili\s+haber|bunlar\s+da|baca\s+juga|(?:artikel|berita)\s+terkait|tin\s+liên\s+quan|xem\s+thêm|đọc\s+thêm
      |(?:ये|यह)\s+भी\s+पढ़ें|قد\s+يعجبك|بیشتر\s+بخوانید|(?:مطالب|اخبار)\s+مرتبط|čtěte\s+také|mohlo\s+by\s+vás|související
      |kapcsolódó|olvasta\s+már|cite[sș]te\s+[sș]i|vezi\s+[sș]i|pročitajte\s+(?:još|i)|povezane\s+vesti|δείτε\s+επίσης
      |relaterede|relaterat|aiheesta\s+lisää|อ่านเพิ่มเติม|ข่าวที่เกี่ยวข้อง)
    |(?:関連(?:記事|ニュース|リンク|キーワード|トピック)|あわせて読み|おすすめ(?:記事)?|こちらも|人気(?:記事|ランキング)|アクセスランキング|コメント)
    |(?:관련\s*(?:기사|뉴스)|추천\s*기사|많이\s*본)
    )""",
)
_MORE_LINE = 60  # characters of a line that may be a heading for more

_CREDIT = re.compile(
    r"""^\W*(?:
    (?:责任编辑|責任編輯|责编|責編|编辑|編輯|原标题|原標題|来源|來源|稿源|文章来源|作者|本文来源|网络编辑|值班编辑|执行编辑|实习编辑|审核|校对|编审|监制|主编|初审|复审|终审|本文|关键词
      |关键字|标签|更多精彩)\s*[:：].{0,80}$
    |[（(【\[]?\s*(?:责任编辑|責任編輯|责编|編輯|编辑|实习编辑|来源|原标题|本文来源|记者|摘自)\s*[:：].{0,60}[)）】\]]?$
    |(?:版权声明|版權聲明|免责声明|免責聲明|特别声明|声明|郑重声明)\s*[:：].*
    |.{0,30}(?:未经(?:授权|许可|书面)|不得转载|转载请注明|版权所有|版權所有|請勿轉載|请勿转载|禁止转载).{0,80}$
    |(?:扫一扫|扫码|微信扫|长按|点击(?:查看|进入|下载|关注)|关注(?:我们|微信|官方)|下载.{0,12}(?:客户端|APP)|打开.{0,8}(?:APP|微信)|分享到|【?打印|【?关闭|返回
      |我要纠错|举报).{0,60}$
    |.{0,200}(?:不代表本[网站报]|不代表.{2,12}(?:立场|立場|观点|觀點)|仅代表作者(?:本人|个人)|并不代表|风险自(?:担|负)|投资有风险|仅供(?:参考|投资者参考)|请自行核实).*
    |.{0,40}(?:许可证|經營許可|备案号|ICP备|公网安备|举报电话|新闻热线|爆料|客户端第一时间|开设facebook|專頁|粉絲團|一经采用).*
    |(?:电话|電話|传真|邮箱|邮编|地址|邮件|投稿|热线|QQ群?)\s*[:：].*
    |[（(【\[]\s*(?:[\u4e00-\u9fff]{2,4}\s?(?:编辑|編輯|责编|摄影|编译|整理)|(?:稿源|作者|编辑|編輯|图片来源|摄影|攝影|即時新聞|完|转载|编译
      |责编)[^）)】\]]{0,30})\s*[）)】\]]$
    |(?:關鍵字|關鍵詞|标签|標籤|tag|相关标签|本文栏目|栏目)\s*[:：].{0,80}$|-{6,}.*|={6,}.*|\*{6,}.*
    |(?:facebook|twitter|google\+?|plurk|line|weibo|微博|微信|email|whatsapp|rss|digg|delicious|vk|twitter\s*\|.*)$
    |\S+@\S+\.\w+$|(?:email|contact|write\s+to|reach|e-mail)\b.{0,60}@.{0,80}$|follow\b.{0,60}(?:twitter
      |facebook|instagram|google\s+news|@\w+).*
    |(?:this\s+entry\s+was\s+posted|this\s+(?:article|story|post|piece)\s+(?:(?:first|originally)\s+)?(?:appeared|was\s+(?:first|originally))
      |first\s+(?:published|appeared)\s+(?:in|on|at|by)
      |originally\s+published|apa\s+reference|stay\s+(?:informed|up\s+to\s+date)\b|support\s+(?:us|our)\b
      |for\s+more\s+(?:information|news|stories)|read\s+(?:the\s+)?(?:full|original)|click\s+here
      |get\s+(?:the\s+latest|real-time|our|more)|download\s+(?:the|our)|become\s+a\b|donate\b|join\s+(?:our
      |us)\b|visit\s+our\b|check\s+out\s+our\b|thanks\s+for\s+(?:reading|visiting)).{0,200}$
    |(?:we\s+want\s+to\s+hear|(?:do\s+)?you\s+want\s+to\s+be\s+informed|submit\s+(?:a|your)\s+letter|never\s+miss\b
      |if\s+you['’]re\s+(?:seeing\s+this|already\s+a\s+(?:subscriber|member))|advertise\s+with\b|suggested\s+citation\b
      |cite\s+this\b|the\s+(?:views|opinions)\s+expressed\b).*
    |.{0,60}\b(?:is|are)\s+not\s+responsible\s+for\s+the\s+(?:opinions|views|content).*
    |this\s+(?:post|article|story|page)\s+(?:may\s+)?contains?\s+(?:references|affiliate|advertis|links).*
    |(?:dieser|der|ein)\s+(?:beitrag|artikel|text|kommentar)\s+(?:gibt|spiegelt|kann\s+links).*|sofern\s+nicht\s+anders\b.*
    |gefällt\s+(?:dir|ihnen|euch)\b.*|unterstützen?\b.{0,60}\b(?:uns|mit)\b.*|hier\s+geht(?:\s+es|['’]?s)\s+(?:zur?m?|weiter)\b.*
    |erstellt\s+am\b.*|(?:news\s+date|category|kategorie|rubrik)\s*:.*|materiał\s+chroniony\b.*|wesprzyj\b.*
    |(?:ya\s+sabías|mira\s+lo\s+que|únete|síguenos|suscrí?b[ea]te|suscríbase|puedes?\s+escribir(?:nos|me)|hágase\s+(?:miembro|socio)
      |hacemos\s+periodismo|apóyanos)\b.*
    |(?=.*\b(?:newsletter|rundbrief|bolet[ií]n|рассылк))(?=.*\b(?:sign|subscrib|abonn|anmeld|meld|posteingang|inbox|suscr|inscri|iscri|assin|zapisz|подпи)).*
    |copyright\b.*|©.*|all\s+rights\s+reserved.*|(?:follow|like)\s+us\s+on\b.*|(?:click|tap)\s+here\s+(?:to
      |for)\b.*
    |(?:sign|signing)\s+up\s+(?:for|to)\b.*|subscribe\s+to\b.*|share\s+(?:this|on|via)\b.*|(?:tags?|topics?
      |filed\s+under|categories|posted\s+in|labels|keywords|schlagw[oö]rte?r?|tagi|теги|метки|etiquetas
      |mots-cl[ée]s)\s*:.*
    |(?:источник|автор|фото|редактор|источники)\s*:.{0,80}$
    |(?:quelle|redaktion|teilen|drucken)\s*:?.{0,40}$
    |(?:have\s+a\s+(?:tip|story)|got\s+a\s+(?:tip|story)|contact\s+(?:the\s+author|us)
      |do\s+you\s+have\s+a\s+story).*
    |(?:print|e-?mail|share|tweet|facebook|twitter|whatsapp|telegram|pinterest|linkedin|copy\s+link|save|drucken
      |teilen|imprimer|partager|compartir|imprimir|печать|поделиться)(?:\W+(?:print|e-?mail|share|tweet|facebook
      |twitter|whatsapp|telegram|pinterest|linkedin|copy\s+link|save|drucken|teilen))*\W*$
    )""",
    re.IGNORECASE | re.VERBOSE,
)


_OPENING = re.compile(
    r"""^\W*(?:
    (?:by|von|par|por|di|door|av|af|от)\s+[^\W\d_][^.!?]{2,60}$
    |(?:published|posted|updated|last\s+updated|last\s+modified|created|publi[ée]|mis\s+à\s+jour|aktualisiert
      |veröffentlicht|publiziert|stand|erstellt|publicado|actualizado|pubblicato|aggiornato|опубликовано|обновлено|дата
      |data\s+publikacji|publikacja|opublikowano|aktualizacja|dodano|diterbitkan|diperbarui)\b.{0,80}$
    |(?:来源|來源|作者|记者|記者|编辑|編輯|责任编辑|发布时间|發布時間|发表于|時間|时间|日期|发稿时间|更新时间|更新時間|字号|字號|字体|我要评论|评论|评论数|点击|浏览|阅读|原标题|分享到|打印
      |收藏|文章来源|稿源|责编|撰文|文|摄影|更新|公開|配信)\s*[:：/／].{0,100}$
    |.{0,20}(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}(?:\s?日)?.{0,60}$
    |.{0,30}\b\d{1,2}(?:st|nd|rd|th|\.)?\s+[^\W\d_]{3,10}\.?,?\s+(?:19|20)\d\d\b.{0,40}$
    |.{0,20}\b[^\W\d_]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d\b.{0,40}$
    |.{0,20}\d{1,2}[./]\d{1,2}[./](?:19|20)\d\d.{0,40}$
    |\d{1,3}\s*(?:min(?:ute)?s?\.?|minuten|минут)\s*(?:read|lesezeit|de\s+lecture|чтения)?$|lesezeit.{0,20}$
      |reading\s+time.{0,20}$
    |(?:category|categor[ií]a|kategorien?|rubrik|rubrique)\s*:.{0,60}$
    |字号.{0,20}$|(?:大\W*中\W*小|T\W*T)$|[\d,.]+\s*(?:comments?|shares?|views?|kommentare?|评论|条评论|人参与).{0,10}$
      |.{0,20}人参与.{0,20}$
    |(?:advertisement|anzeige|werbung|publicidad|publicité|реклама|广告|廣告|share|print|email|teilen|exclusive)$
    |[本编].{0,4}(?:报|刊|网)(?:讯|记者)\s*[\u4e00-\u9fff]{2,4}$|(?:记者|記者)\s?[\u4e00-\u9fff]{2,4}[/／].{2,12}$
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def is_opening(words: str) -> bool:
    """Is this a line of facts that stands under a title: a date, a byline, a source?"""
    return len(words) <= 130 and _OPENING.match(words) is not None


_STAMP = re.compile(
    r"^\W*(?:published|posted|updated|last\s+updated|last\s+modified|publi[ée]|mis\s+à\s+jour|(?:zuletzt\s+)?aktualisiert|veröffentlicht|publiziert"
    r"|publicado|actualizado|pubblicato|aggiornato|опубликовано|обновлено|data\s+publikacji|publikacja|aktualizacja)\b.{0,60}$",
    re.IGNORECASE,
)


def is_stamp(words: str) -> bool:
    """Does this line say when the article was published or changed?"""
    return len(words) <= 80 and _STAMP.match(words) is not None


_NOTICE = _Caseless(
    r"""\W{0,3}(?:(?:please\s+)?(?:enable|activate|turn\s+on)\s+javascript|javascript\s+(?:is|must|needs)
      |aktivieren\s+sie\s+(?:bitte\s+)?javascript|activer\s+javascript
    |your\s+browser\s+(?:does\s+not|doesn['’]t)\s+support|浏览器不支持|请(?:开启|启用).{0,4}javascript
    |empfohlener\s+(?:redaktioneller|externer)\s+inhalt|an\s+dieser\s+stelle\s+(?:findest|finden|befindet)
      |externen?\s+inhalten?\s+(?:von|anzeigen|angezeigt)|personenbezogene\s+daten\s+(?:können\s+)?(?:an
      |zu)\s+dritt
    |inhalte?\s+(?:erlauben|anzeigen|aktivieren)$|mit\s+einem\s+klick\s+anzeigen\s+lassen
      |damit\s+einverstanden,\s+dass\s+mir
    |(?:article|story)\s+continues\s+(?:below|after)|advertisement(?:\s*[-–—]\s*(?:scroll|continue).*)?$
      |story\s+continues|scroll\s+to\s+continue|continue\s+reading\b|(?:anzeige|werbung|publicité|publicidad
      |реклама|advert|ad|広告|广告|廣告|광고)$
    |(?:read\s+(?:more|also|next)|also\s+read|see\s+also|related(?:\s+(?:story|article|stories|articles))?|must\s+read|don['’]t\s+miss
      |lesen\s+sie\s+(?:auch|mehr|hier)|lies\s+auch|mehr\s+zum\s+thema|auch\s+interessant|passend\s+dazu|lire\s+aussi|à\s+lire\s+aussi|voir\s+aussi
      |lea?\s+(?:también|además|más)|vea\s+(?:también|además)|mir[ae]|te\s+puede\s+interesar|le\s+puede\s+interesar
      |leia\s+(?:também|mais)|veja\s+também|leggi\s+anche|lees\s+ook|les\s+også|läs\s+(?:också|mer|även)
      |czytaj\s+(?:też|także|również|więcej)|zobacz\s+(?:też|także|również)|dowiedz\s+się\s+więcej|читайте\s+(?:также|ещ[её])|смотрите\s+также
      |διαβάστε\s+(?:επίσης|ακόμα)|baca\s+juga|ayrıca\s+oku(?:yun)?|اقرأ\s+(?:أيضا|ايضا|أيضاً)
      |você\s+também\s+pode\s+gostar|przeczytaj\s+(?:też|także|również)|читайте\s+також|прочетете\s+още|ilgili\s+haber(?:ler)?|xem\s+thêm|đọc\s+thêm
      |(?:ये|यह)\s+भी\s+पढ़ें|بیشتر\s+بخوانید|čtěte\s+také|cite[sș]te\s+[sș]i|vezi\s+[sș]i|pročitajte\s+(?:još|i)|olvasta\s+már|læs\s+også|lue\s+myös
      |相关阅读|相關閱讀|延伸阅读|延伸閱讀|推荐阅读|推薦閱讀|あわせて読みたい|関連記事)\s*(?::|：|»|>|\||$)
    |(?:(?:sign\s+up|register|subscribe)\s+(?:for|to)|join|follow|get|receive|don['’]t\s+miss|read)\b[^.!?]{0,60}\bour\b[^.!?]{0,30}\b(?:newsletters?|channel|app|podcast
        |daily\s+briefing|e-?mails?|inbox|facebook|instagram|telegram|whatsapp|twitter)\b
    |(?:to\s+(?:view|read|continue)\b.{0,40}\bplease\s+(?:subscribe|log|sign)|already\s+a\s+(?:subscriber|member)|if\s+you\s+enjoyed\s+(?:reading\s+)?this)
    |(?:this\s+(?:post|article|story|page)|some\s+links?)\b.{0,40}\b(?:affiliate\s+links?|sponsored)|\*?(?:werbung|anzeige)\s*[.,|:*]
      |(?:dieser|der)\s+(?:beitrag|artikel|text)\s+enthält\s+(?:unbezahlte\s+)?(?:werbung|affiliate|anzeigen)
    |(?:abonnieren\s+sie|abonniere|folgen?\s+(?:sie|du|uns)|folge|melden\s+sie\s+sich|jetzt)\b.{0,60}\b(?:newsletter|whatsapp|telegram|facebook|instagram|youtube|kanal)
    |(?:s[ií]gue(?:nos|me)|[úu]nete|suscr[íi]b(?:ete|ase)|h[áa]zte\s+(?:miembro|socio)|hazte\s+premium)\b
    |(?:abonnez-vous|rejoignez|suivez)[\s-](?:nous|.{0,40}\b(?:newsletter|whatsapp|chaîne|facebook))
    |(?:siga|segui|inscreva-se|iscriviti|seguici|assine)\b.{0,60}\b(?:newsletter|whatsapp|telegram|facebook|instagram|canal|google)
    |(?:подпис(?:ывайтесь|ывайся|аться)|присоединяйтесь|следите)\b.{0,60}(?:канал|телеграм|telegram|вконтакте|новост|дзен|viber|рассылк)
    |(?:estamos|já\s+estamos)\s+(?:en|no)\s+(?:whatsapp|telegram)
    |this\s+(?:site|website)\s+uses\s+cookies|we\s+use\s+cookies|(?:loading|laden|chargement)\s*\.{3}$
      |click\s+here\s+to\s+(?:subscribe|sign|get|read|view)|image\s+\d+\s+of\s+\d+$|安装.{0,10}客户端)""",
)


def is_notice(words: str) -> bool:
    """Is this a line of the page to its visitor: turn on scripts, allow what is embedded, the advert here?"""
    return len(words) <= 300 and _NOTICE.match(words) is not None


_PICTURE_CREDIT = re.compile(
    r"""^\W*(?:
    (?:photo|foto|fotos|photos|image|picture|bild|bilder|fot\.|фото|imagen|imagem|crédits?\s+photos?|bildquelle|copyright
      |(?:photo|image|picture|photograph)s?\s+(?:credits?|source|courtesy(?:\s+of)?|by)|credits?|fotograf|zdroj\s+foto
      |图片来源|圖片來源|图源|圖源|图片|圖片|写真|사진)\s?[:：]\s?.{2,80}
    )$""",
    re.IGNORECASE | re.VERBOSE,
)


def is_picture_credit(words: str) -> bool:
    """Is this line the credit of a picture?"""
    return len(words) <= 100 and _PICTURE_CREDIT.match(words) is not None


def is_heading_for_more(words: str) -> bool:
    """Does this line open what follows an article: related stories, comments, a newsletter?"""
    return len(words) <= _MORE_LINE and _MORE.match(words) is not None


def is_pointer(words: str) -> bool:
    """Does this line point to another article?"""
    return len(words) <= 200 and _MORE.match(words) is not None


_END = re.compile(
    r"^\W*(?:责任编辑|責任編輯|责编|責編|值班编辑|网络编辑|实习编辑|编辑|編輯|\(?完\)?|本文来源|編集)\s*[:：].{0,40}$|^[（(]\s*(?:完|全文完)\s*[）)]$"
)


def is_end(words: str) -> bool:
    """Is this the line that closes an article in its language's custom, whatever follows?"""
    return len(words) <= 60 and _END.match(words) is not None


def is_credit(words: str) -> bool:
    """Is this a line about the article's making, rights or use?"""
    return len(words) <= 300 and (
        _CREDIT.match(words) is not None or (len(words) <= 60 and _MORE.match(words) is not None)
    )
