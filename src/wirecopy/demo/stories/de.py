"""Talbote: the German edition."""

# ruff: noqa: E501 - a paragraph of prose is one line

from __future__ import annotations

from wirecopy.demo.newsroom import Figure, Grid, H, Here, Items, P, Paper, Photo, Quotation, Story, Topic, Tube

PAPER = Paper(
    language="de",
    name="Talbote",
    feed="ger",
    enum="GERMAN",
    number=1,
    image="Bild",
    external="Externer Link",
    embedded="Eingebettetes Video",
    topic="Automatische Themenseite",
    sitemap="de",
    more="Mehr zum Thema",
    consent=(
        "Ihre Privatsphäre ist uns wichtig",
        "Wir und unsere Partner speichern Cookies auf Ihrem Gerät. Bitte wählen Sie, bevor Sie weiterlesen.",
        "Alle akzeptieren",
    ),
    missing="Die gewünschte Seite gibt es nicht.",
)

BAHN = Topic(73_000_901, "Talbahn", "talbahn")
BROT = Topic(73_000_902, "Handwerk", "handwerk")

AGENTUR = P("*ih/wl (Talbote, Pressedienst)*")

BRUECKE = Photo(
    73_100_001, "Der neue Bogen über den Grünbach", "Wiebke Lohse/Talbote", "Eine Brücke mit einem einzigen Bogen"
)
OFEN = Photo(73_100_010, "Um drei Uhr früh ist der Ofen heiß", "Wiebke Lohse/Talbote ", "Ein gemauerter Backofen ")
ZUG = Photo(73_100_020, "Der Triebwagen von 1961 fährt wieder – samstags", "Archiv Erlenfurt", "Ein roter Triebwagen")
WAAGE = Photo(73_100_021, "Fahrkarten gibt es am Schalter, aus Pappe", "Archiv Erlenfurt", "Ein Fahrkartenschalter")
MUEHLE = Photo(73_100_030, "Die Müllerin Trine Siebenhaar", "Jonas Ebersted/Talbote", "Eine Frau vor einem Mühlrad")

STORIES: tuple[Story, ...] = (
    Story(
        name="de-bruecke",
        language="de",
        id=73_000_301,
        title='Brücke über den Grünbach: "Drei Minuten statt vierzig"',
        kicker="Verkehr",
        teaser="Am Sonntag wird in Erlenfurt die neue Brücke eröffnet. Was sich für 1200 Haushalte ändert – und für einen Fährmann.",
        authors=("Wiebke Lohse", "Jonas Ebersted"),
        section="Gesellschaft",
        region="Das Tal",
        topics=(BAHN,),
        photo=BRUECKE,
        body=(
            P(
                "Neunzehn Jahre lang war das Südufer von Erlenfurt eine Insel mit Umweg: vierzig Minuten am Bach entlang, über "
                "das Wehr, wieder zurück. Am Sonntag um neun Uhr wird die neue Brücke eröffnet."
            ),
            P(
                'Bürgermeisterin Lin Xiaolan ist sie schon gegangen. "Drei Minuten statt vierzig", sagte sie am Dienstag. Die '
                "[englische Ausgabe](story:en-bridge) hat nachgemessen: Es sind drei Minuten und zehn Sekunden."
            ),
            H("Ein Bogen, kein Pfeiler"),
            P(
                "Die alte Brücke war an ihren Pfeilern gescheitert, an denen sich bei Hochwasser das Treibholz fing. Die neue "
                "hat keine mehr. [116 Meter](https://bauamt.valley.example/bruecke?blatt=4&teil=b) trägt ein einziger Bogen."
            ),
            P(
                "Die Kosten von 26 Millionen hat zu einem Drittel die Stadt selbst gespendet, in elf Jahren, in kleinen Beträgen. "
                "An der Mauer am Nordufer stehen die Namen – ohne Summen."
            ),
            Quotation(
                "Wer wenig gab, steht neben dem, der viel gab. Das war die einzige Bedingung.", "Zhou Bonian, Ingenieur"
            ),
            P("Die [Talbahn](topic:73000901) hält künftig am Südufer. Für die Fähre ist es die letzte Woche."),
            AGENTUR,
        ),
        related=("de-bahn",),
        external=(("Bauamt Erlenfurt", "https://bauamt.valley.example/bruecke?blatt=4&teil=b"),),
    ),
    Story(
        name="de-baecker",
        language="de",
        id=73_000_302,
        title="Die Bäckerin, die nachts das Licht ausmacht ",
        kicker="Handwerk",
        teaser="Gesa Immenhof backt im Dunkeln. Das spart Strom – und macht das Brot besser, sagt sie.",
        authors=("Wiebke Lohse",),
        section="Wirtschaft",
        region="Das Tal",
        topics=(BROT,),
        photo=OFEN,
        body=(
            P(
                "Um drei Uhr früh ist es in der Backstube so dunkel, dass man nur den Ofen sieht. Gesa Immenhof hat das Licht ausgemacht, wie jede Nacht."
            ),
            P('"Teig erkennt man nicht mit den Augen", sagt sie. "Man hört ihn, und man merkt es in den Händen."'),
            Figure(OFEN),
            P(
                "Angefangen hat es mit der Stromrechnung. Geblieben ist sie dabei, weil ihre Lehrlinge im Dunkeln "
                "weniger reden\u00a0– und weil das Brot seitdem gleichmäßiger wird."
            ),
            P("Drei Regeln hängen an der Tür:"),
            Items(("Wer hereinkommt, klopft.", "Wer hinausgeht, sagt es.", "Wer pfeift, kehrt."), ordered=True),
            P(
                "Verkauft wird seit einem Jahr auch abends, auf dem [Nachtmarkt](story:en-market). Bis dahin hat sie geschlafen, "
                "versichert sie, und zwar bei Licht."
            ),
            AGENTUR,
        ),
    ),
    Story(
        name="de-bahn",
        language="de",
        id=73_000_303,
        title="Talbahn: Der rote Triebwagen fährt wieder",
        kicker="Verkehr",
        teaser="Neun Freiwillige, vier Winter, ein Getriebe aus zweien: Der Triebwagen von 1961 ist zurück auf der Strecke.",
        authors=("Jonas Ebersted",),
        section="Gesellschaft",
        region="Das Tal",
        topics=(BAHN,),
        photo=ZUG,
        body=(
            P(
                "Wenn der rote Triebwagen anfährt, zählen neun Leute im Wagen leise mit. Bei sieben muss es rucken. Es ruckt."
            ),
            P(
                "Vier Winter lang haben die Freiwilligen den Wagen von 1961 zerlegt und wieder zusammengesetzt. Das Getriebe "
                "stammt aus zwei alten; [die Pläne](https://archiv.valley.example/triebwagen) lagen auf einem Dachboden."
            ),
            Here("en-video"),
            P(
                "Gefahren wird samstags, fünfmal hin und fünfmal zurück, vom Bahnhof bis zur [neuen Brücke](story:de-bruecke)."
            ),
            Grid(
                (("Halt", "an", "ab"), ("Bahnhof", "–", "10:04"), ("Mühle", "10:11", "10:12"), ("Brücke", "10:19", "–"))
            ),
            Figure(WAAGE),
            P("Die Fahrkarten sind aus Pappe und werden gelocht. Wer das Loch behalten will, darf es mitnehmen."),
            Tube("taLBahn1961"),
            AGENTUR,
        ),
        related=("de-bruecke", "en-video"),
    ),
    Story(
        name="de-muehle",
        language="de",
        id=73_000_304,
        title="Wie weit muss ein Korn gehen?",
        kicker="Kultur",
        teaser="Zu Besuch bei Trine Siebenhaar, die das Mühlrad am Grünbach nach Gehör stimmt.",
        authors=("Jonas Ebersted",),
        section="Kultur",
        region="Das Tal",
        topics=(BROT,),
        photo=MUEHLE,
        body=(
            P(
                "Trine Siebenhaar legt das Ohr an den Balken, bevor sie das Wehr öffnet. Dann schlägt sie mit dem Hammer zweimal auf einen Keil, und das Rad läuft rund."
            ),
            P(
                '"Ein Rad ist wie ein Chor", sagt sie. "Wenn eine Schaufel falsch singt, merkt man es zuerst im Keller."'
            ),
            P(
                "Ein Korn legt in ihrer Mühle 212 Meter zurück, vom Sack über drei Böden bis in den nächsten Sack. Sie hat es mit einem Faden nachgemessen."
            ),
            P(
                'Das Mehl geht an [die Bäckerin](story:de-baecker), die es im Dunkeln verarbeitet. Die beiden kennen sich seit der Schule, sagen aber noch immer Sie, "wegen der Ware".'
            ),
            AGENTUR,
        ),
    ),
)
