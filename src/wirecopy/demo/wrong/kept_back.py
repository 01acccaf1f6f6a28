# ruff: noqa: E501 - what strangers write stands as it is, one call a page
"""Wrong pages that were written when the rules of doubt stood, to measure them: other words, other DOM."""

from __future__ import annotations

from wirecopy.demo.wrong.shapes import Wrong, bare, boxed, dialog, form, page, shell, site, table

_RUBRIKEN = ("Politik", "Wirtschaft", "Kultur", "Wissen", "Sport")
_MELDUNGEN = (
    "Brücke am Hafen nach zwei Jahren wieder frei",
    "Stadtrat entscheidet über neue Straßenbahn",
    "Was die Dürre für die Apfelernte bedeutet",
    "Ruderer holen Silber im Leichtgewicht",
)
_LONG_TERMS = (
    "Some of the data collected by this provider is for the purposes of personalisation and measuring advertising "
    "effectiveness. ",
    "Vendors can use your existing profile based on websites or apps you have used over time to personalise content. ",
    "Your precise location and features of your device can be scanned to identify it, with your acceptance. ",
    "Reports can be generated from combined data sets regarding your interactions and those of other users. ",
    "You can change your mind at any time by visiting the preference centre at the foot of every page. ",
    "The choices that you make here apply to this site only and are kept for thirteen months on the device you use. ",
)

PAGES = (
    Wrong("consent-long", "consent", "en", page(
        "{title}",
        '<div class="tcf"><h2>Asking for your choices</h2><p>The Herald and its suppliers ask you to agree to the use of '
        "cookies, so that our journalism can be paid for by advertising.</p>"
        + "".join(f"<p>{each * 2}</p>" for each in _LONG_TERMS)
        + "<p>See the list of partners, or withdraw your consent.</p><a>Agree</a> <a>More choices</a></div>", lang="en")),
    Wrong("consent-part-of-family", "consent", "en", page(
        "Yahaa is part of the Yahaa family of brands",
        '<div class="con-wizard"><form action="/v2/collectConsent"><p>When you use our sites and apps, we use cookies to '
        "provide our sites and apps to you, authenticate users, apply security measures and prevent spam.</p><p>If you "
        "click 'Accept all', we and our partners, including 236 who are part of a framework, will also store and access "
        'information on a device.</p><button name="agree" value="agree">Accept all</button><button>Reject all</button>'
        "</form></div>", lang="en"), at="/v2/collectConsent?sessionId=3"),
    Wrong("consent-nl-style", "consent", "de", dialog(
        "Privatsphäre", "Ihre Privatsphäre ist uns wichtig",
        "Diese Website verwendet Cookies, um Zugriffe zu analysieren und Anzeigen auszuspielen.",
        "Mit einem Klick auf „Alle akzeptieren“ willigen Sie ein.", buttons=("Alle akzeptieren", "Ablehnen"), lang="de")),
    Wrong("consent-it", "consent", "it", dialog(
        "{title} - Il Foglio del mattino", "Scegli come leggere",
        "Noi e i nostri 611 partner archiviamo e accediamo a informazioni su un dispositivo, come i cookie.",
        "Se preferisci non dare il tuo consenso puoi abbonarti.", buttons=("Accetta e continua", "Abbonati"), lang="it")),
    Wrong("consent-ja", "consent", "ja", boxed(
        "プライバシー設定", "Cookie の使用について", "当社とパートナーは、Cookie を使用して広告の表示と分析を行います。",
        "「すべて同意」を押すと、これに同意したことになります。", lang="ja", links=("すべて同意", "設定"))),
    Wrong("consent-ru", "consent", "ru", dialog(
        "Вестник", "Мы используем файлы cookie", "Продолжая пользоваться нашим сайтом, вы соглашаетесь на обработку "
        "файлов cookie и пользовательских данных.", buttons=("Принять все", "Настроить"), lang="ru")),
    Wrong("challenge-not-a-bot", "challenge", "en", page(
        "Making sure you're not a bot!",
        '<script id="anubis_challenge" type="application/json">{{"rules":1}}</script><h1>Making sure you\'re not a bot!</h1>'
        "<p>Loading...</p><details><summary>Why am I seeing this?</summary><p>The administrator of this website has set "
        "up a tool to protect the server against the scourge of AI companies aggressively scraping websites.</p></details>",
        lang="en")),
    Wrong("challenge-incident", "challenge", "en", page(
        "", '<iframe id="main-iframe" src="/_Incapsula_Resource?CWUDNSAI=23&incident_id=1-2" frameborder=0>Request '
        "unsuccessful. Incapsula incident ID: 1-2</iframe>", head='<META NAME="robots" CONTENT="noindex,nofollow">')),
    Wrong("challenge-one-step", "challenge", "en", page(
        "One more step", '<div><h1>One more step</h1><p>Please complete the security check to access herald.example</p>'
        '<form><div class="h-captcha" data-sitekey="x"></div></form><h3>Why do I have to complete a CAPTCHA?</h3><p>'
        "Completing the CAPTCHA proves you are a human and gives you temporary access to the web property.</p></div>")),
    Wrong("challenge-waf", "challenge", "en", page(
        "", '<script>window.awsWafCookieDomainList=[];</script><script src="https://x.token.awswaf.com/x/challenge.js">'
        '</script><div id="challenge-container"></div><noscript><h1>JavaScript is disabled</h1>In order to continue, we '
        "need to verify that you're not a robot. This requires JavaScript.</noscript>")),
    Wrong("challenge-fr", "challenge", "fr", boxed(
        "Vérification de sécurité", "Vérification en cours",
        "Veuillez patienter pendant que nous vérifions que vous n'êtes pas un robot.", lang="fr")),
    Wrong("challenge-ja", "challenge", "ja", boxed(
        "確認", "アクセスの確認", "通常と異なるトラフィックが検出されました。画像に表示されている文字を入力してください。",
        lang="ja")),
    Wrong("challenge-ar", "challenge", "ar", boxed(
        "لحظة من فضلك", "التحقق من أنك إنسان", "قد يستغرق هذا بضع ثوان. نحتاج إلى مراجعة أمان اتصالك.", lang="ar")),
    Wrong("refused-policy", "refused", "en", bare(
        "Request Rejected", "The requested URL was rejected. Please consult with your administrator.",
        "Your support ID is: 1234567890123456789", "[Go Back]")),
    Wrong("refused-front", "refused", "en", bare(
        "ERROR: The request could not be satisfied", "403 ERROR", "The request could not be satisfied.",
        "Request blocked. We can't connect to the server for this app or website at this time. There might be too much "
        "traffic or a configuration error.", "Generated by cloudfront (CloudFront) Request ID: abc==")),
    Wrong("refused-zh", "refused", "zh", table(
        "访问被拦截", "很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。", (("您的请求ID是", "7b3a1c"),))),
    Wrong("refused-pt", "refused", "pt", boxed(
        "403", "Acesso bloqueado", "Você não tem permissão para acessar esta página. Seu IP foi registrado.", lang="pt")),
    Wrong("censored-ae", "censored", "ar", boxed(
        "Blocked", "عفواً، الموقع المطلوب غير متاح", "Access to this site is currently blocked. The site falls under the "
        "Prohibited Content Categories of the UAE's Internet Access Management Policy.", lang="ar")),
    Wrong("censored-th", "censored", "th", boxed(
        "ถูกระงับ", "เว็บไซต์นี้ถูกระงับ", "เนื้อหานี้ถูกระงับการเผยแพร่ตามคำสั่งศาล", lang="th")),
    Wrong("censored-it", "censored", "it", boxed(
        "Sito bloccato", "Avviso", "L'accesso a questo sito è stato inibito in ottemperanza a un provvedimento "
        "dell'Autorità.", lang="it")),
    Wrong("censored-cn", "censored", "zh", page(
        "TestPage", '<div style="text-align:center"><h2>该网站暂时无法访问</h2><p>您访问的网站未备案，根据有关规定，无法提供'
        "服务。</p></div>")),
    Wrong("censored-ua", "censored", "uk", boxed(
        "Доступ обмежено", "Шановний абоненте!", "Відповідно до рішення регулятора доступ до цього ресурсу обмежено.",
        lang="uk")),
    Wrong("filtered-proxy", "filtered", "en", page(
        "Internet Security by Zscaler", "<h1>Sorry, you don't have permission to visit this site.</h1><p>Not allowed to "
        "browse News category</p><p>You see this page because of your organization's security policy. Contact your IT "
        "department.</p>")),
    Wrong("filtered-school", "filtered", "de", boxed(
        "Gesperrt", "Diese Seite ist gesperrt", "Der Zugriff wurde durch Ihren Netzwerk-Administrator gesperrt. "
        "Kategorie: Nachrichten.", lang="de")),
    Wrong("region-rights", "region", "fr", boxed(
        "Contenu indisponible", "Contenu indisponible", "Ce contenu n'est pas disponible dans votre pays.", lang="fr")),
    Wrong("region-visitors", "region", "en", boxed(
        "The Valley Post", "Our European visitors are important to us.", "This site is currently unavailable to visitors "
        "from the European Economic Area while we work to ensure your data is protected in accordance with applicable "
        "EU laws.", lang="en")),
    Wrong("missing-de-site", "missing", "de", site(
        "Fehler 404 | Der Bote", "<h1>Hoppla!</h1><p>Die gewünschte Seite existiert leider nicht (mehr).</p><p>Nutzen Sie "
        "unsere Suche oder gehen Sie zur Startseite.</p>", lang="de", sections=_RUBRIKEN, headlines=_MELDUNGEN)),
    Wrong("missing-archived", "missing", "en", site(
        "The Herald", "<h1>This article is no longer available</h1><p>The story you requested has expired and has been "
        "removed from our archive under an agreement with the agency.</p>", lang="en", sections=("Home", "News"))),
    Wrong("missing-fa", "missing", "fa", boxed(
        "خطای 404", "صفحه مورد نظر یافت نشد", "مطلب درخواستی شما حذف شده یا نشانی آن تغییر کرده است.", lang="fa")),
    Wrong("missing-pt", "missing", "pt", site(
        "Página não encontrada", "<h1>Ops!</h1><p>A página que você procura não existe ou foi removida.</p>", lang="pt",
        sections=("Política", "Economia"))),
    Wrong("missing-vi", "missing", "vi", boxed(
        "Không tìm thấy trang", "404", "Bài viết bạn tìm không tồn tại hoặc đã bị xóa.", lang="vi",
        links=("Về trang chủ",))),
    Wrong("missing-tr", "missing", "tr", boxed(
        "Sayfa bulunamadı", "Sayfa bulunamadı", "Aradığınız içerik kaldırılmış ya da taşınmış olabilir.", lang="tr")),
    Wrong("login-ja", "login", "ja", form(
        "ログイン", "ログインが必要です", ("メールアドレス", "パスワード"), "パスワードをお忘れの方", lang="ja",
        button="ログイン")),
    Wrong("login-zh-inside", "login", "zh", page(
        "{title}", "<article><h1>{title}</h1><p>部长们在周二深夜结束了会谈。</p><div>登录后可阅读全文</div><div>没有账号？"
        "立即注册</div></article>", lang="zh-CN")),
    Wrong("login-ru", "login", "ru", form(
        "Вход на сайт", "Войдите, чтобы продолжить", ("Почта", "Пароль"), "Забыли пароль? Зарегистрируйтесь.", lang="ru")),
    Wrong("login-register-wall", "login", "en", page(
        "{title} | The Herald", "<article><h1>{title}</h1><p>Nobody had expected that the night would end with a signature."
        "</p><div><h2>Register for free to keep reading</h2><p>Create a free account to read this article and get our "
        "morning briefing.</p><p>Already have an account? Log in</p></div></article>", lang="en",
        head='<meta property="og:type" content="article">')),
    Wrong("paywall-fr", "paywall", "fr", page(
        "{title}", "<article><h1>{title}</h1><p>C'est au milieu de la nuit que les derniers délégués ont quitté la salle."
        "</p><p>Il vous reste 87 % de cet article à lire.</p><p>La suite est réservée aux abonnés. Déjà abonné ? "
        "Se connecter</p></article>", lang="fr", head='<meta property="og:type" content="article">')),
    Wrong("paywall-ja", "paywall", "ja", page(
        "{title}", "<article><h1>{title}</h1><p>会談は深夜に終わった。</p><p>この記事は有料会員記事です。残り 1,204文字</p>"
        "</article>", lang="ja")),
    Wrong("paywall-lies", "paywall", "en", page(
        "{title}", "<article><h1>{title}</h1><p>Nobody had expected that the night would end with a signature, least of all "
        "the people who had to sign.</p><p>To continue reading, choose your plan.</p></article>", lang="en",
        head='<script type="application/ld+json">{{"@type":"NewsArticle","isAccessibleForFree":true,"wordCount":980}}'
        "</script>")),
    Wrong("front-section", "front", "de", site(
        "Politik - Der Bote", "<h1>Politik</h1>", lang="de", sections=_RUBRIKEN, headlines=_MELDUNGEN), at="/en/world/"),
    Wrong("front-long", "front", "de", site(
        "Der Bote", "".join(
            f'<section><h2><a href="/{n}">{each}</a></h2><p>Wie der Bote am Dienstag erfuhr, ist damit in diesem Jahr '
            "niemand mehr zufrieden, der es im vorigen noch gewesen war.</p></section>"
            for n, each in enumerate(_MELDUNGEN * 2)), lang="de", sections=_RUBRIKEN), at="/"),
    Wrong("trouble-php", "trouble", "en", "<br />\n<b>Fatal error</b>:  Uncaught PDOException: SQLSTATE[HY000] [2002] "
        "Connection refused in /var/www/html/lib/db.php on line 41<br />\n"),
    Wrong("trouble-wordpress", "trouble", "en", page(
        "WordPress › Error", '<div class="wp-die-message"><p>There has been a critical error on this website.</p></div>')),
    Wrong("trouble-drupal", "trouble", "en", site(
        "Site under maintenance | Herald", "<h1>Site under maintenance</h1><p>Herald is currently under maintenance. We "
        "should be back shortly. Thank you for your patience.</p>", lang="en", sections=())),
    Wrong("trouble-apache", "trouble", "en", page(
        "Apache2 Debian Default Page: It works", "<h1>It works!</h1><p>This is the default welcome page used to test the "
        "correct operation of the Apache2 server after installation on Debian systems.</p>")),
    Wrong("trouble-zh", "trouble", "zh", bare("系统维护中", "系统维护中", "网站正在进行维护升级，请稍后再试。")),
    Wrong("trouble-index", "trouble", "en", page(
        "Index of /world", '<h1>Index of /world</h1><pre><a href="../">../</a>\n<a href="2024/">2024/</a>\n'
        '<a href="2025/">2025/</a></pre>')),
    Wrong("trouble-gateway", "trouble", "en", bare("502 Bad Gateway", "502 Bad Gateway", "nginx/1.25.3")),
    Wrong("parked-de", "parked", "de", boxed(
        "herald.example steht zum Verkauf", "Diese Domain steht zum Verkauf", "Die Domain herald.example kann jetzt "
        "erworben werden. Preis auf Anfrage.", lang="de")),
    Wrong("parked-expired", "parked", "en", boxed(
        "herald.example", "This domain has expired", "If you are the domain owner, please renew it with your registrar.")),
    Wrong("portal-fr", "portal", "fr", form(
        "Portail", "Connectez-vous au Wi-Fi", ("Numéro de chambre",), "Accès internet gratuit pour nos clients.", lang="fr"),
        at="/captiveportal/index.php"),
    Wrong("shell-next", "shell", "en", shell(
        "{title}", programs=("/_next/static/chunks/main.js", "/_next/static/chunks/app.js"), root="__next")),
    Wrong("shell-refresh", "shell", "en", page(
        "Redirecting...", '<p>Redirecting...</p><script>location.replace("/?r=1")</script>',
        head='<meta http-equiv="refresh" content="0; url=/?r=1">')),
)  # fmt: skip
