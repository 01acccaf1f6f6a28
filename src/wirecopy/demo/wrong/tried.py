# ruff: noqa: E501 - what strangers write stands as it is, one call a page
"""Wrong pages that the rules of doubt were tried on."""

from __future__ import annotations

from wirecopy.demo.wrong.shapes import Wrong, bare, boxed, dialog, form, page, shell, site, table

_SECTIONS = ("World", "Politics", "Business", "Culture", "Sport", "Opinion")
_HEADLINES = (
    "Harbour bridge reopens after two years of repairs",
    "Council votes on a new tram line to the airport",
    "What the drought means for this year's apple harvest",
    "National library puts its oldest maps online",
    "Rowers take silver in the lightweight doubles",
    "A choir of strangers that meets on the night train",
)

PAGES = (
    Wrong("consent-dialog", "consent", "en", dialog(
        "We value your privacy", "We value your privacy",
        "We and our 842 partners store and/or access information on a device, such as unique IDs in cookies, to process "
        "personal data. You may accept or manage your choices by clicking below, including your right to object where "
        "legitimate interest is used, or at any time in the privacy policy page.",
        "Store and/or access information on a device, personalised advertising and content, advertising and content "
        "measurement, audience research and services development.",
        buttons=("Accept all", "Reject all", "Manage options"), lang="en")),
    Wrong("consent-before", "consent", "en", page(
        "Before you continue",
        '<div><h1>Before you continue to Herald</h1><form action="https://consent.example/save"><div>We use cookies and '
        "data to</div><ul><li>Deliver and maintain our services</li><li>Track outages and protect against spam, fraud, "
        "and abuse</li><li>Measure audience engagement and site statistics</li></ul><div>If you choose to Accept all, we "
        "will also use cookies and data to develop and improve new services and show personalised ads.</div>"
        "<button>Reject all</button><button>Accept all</button></form></div>", lang="en"), at="/consent?continue={path}"),
    Wrong("consent-pur", "consent", "de", dialog(
        "{title} | Der Bote", "Mit Werbung weiterlesen",
        "Besuchen Sie den Boten wie gewohnt mit Werbung und Tracking. Ihre Zustimmung können Sie jederzeit in den "
        "Datenschutz-Einstellungen widerrufen.",
        "Wir und unsere bis zu 214 Partner speichern Informationen auf einem Gerät und greifen auf sie zu, etwa auf "
        "Cookies, um personenbezogene Daten zu verarbeiten. Details zum Tracking finden Sie in der "
        "Datenschutzerklärung.",
        "Oder lesen Sie werbefrei im PUR-Abo für 4,99 Euro im Monat, jederzeit kündbar.",
        buttons=("Zustimmen und weiter", "PUR-Abo abschließen"), lang="de")),
    Wrong("consent-fr", "consent", "fr", dialog(
        "Le respect de votre vie privée est notre priorité", "Le respect de votre vie privée est notre priorité",
        "Avec votre accord, nous et nos 731 partenaires utilisons des cookies ou technologies similaires pour stocker, "
        "consulter et traiter des données personnelles telles que votre visite sur ce site internet.",
        "Vous pouvez retirer votre consentement ou vous opposer aux traitements à tout moment.",
        buttons=("Continuer sans accepter", "Tout accepter"), lang="fr")),
    Wrong("consent-zh", "consent", "zh", boxed(
        "Cookie 设置", "您的隐私对我们很重要",
        "我们和我们的合作伙伴使用 Cookie 等技术存储和访问设备上的信息，以便分析流量、投放个性化广告。",
        "点击“接受所有 Cookie”即表示您同意；您也可以管理偏好设置。", lang="zh-CN", links=("接受所有", "拒绝所有"))),
    Wrong("challenge-moment", "challenge", "en", page(
        "Just a moment...",
        '<div class="main-wrapper"><h1>news.example</h1><h2>Checking if the site connection is secure</h2>'
        '<noscript>Enable JavaScript and cookies to continue</noscript><div id="challenge-stage"></div>'
        "<p>news.example needs to review the security of your connection before proceeding.</p></div>"
        "<script>window._cf_chl_opt={cvId:'2'};</script><footer>Ray ID: 8f00aa11bb22cc33</footer>", lang="en-US")),
    Wrong("challenge-frame", "challenge", "en", page(
        "example.org",
        '<p id="cmsg">Please enable JS and disable any ad blocker</p><script data-cfasync="false">var dd={"rt":"c",'
        "\"cid\":\"AHrlq\"}</script><script src=\"https://ct.captcha-delivery.com/c.js\"></script>")),
    Wrong("challenge-hold", "challenge", "en", page(
        "Access to this page has been denied",
        '<h1>Access to this page has been denied because we believe you are using automation tools to browse the '
        "website.</h1><p>This may happen as a result of the following:</p><ul><li>JavaScript is disabled or blocked by "
        "an extension</li><li>Your browser does not support cookies</li></ul><div id=\"px-captcha\"></div>"
        "<p>Reference ID: #a1b2c3</p>")),
    Wrong("challenge-ru", "challenge", "ru", form(
        "Ой!", "Подтвердите, что запросы отправляли вы, а не робот", ("Введите символы с картинки",),
        "Нам очень жаль, но запросы с вашего устройства похожи на автоматические. Почему это могло произойти?",
        lang="ru", button="Я не робот")),
    Wrong("challenge-zh", "challenge", "zh", boxed(
        "安全验证", "请完成安全验证", "检测到您的网络环境存在异常，请拖动下方滑块完成拼图。", "您的IP：203.0.113.9",
        lang="zh-CN", mark='<div id="nc_1_n1z"></div>')),
    Wrong("refused-edge", "refused", "en", bare(
        "Access Denied", "Access Denied",
        'You don\'t have permission to access "http&#58;&#47;&#47;www&#46;example&#46;org&#47;world&#47;a" on this server.',
        "Reference&#32;&#35;18&#46;4c1e&#46;1722&#46;9f", "https&#58;&#47;&#47;errors&#46;edgesuite&#46;net&#47;18")),
    Wrong("refused-sorry", "refused", "en", boxed(
        "Attention Required! | Cloudflare", "Sorry, you have been blocked", "You are unable to access example.org",
        "Why have I been blocked? This website is using a security service to protect itself from online attacks. The "
        "action you just performed triggered the security solution.",
        "What can I do to resolve this? You can email the site owner to let them know you were blocked.",
        mark='<div id="cf-error-details"></div>', lang="en-US")),
    Wrong("refused-es", "refused", "es", boxed(
        "Acceso denegado", "Acceso denegado", "Su dirección IP ha sido bloqueada por motivos de seguridad.",
        "Si cree que se trata de un error, póngase en contacto con el administrador.", lang="es")),
    Wrong("censored-ru", "censored", "ru", boxed(
        "Доступ ограничен", "Уважаемый абонент!",
        "Доступ к запрашиваемому ресурсу ограничен по решению суда или по иным основаниям, установленным "
        "законодательством Российской Федерации.",
        "Проверить наличие указателя страницы в Едином реестре можно на сайте blocklist.rkn.gov.ru.", lang="ru")),
    Wrong("censored-ir", "censored", "fa", page(
        "10.10.34.34", '<iframe src="http://10.10.34.34?type=Invalid Site&policy=MainPolicy" style="width:100%">'
        "</iframe>")),
    Wrong("censored-tr", "censored", "tr", boxed(
        "Erişim Engeli", "Bu siteye erişim engellenmiştir",
        "5651 sayılı Kanun uyarınca 12.03.2025 tarihli karar gereği bu internet sitesine (news.example) erişim "
        "engellenmiştir.", lang="tr")),
    Wrong("censored-id", "censored", "id", boxed(
        "Internet Positif", "Mohon maaf", "Situs yang ingin Anda akses tidak dapat diakses melalui jaringan ini karena "
        "terdaftar di TrustPositif.", lang="id", links=("Pengaduan",))),
    Wrong("censored-in", "censored", "en", bare(
        "Blocked", "Your requested URL has been blocked as per the directions received from Department of "
        "Telecommunications, Government of India. Please contact administrator for more information.")),
    Wrong("filtered-appliance", "filtered", "en", table(
        "Web Filter Violation", "Web Page Blocked!", (("URL", "www.example.org/world"), ("Category", "News and Media"),
        ("Client IP", "10.1.2.3"), ("User name", "")),
        "You have tried to access a web page which is in violation of your internet usage policy.",
        head='<link href="/fgd_icon.css" rel="stylesheet">')),
    Wrong("region-eu", "region", "en", boxed(
        "451: Unavailable due to legal reasons", "451: Unavailable due to legal reasons",
        "We recognize you are attempting to access this website from a country belonging to the European Economic Area "
        "(EEA) including the EU which enforces the General Data Protection Regulation (GDPR) and therefore access "
        "cannot be granted at this time. For any issues, contact web@example.org or call 555-0100.")),
    Wrong("region-ja", "region", "ja", boxed(
        "お住まいの地域ではご利用いただけません", "お住まいの地域ではご利用いただけません",
        "権利上の理由により、お客様の国からはこのコンテンツをご覧いただけません。", lang="ja")),
    Wrong("missing-site", "missing", "en", site(
        "Page not found - The Herald", "<h1>We can't find that page</h1><p>The page you are looking for may have been "
        "moved or deleted. Check the address, or try a search.</p><p>You may be interested in these stories.</p>",
        lang="en", sections=_SECTIONS, headlines=_HEADLINES)),
    Wrong("missing-ar", "missing", "ar", boxed(
        "خطأ 404", "الصفحة غير موجودة", "عذرا، الصفحة التي تبحث عنها غير موجودة أو تم حذفها.", lang="ar",
        links=("العودة إلى الصفحة الرئيسية",))),
    Wrong("missing-zh", "missing", "zh", page(
        "提示信息 - 晨报网", '<div id="messagetext" class="alert_error"><p>抱歉，您要查看的文章不存在或已被删除</p>'
        '<p><a href="/">5秒后自动跳转到网站首页</a></p></div>')),
    Wrong("missing-ko", "missing", "ko", boxed(
        "알림", "페이지를 찾을 수 없습니다", "요청하신 페이지가 삭제되었거나 주소가 변경되었습니다.", lang="ko",
        links=("홈으로",))),
    Wrong("login-form", "login", "en", form(
        "Sign in | The Herald", "Sign in to continue reading", ("E-mail", "Password"),
        "Don't have an account? Create a free account.", "Forgot your password?", lang="en", button="Sign in"),
        at="/login?return={path}"),
    Wrong("login-de", "login", "de", form(
        "Anmelden", "Bitte melden Sie sich an", ("E-Mail-Adresse", "Passwort"), "Passwort vergessen?",
        "Noch kein Konto? Jetzt kostenlos registrieren.", lang="de", button="Anmelden")),
    Wrong("paywall-stub", "paywall", "en", page(
        "{title} - The Herald",
        "<article><h1>{title}</h1><p>By Jo March</p><p>It was past midnight when the last of the delegates left the hall "
        "by the side door, and nobody was smiling.</p><div class=\"gate\"><h2>Subscribe to continue reading</h2><p>This "
        "article is for subscribers only. Get unlimited access for $1 a week. Cancel anytime.</p><p>Already a "
        "subscriber? Sign in</p></div></article>", lang="en",
        head='<meta property="og:type" content="article"><script type="application/ld+json">{{"@type":"NewsArticle",'
        '"headline":"{title}","datePublished":"2025-05-06T06:00:00Z","isAccessibleForFree":false,"wordCount":1240}}'
        "</script>")),
    Wrong("paywall-de", "paywall", "de", page(
        "{title}",
        "<article><h1>{title}</h1><p>Es war kurz nach Mitternacht, als die letzten Abgeordneten den Saal verließen.</p>"
        "<section><h3>Weiterlesen mit B+</h3><p>Dieser Artikel ist exklusiv für Abonnenten. Jetzt kostenlos testen, "
        "danach 9,99 Euro im Monat, jederzeit kündbar.</p><p>Bereits Abonnent? Hier anmelden</p></section></article>",
        lang="de", head='<meta property="og:type" content="article">')),
    Wrong("front", "front", "en", site(
        "The Herald - News", "<h1>Today</h1>", lang="en", sections=_SECTIONS, headlines=_HEADLINES), at="/en/"),
    Wrong("front-in-place", "front", "en", site(
        "The Herald", "<p>Welcome to the Herald.</p>", lang="en", sections=_SECTIONS, headlines=_HEADLINES)),
    Wrong("trouble-database", "trouble", "en", bare("Database Error", "Error establishing a database connection")),
    Wrong("trouble-nginx", "trouble", "en", bare(
        "Welcome to nginx!", "Welcome to nginx!", "If you see this page, the nginx web server is successfully installed "
        "and working. Further configuration is required.", "For online documentation and support please refer to "
        "nginx.org.", "Thank you for using nginx.")),
    Wrong("trouble-fr", "trouble", "fr", boxed(
        "Site en maintenance", "Nous revenons bientôt", "Le site est actuellement en maintenance. Merci de réessayer plus "
        "tard.", lang="fr")),
    Wrong("parked", "parked", "en", page(
        "herald.example",
        "<h1>herald.example</h1><p>This domain is for sale! Buy this domain</p><ul><li>Related searches</li><li>News "
        'today</li><li>Car insurance</li></ul><script src="https://img.sedoparking.com/js/jquery.js"></script>')),
    Wrong("portal", "portal", "en", form(
        "Guest Wi-Fi Login", "Welcome to Central Station Wi-Fi", ("Voucher code",),
        "Please log in to the guest network. By connecting you accept our terms of use.", lang="en", button="Connect"),
        at="/guest/s/default/?url={path}"),
    Wrong("shell", "shell", "en", shell("Herald", without="You need to enable JavaScript to run this app.")),
)  # fmt: skip
