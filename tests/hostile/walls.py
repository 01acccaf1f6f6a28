# ruff: noqa: E501 - what strangers write stands as it is
"""Twenty pages that are no article, answered with status 200 in an article's place; and two hundred that are one.

The walls were written when the rules of doubt stood, to measure them: other words and other markup than those of
`wirecopy.demo.wrong`. The articles have around them what walls are made of: banners, boxes to sign in, appeals to pay.
"""

from __future__ import annotations

import html as escaping
import itertools


def _page(language: str, title: str, body: str, head: str = "") -> str:
    return f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>{body}</body></html>'


_MENU = "".join(f'<a href="/{each}">{each}</a> ' for each in ("World", "Business", "Culture", "Science", "Sport"))

# By name: the language, and what is sent.
WALLS: dict[str, tuple[str, str]] = {
    "a state's block page": ("ru", _page("ru", "Доступ ограничен", "<div class=c><h1>Доступ к запрашиваемому ресурсу ограничен</h1><p>Доступ к информационному ресурсу ограничен на основании Федерального закона от 27 июля 2006 г. № 149-ФЗ.</p><p>Проверить адрес можно в едином реестре.</p></div>")),
    "a provider's block page": ("tr", _page("tr", "Erişim Engeli", "<img src=/btk.png><h2>Bu internet sitesi hakkında erişim engelleme kararı uygulanmaktadır</h2><p>5651 sayılı Kanun uyarınca yapılan teknik inceleme ve hukuki değerlendirme sonucunda bu internet sitesine erişim engellenmiştir.</p>")),
    "a ministry's block page": ("ar", _page("ar", "الموقع محجوب", "<center><h1>عذراً، هذا الموقع محجوب</h1><p>تم حجب الوصول إلى هذا الموقع لمخالفته القوانين المعمول بها.</p><p>إذا كنت ترى أن هذا الموقع لا ينبغي حجبه فيرجى تعبئة النموذج.</p></center>")),
    "a school's filter": ("en", _page("en", "Web Page Blocked", "<table><tr><td><b>Web Page Blocked!</b></td></tr><tr><td>The page you have requested has been blocked because it belongs to a category that your organisation does not allow.</td></tr><tr><td>Category: News and Media</td></tr><tr><td>Please contact your administrator if you think this is an error.</td></tr></table>")),
    "a court's block page": ("it", _page("it", "Sito non disponibile", "<h1>Avviso</h1><p>L'accesso al presente sito è stato inibito in esecuzione di un provvedimento dell'Autorità Giudiziaria.</p><p>Polizia Postale e delle Comunicazioni</p>")),
    "a check for robots": ("en", _page("en", "Just a second…", "<div id=challenge><h1>Checking that your connection is secure</h1><p>This should take no more than a few seconds. You will be sent on when it is done.</p><noscript>Enable JavaScript and cookies to continue</noscript><p>Ray ID: 8f2c1d</p></div><script src=/cdn-cgi/challenge-platform/h/b/orchestrate></script>")),
    "a CAPTCHA": ("de", _page("de", "Sicherheitsabfrage", "<form method=post><h1>Bitte bestätigen Sie, dass Sie ein Mensch sind</h1><p>Von Ihrem Anschluss kommen ungewöhnlich viele Anfragen. Lösen Sie bitte die Aufgabe, um fortzufahren.</p><div class=g-recaptcha data-sitekey=x></div><button>Weiter</button></form>")),
    "a puzzle": ("zh", _page("zh", "安全验证", "<div class=verify><h2>请完成安全验证</h2><p>系统检测到您的访问行为异常，请拖动滑块完成拼图后继续访问。</p><div class=slider></div><p>如有疑问，请联系客服。</p></div>")),
    "a consent wall": ("de", _page("de", "Einwilligung", "<div class=cmp><h1>Weiterlesen mit Werbung</h1><p>Besuchen Sie uns wie gewohnt mit Werbung und Tracking. Wir und unsere 189 Partner verarbeiten personenbezogene Daten wie Ihre IP-Adresse und Cookies.</p><p>Ihre Einwilligung können Sie jederzeit widerrufen.</p><button>Alle akzeptieren</button><button>Einstellungen</button><h2>… oder PUR-Abo</h2><p>Lesen Sie ohne Werbung für 3,99 € im Monat.</p></div>")),
    "another consent wall": ("fr", _page("fr", "Vos choix", "<div role=dialog><h2>Nous respectons votre vie privée</h2><p>Avec votre accord, nos 742 partenaires et nous utilisons des cookies ou technologies similaires pour stocker et accéder à des informations personnelles comme votre visite sur ce site.</p><p>Vous pouvez retirer votre consentement à tout moment.</p><button>Accepter et fermer</button><button>Continuer sans accepter</button></div>")),
    "a third consent wall": ("es", _page("es", "Aviso de privacidad", "<div class=didomi-popup><p>Para continuar, elige una opción</p><p>Nosotros y nuestros socios almacenamos o accedemos a información en un dispositivo, tales como cookies, y procesamos datos personales para anuncios y contenido personalizados.</p><button>Aceptar y continuar</button><button>Rechazar y suscribirse</button></div>")),
    "a soft 404": ("en", _page("en", "The Herald", f"<nav>{_MENU}</nav><main><h1>We can't find that page</h1><p>The page you were looking for may have been moved, renamed or deleted.</p><p>Try the search, or go to the front page.</p></main>")),
    "a soft 404 among news": ("ja", _page("ja", "ページが見つかりません", "<main><h1>お探しのページは見つかりませんでした</h1><p>アクセスしようとしたページは削除されたか、URLが変更されている可能性があります。</p><h2>注目の記事</h2><ul><li><a href=/a/1>港の橋、二年ぶりに開通</a></li><li><a href=/a/2>市議会、路面電車を承認</a></li></ul></main>")),
    "a deleted article": ("zh", _page("zh", "提示信息", "<div class=err><p>抱歉，您访问的文章已被删除或不存在。</p><p>系统将在 5 秒后自动跳转到首页。</p><a href=/>返回首页</a></div>")),
    "a parking page": ("en", _page("en", "herald.example", "<h1>herald.example</h1><p>This domain is for sale!</p><p>The owner of this domain is offering it for an asking price of 2,499 USD.</p><h3>Related searches</h3><a href=/?q=1>News</a><a href=/?q=2>Newspaper subscriptions</a><a href=/?q=3>Breaking news</a>", "<script src=https://d.parking.example/px.js></script>")),
    "another parking page": ("de", _page("de", "Diese Domain steht zum Verkauf", "<div><h1>herald.example</h1><p>Die Domain herald.example steht zum Verkauf. Machen Sie ein Angebot!</p><p>Diese Seite wurde automatisch erstellt. Der Inhaber der Domain unterhält keine Beziehung zu den Werbetreibenden.</p></div>")),
    "a paywall": ("en", _page("en", "{title}", "<article><h1>{title}</h1><div class=gate><p>Subscribe to keep reading</p><p>You have reached your limit of free articles this month. Already a subscriber? Sign in.</p><button>Subscribe now</button></div></article>")),
    "a page to sign in": ("pt", _page("pt", "Entrar", "<form><h1>Faça login para continuar lendo</h1><p>Este conteúdo é exclusivo para assinantes.</p><input name=u><input type=password><button>Entrar</button><a href=/reset>Esqueci minha senha</a></form>")),
    "a network's login": ("en", _page("en", "Guest Wi-Fi", "<h1>Welcome to Harbour Hotel Wi-Fi</h1><p>Please accept the terms of use to connect to the internet.</p><form><input name=room placeholder='Room number'><button>Connect</button></form>")),
    "a server in trouble": ("ko", _page("ko", "서비스 점검 중", "<div><h1>서비스 점검 안내</h1><p>현재 시스템 점검 중입니다. 이용에 불편을 드려 죄송합니다.</p><p>잠시 후 다시 시도해 주세요.</p></div>")),
}  # fmt: skip


def _wall(language: str, title: str, body: str, head: str = "") -> tuple[str, str]:
    return language, _page(language, title, body, head)


# Fifty more, written after the twenty were measured: 44 of these were held at first, and what was missing was added.
MORE_WALLS: dict[str, tuple[str, str]] = {
    "fa block": _wall(
        "fa",
        "دسترسی",
        '<iframe src="http://10.10.34.34" width=100%></iframe><p>دسترسی به این تارنما امکان‌پذیر نیست</p><p>مشترک گرامی، دسترسی به این سایت امکان پذیر نمی باشد</p>',
    ),
    "zh block": _wall(
        "zh",
        "温馨提示",
        "<div><h2>您访问的网站已被阻断</h2><p>根据相关法律法规，您所访问的网站因涉嫌违法违规内容已被依法屏蔽。</p></div>",
    ),
    "zh icp": _wall(
        "zh",
        "网站暂时无法访问",
        "<h1>该网站暂时无法访问</h1><p>该网站未根据工信部相关法律规定进行备案。</p><p>如果您是网站管理员，请尽快完成备案。</p>",
    ),
    "vi block": _wall(
        "vi",
        "Thông báo",
        "<h1>Trang web này đã bị chặn</h1><p>Trang web bạn truy cập vi phạm quy định pháp luật Việt Nam và đã bị chặn theo yêu cầu của cơ quan chức năng.</p>",
    ),
    "id block": _wall(
        "id",
        "Internet Positif",
        "<h2>Situs yang Anda akses diblokir</h2><p>Situs ini terindikasi mengandung konten yang dilarang sesuai peraturan perundang-undangan.</p>",
    ),
    "es block": _wall(
        "es",
        "Aviso",
        "<h1>Contenido bloqueado</h1><p>El acceso a esta página ha sido bloqueado por requerimiento de la autoridad competente.</p>",
    ),
    "fr block": _wall(
        "fr",
        "Accès bloqué",
        "<p>Vous avez été redirigé vers ce site officiel car votre ordinateur allait se connecter à une page dont le contenu provoque à des actes de terrorisme ou fait publiquement l'apologie d'actes de terrorisme.</p>",
    ),
    "in block": _wall(
        "en",
        "Blocked",
        "<p>The website has been blocked as per order of Ministry of Electronics and Information Technology under IT Act, 2000.</p>",
    ),
    "uk isp": _wall(
        "en",
        "Access to this site has been blocked",
        "<h1>Sorry, the web page you have requested is not available through Our Broadband</h1><p>This site has been blocked following an order by the Court requiring us to prevent access.</p>",
    ),
    "by block": _wall(
        "ru",
        "Ограничение доступа",
        "<p>Доступ к данному интернет-ресурсу ограничен на основании решения Министерства информации Республики Беларусь.</p>",
    ),
    "kr block": _wall(
        "ko",
        "불법·유해 정보(사이트)에 대한 차단 안내",
        "<p>귀하가 접속하려고 하는 정보(사이트)에서 불법·유해 내용이 제공되고 있어 해당 정보(사이트)에 대한 접속이 차단되었음을 알려드립니다.</p>",
    ),
    "px": _wall(
        "en",
        "Access to this page has been denied",
        "<h1>Press &amp; Hold to confirm you are a human (and not a bot).</h1><p>Reference ID 1234</p>",
    ),
    "datadome": _wall(
        "en",
        "herald.example",
        '<p id=cmsg>Please enable JS and disable any ad blocker</p><script src="https://ct.captcha-delivery.com/c.js"></script>',
    ),
    "akamai": _wall(
        "en",
        "Access Denied",
        '<h1>Access Denied</h1>You don\'t have permission to access "http://herald.example/a" on this server.<p>Reference #18.2d3</p>',
    ),
    "yandex": _wall(
        "ru",
        "Вы не робот?",
        "<h1>Подтвердите, что запросы отправляли вы, а не робот</h1><p>Нам очень жаль, но запросы с вашего устройства похожи на автоматические.</p>",
    ),
    "google sorry": _wall(
        "en",
        "https://herald.example/",
        "<p>Our systems have detected unusual traffic from your computer network. Please try your request again later.</p>",
    ),
    "fr captcha": _wall(
        "fr",
        "Vérification",
        "<h1>Vérifions que vous n'êtes pas un robot</h1><p>Veuillez cocher la case pour accéder au site.</p><div class=h-captcha></div>",
    ),
    "ja captcha": _wall(
        "ja",
        "確認",
        "<h1>アクセスを確認しています</h1><p>お使いのブラウザから不審なアクセスが検出されました。画像に表示されている文字を入力してください。</p>",
    ),
    "anubis": _wall(
        "en",
        "Making sure",
        "<h1>Hold on a moment</h1><p>We are verifying that your browser is not a bot. This is done to protect the site from scrapers.</p>",
    ),
    "cf ukr": _wall(
        "en",
        "Attention",
        "<h1>Sorry, you have been blocked</h1><h2>You are unable to access herald.example</h2><p>Why have I been blocked? This website is using a security service to protect itself from online attacks.</p>",
    ),
    "consent nl": _wall(
        "nl",
        "Privacy",
        "<h1>Wij gebruiken cookies</h1><p>Wij en onze 152 partners slaan informatie op een apparaat op en openen deze. U kunt uw keuze op elk moment wijzigen.</p><button>Accepteren</button><button>Instellingen</button>",
    ),
    "consent pl": _wall(
        "pl",
        "Szanujemy Twoją prywatność",
        "<p>My i nasi partnerzy przechowujemy i uzyskujemy dostęp do informacji na urządzeniu, takich jak pliki cookie. Kliknij „Akceptuję”, aby przejść do serwisu.</p><button>Akceptuję</button>",
    ),
    "consent sv": _wall(
        "sv",
        "Vi värnar om din integritet",
        "<p>Vi och våra partner lagrar och får åtkomst till information på en enhet, till exempel cookies.</p><button>Godkänn alla</button>",
    ),
    "consent en2": _wall(
        "en",
        "{title}",
        "<div class=fc-consent-root><h1>herald.example asks for your consent to use your personal data to:</h1><ul><li>Personalised advertising and content, advertising and content measurement, audience research and services development</li><li>Store and/or access information on a device</li></ul><p>Your personal data will be processed and information from your device may be stored by, accessed by and shared with 142 TCF vendors.</p><button>Consent</button><button>Do not consent</button></div>",
    ),
    "consent pt": _wall(
        "pt",
        "Privacidade",
        "<h2>Valorizamos a sua privacidade</h2><p>Nós e os nossos parceiros armazenamos e acedemos a informações de dispositivos, tais como cookies.</p><button>Aceito</button>",
    ),
    "consent zh": _wall(
        "zh",
        "Cookie 同意",
        "<h2>我们重视您的隐私</h2><p>我们和我们的合作伙伴会在设备上存储和访问信息（例如 Cookie），并处理个人数据。</p><button>全部接受</button><button>管理选项</button>",
    ),
    "404 de": _wall(
        "de",
        "Herald",
        "<h1>Hoppla! Diese Seite gibt es nicht (mehr).</h1><p>Der Artikel wurde verschoben oder gelöscht. Zurück zur Startseite.</p>",
    ),
    "404 es": _wall(
        "es",
        "El Heraldo",
        "<h1>Vaya, no encontramos esa página</h1><p>La noticia que buscas ya no está disponible o ha cambiado de dirección.</p>",
    ),
    "404 ru": _wall(
        "ru",
        "Вестник",
        "<h1>404</h1><p>К сожалению, запрашиваемая вами страница не найдена. Возможно, она была удалена или перенесена.</p>",
    ),
    "404 ar": _wall(
        "ar", "صحيفة", "<h1>عفواً، الصفحة التي تبحث عنها غير موجودة</h1><p>ربما تم حذف الصفحة أو تغيير عنوانها.</p>"
    ),
    "404 fr": _wall(
        "fr",
        "Le Héraut",
        "<h1>Oups, cette page n'existe pas ou plus</h1><p>Le contenu que vous cherchez a été déplacé ou supprimé.</p>",
    ),
    "404 tr": _wall(
        "tr", "Gazete", "<h1>Aradığınız haber bulunamadı</h1><p>Haber yayından kaldırılmış veya taşınmış olabilir.</p>"
    ),
    "404 with list": _wall(
        "en",
        "Page unavailable",
        "<h1>Sorry, this story is no longer available</h1><p>It may have expired. Here is what others are reading:</p>"
        + "".join(
            f"<div><a href=/a/{i}><h3>Headline number {i} about the harbour and its ferry</h3></a><p>A short teaser of the story number {i} which says in a sentence what it is about, for readers.</p></div>"
            for i in range(12)
        ),
    ),
    "sedo": _wall(
        "en",
        "herald.example",
        "<div><h1>herald.example</h1><p>Buy this domain. The domain herald.example may be for sale by its owner! This webpage was generated by the domain owner using Sedo Domain Parking.</p></div>",
    ),
    "godaddy": _wall(
        "en", "herald.example", "<p>This domain is registered, but may still be available. Get this domain</p>"
    ),
    "expired": _wall(
        "en",
        "Domain expired",
        "<h1>This domain has expired</h1><p>If you are the owner of this domain, please log in to your account to renew it.</p>",
    ),
    "parking ads": _wall(
        "en",
        "herald.example",
        "<h2>Related Links</h2><ul><li><a href=/1>Online Newspaper</a><li><a href=/2>Local News</a><li><a href=/3>Car Insurance</a><li><a href=/4>Credit Cards</a><li><a href=/5>Cheap Flights</a></ul><p>2026 Copyright | All Rights Reserved. The Sponsored Listings displayed above are served automatically by a third party.</p>",
    ),
    "zh parking": _wall(
        "zh",
        "herald.example",
        "<h1>herald.example 该域名正在出售中</h1><p>您正在访问的域名可以转让！如果您对该域名感兴趣，请联系我们。</p>",
    ),
    "nginx": _wall(
        "en",
        "Welcome to nginx!",
        "<h1>Welcome to nginx!</h1><p>If you see this page, the nginx web server is successfully installed and working. Further configuration is required.</p>",
    ),
    "cpanel": _wall(
        "en",
        "Account Suspended",
        "<h1>This Account has been suspended.</h1><p>Contact your hosting provider for more information.</p>",
    ),
    "js shell": _wall(
        "en",
        "Herald",
        "<div id=root></div><noscript>You need to enable JavaScript to run this app.</noscript><script src=/m.js></script>",
    ),
    "paywall zh": _wall(
        "zh",
        "{title}",
        "<h1>{title}</h1><p>本文为付费内容，订阅后可阅读全文。</p><button>立即订阅</button><p>已是会员？请登录。</p>",
    ),
    "paywall de": _wall(
        "de",
        "{title}",
        "<h1>{title}</h1><p>Dieser Artikel ist nur für Abonnenten zugänglich. Jetzt 4 Wochen kostenlos testen.</p><p>Sie haben bereits ein Abo? Hier anmelden.</p>",
    ),
    "maintenance": _wall(
        "en",
        "Herald",
        "<h1>We'll be back soon</h1><p>Our site is currently undergoing scheduled maintenance. Thank you for your patience.</p>",
    ),
    "db error": _wall("en", "Database Error", "<p>Error establishing a database connection</p>"),
    "rate limit": _wall(
        "en",
        "Too Many Requests",
        "<h1>Slow down</h1><p>You have made too many requests in a short time. Try again in a few minutes.</p>",
    ),
    "region": _wall(
        "en",
        "Herald",
        "<h1>Not available in your region</h1><p>We are sorry, but our website is currently unavailable in most European countries due to data protection laws.</p>",
    ),
    "age gate": _wall(
        "en",
        "{title}",
        "<h2>Are you 18 or older?</h2><p>This content may be unsuitable for minors. Please confirm your age to continue.</p><button>Yes, I am 18 or older</button><button>No</button>",
    ),
    "adblock": _wall(
        "en",
        "{title}",
        "<h2>Ad blocker detected</h2><p>It looks like you are using an ad blocker. Please disable it or subscribe to continue reading.</p>",
    ),
    "newsletter gate": _wall(
        "en",
        "{title}",
        "<h1>{title}</h1><p>Enter your email address to continue reading this article for free.</p><input type=email><button>Continue</button>",
    ),
}

# By language: a title, and sentences that make texts of any length.
_TOLD: dict[str, tuple[str, tuple[str, ...]]] = {
    "en": ("Council {n} votes for the harbour bridge", (
        "The council of district {n} voted on Tuesday to rebuild the bridge over the harbour.", "Engineers had warned for years that its piers were no longer safe.",
        "“We are relieved,” said the mayor, who has asked for the money since {n} families signed a letter.", "Work begins in spring and is to take two years.",
        "Ships will pass on the northern side until then.", "The opposition called the price of {n} million too high.")),
    "de": ("Gemeinderat {n} stimmt für die Hafenbrücke", (
        "Der Gemeinderat des Bezirks {n} hat am Dienstag für den Neubau der Hafenbrücke gestimmt.", "Fachleute hatten seit Jahren gewarnt, dass die Pfeiler nicht mehr sicher seien.",
        "„Wir sind erleichtert“, sagte die Bürgermeisterin nach der Sitzung vor {n} Zuhörern.", "Die Arbeiten beginnen im Frühjahr und dauern zwei Jahre.",
        "Schiffe fahren bis dahin auf der Nordseite vorbei.", "Die Opposition nannte den Preis von {n} Millionen zu hoch.")),
    "zh": ("第{n}区议会表决通过重建港口大桥", (
        "第{n}区议会周二表决通过重建港口大桥的计划，反对票只有三张。", "工程师多年来一直警告说，桥墩已经不再安全，必须尽快更换。",
        "市长在会后表示，这一决定让附近的{n}户居民都松了一口气。", "工程将于明年春天开工，预计需要两年时间才能完成。",
        "在此期间，船只将从北侧航道绕行，渡轮照常运营。", "反对派则认为{n}百万的造价过高，要求公布详细的账目。")),
    "ru": ("Совет округа {n} проголосовал за новый мост", (
        "Совет округа {n} во вторник проголосовал за строительство нового моста через гавань.", "Инженеры много лет предупреждали, что опоры больше не безопасны.",
        "«Мы вздохнули с облегчением», — сказала глава города после встречи с {n} жителями.", "Работы начнутся весной и продлятся два года.",
        "До тех пор суда будут проходить с северной стороны.", "Оппозиция считает цену в {n} миллионов завышенной.")),
    "fr": ("Le conseil {n} vote la reconstruction du pont", (
        "Le conseil de l'arrondissement {n} a voté mardi la reconstruction du pont du port.", "Les ingénieurs avertissaient depuis des années que ses piles n'étaient plus sûres.",
        "« Nous sommes soulagés », a déclaré la maire devant {n} habitants.", "Les travaux commenceront au printemps et dureront deux ans.",
        "Les bateaux passeront par le nord d'ici là.", "L'opposition juge le prix de {n} millions trop élevé.")),
    "ar": ("مجلس الحي {n} يصوت لبناء جسر الميناء", (
        "صوت مجلس الحي {n} يوم الثلاثاء لصالح إعادة بناء جسر الميناء القديم.", "وكان المهندسون قد حذروا منذ سنوات من أن دعائمه لم تعد آمنة.",
        "وقالت رئيسة البلدية إن القرار يريح {n} عائلة تسكن قرب الجسر.", "وتبدأ الأعمال في الربيع وتستمر عامين كاملين.",
        "وستعبر السفن من الجانب الشمالي حتى ذلك الحين.", "ووصفت المعارضة التكلفة البالغة {n} مليون بأنها مرتفعة جدا.")),
    "ja": ("第{n}区議会、港の橋の再建を可決", (
        "第{n}区議会は火曜日、港にかかる橋を建て直す計画を賛成多数で可決した。", "技術者らは何年も前から、橋脚はもはや安全ではないと警告していた。",
        "市長は会議のあと、近くに住む{n}世帯の人々もほっとしているだろうと述べた。", "工事は来年の春に始まり、完成までに二年かかる見通しだ。",
        "その間、船は北側の水路を通ることになり、渡し船は通常どおり運航する。", "野党は{n}百万という費用は高すぎるとして、内訳の公表を求めている。")),
    "es": ("El concejo {n} vota por el puente del puerto", (
        "El concejo del distrito {n} votó el martes a favor de reconstruir el puente del puerto.", "Los ingenieros advertían desde hacía años de que sus pilares ya no eran seguros.",
        "«Estamos aliviados», dijo la alcaldesa ante {n} vecinos.", "Las obras empiezan en primavera y durarán dos años.",
        "Hasta entonces los barcos pasarán por el norte.", "La oposición considera excesivo el precio de {n} millones.")),
}  # fmt: skip
# What is written about walls is no wall.
_SUBJECTS = (
    ("en", "Why CAPTCHAs ask for traffic lights", "“Verify you are human”: the sentence greets millions every day. Researchers at {n} universities have now measured what it costs. Solving the puzzles takes the world 500 years a day, they write in their study. Robots meanwhile solve them faster than people do. Sites keep them because nothing better is at hand, said one of the authors."),
    ("en", "Page not found: a history of the 404", "The page you are looking for does not exist: hardly any sentence was read by so many. The number {n} is not its first. The error was named in 1992, when the first servers of the web were built in Geneva. Museums collect the funniest of them now. A curator says that broken links tell more of an age than those that hold."),
    ("en", "Court blocks law on age checks", "A federal court has blocked a law that would have made sites verify the age of visitors. Access to this content would have been restricted for {n} million people, the judges wrote. The state is to appeal. Publishers welcomed the ruling, and so did librarians, who had been plaintiffs in the case since January."),
    ("de", "Streit um Cookie-Banner: Was das Gericht entschied", "„Wir und unsere Partner verarbeiten Ihre Daten“: So beginnt, was kaum jemand liest. Ein Gericht hat nun {n} Bannern verboten, den Knopf zum Ablehnen zu verstecken. Geklagt hatten Verbraucherschützer. Die Verlage müssen nachbessern, sonst drohen Bußgelder. Die Entscheidung ist noch nicht rechtskräftig, wie ein Sprecher am Montag sagte."),
    ("zh", "网站被封锁之后：读者如何寻找新闻", "“该网页无法访问”，第{n}次看到这行字时，林女士决定另想办法。她所在的城市，越来越多的新闻网站被封锁。研究者说，封锁并没有让人们停止阅读，只是让阅读变得更加困难。图书馆员、志愿者和记者正在建立镜像站点。他们说，重要的是让普通人也能读到完整的报道，并且能够核对来源。"),
)  # fmt: skip
_AROUND = (
    ("", ""),
    ('<div class="cookie-banner" role="dialog"><p>We use cookies. Read more in our privacy policy.</p><button>Accept all</button><button>Reject</button></div>', ""),
    (f"<header><nav>{_MENU}</nav><a href=/login>Sign in</a> <a href=/subscribe>Subscribe</a></header>", '<aside class="newsletter"><h3>Our newsletter</h3><form><input type=email><button>Subscribe</button></form></aside>'),
    ("", '<footer><p>© The Herald. All rights reserved.</p><a href=/privacy>Privacy</a> <a href=/cookies>Cookie settings</a></footer><noscript>Please enable JavaScript to see comments.</noscript>'),
    ('<div class="paywall-hint"><p>Support independent journalism: subscribe from 1 € a week.</p></div>', '<section class="comments"><h3>Comments</h3><p>Sign in to comment.</p></section>'),
)  # fmt: skip


def articles() -> list[tuple[str, str, str]]:
    """Two hundred articles: their language, title and page. From a flash of two sentences to a page of forty."""
    made = []
    for number in range(200):
        before, after = _AROUND[number % len(_AROUND)]
        if number % 10 == 7:
            language, title, text = _SUBJECTS[number // 10 % len(_SUBJECTS)]
            told = [text.format(n=number)]
            title = f"{title} ({number})"
        else:
            language = sorted(_TOLD)[number % len(_TOLD)]
            name, sentences = _TOLD[language]
            title = name.format(n=number)
            length = (3, 5, 8, 14, 40)[number // 8 % 5]
            many = itertools.islice(itertools.cycle(sentences), length)
            told = [each.format(n=number + at) for at, each in enumerate(many)]
        body = "".join(f"<p>{escaping.escape(each)}</p>" for each in told)
        made.append(
            (
                language,
                title,
                _page(
                    language,
                    f"{title} - The Herald",
                    f"{before}<main><article><h1>{title}</h1><time datetime=2026-11-22T10:00:00Z>22.11.2026</time>{body}</article></main>{after}",
                ),
            )
        )
    return made
