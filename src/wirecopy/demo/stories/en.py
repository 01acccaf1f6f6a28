"""The Valley Courier: the English edition."""

# ruff: noqa: E501 - a paragraph of prose is one line

from __future__ import annotations

from wirecopy.demo.newsroom import Box, Figure, Grid, H, Here, Items, P, Paper, Photo, Quotation, Slide, Story, Topic

PAPER = Paper(
    language="en",
    name="The Valley Courier",
    feed="en",
    enum="ENGLISH",
    number=2,
    image="Image",
    external="External link",
    embedded="Embedded video",
    topic="Automatic topic page",
    sitemap="en",
    more="More on the topic",
    consent=(
        "We value your privacy",
        "We and our partners store cookies on your device. Please choose before you continue to the site.",
        "Accept all",
    ),
    missing="We couldn't find the page you asked for.",
)

RIVER = Topic(72_000_901, "The Greenbrook", "the-greenbrook")
MARKET = Topic(72_000_902, "Alderford market", "alderford-market")
BEES = Topic(72_000_903, "Beekeeping", "beekeeping")

NOTE = P("*Edited by: the Alderford desk*")

SPAN = Photo(
    72_100_001, "The new bridge on the morning before its opening", "Imke Harrow/The Valley Courier", "A stone bridge"
)
BAND = Photo(
    72_100_002, "The school band has practised walking and playing at once", "", "Children with brass instruments"
)
STALLS = Photo(
    72_100_010, "Half of the stalls are run by people from the south bank", "Imke Harrow", "Market stalls & awnings"
)
HIVE = Photo(72_100_020, "A hive on the roof of the town hall", "Tobin Lark/The Valley Courier", "A wooden hive", "png")
COMB = Photo(
    72_100_021, "This year's first comb, weighed & tasted", "Tobin Lark/The Valley Courier", "A honeycomb in a frame"
)
CLOCK = Photo(
    72_100_030,
    "The clock has been four minutes slow for as long as anyone remembers",
    "Alderford archive",
    "A clock tower",
)
FERRYMAN = Photo(
    72_100_040, "Old Mr Quillby counts his passengers by the knots in a rope", "Imke Harrow", "A man in a flat boat"
)

STORIES: tuple[Story, ...] = (
    Story(
        name="en-bridge",
        language="en",
        id=72_000_201,
        title="What does a bridge change? Alderford is about to find out ",
        kicker="Transport",
        teaser="After 19 years of ferries and detours, the two halves of Alderford are three minutes apart again.",
        authors=("Imke Harrow",),
        section="Society",
        region="The Valley",
        topics=(RIVER,),
        photo=SPAN,
        body=(
            P(
                "The new bridge over the [Greenbrook](topic:72000901) opens on Sunday at nine. For the 1,200 households on the "
                "south bank it ends a detour of 40 minutes that began the night the old bridge was washed away, 19 years ago."
            ),
            P(
                'Mayor Lin Xiaolan walked across it on Tuesday with a stopwatch. "Three minutes and ten seconds," she said. '
                '"And I stopped to look at the water."'
            ),
            H("One arch, no piers"),
            P(
                "The bridge is 116 meters long and stands on nothing but its two ends. Engineer Zhou Bonian says that was "
                "the lesson of the flood: driftwood caught on the old piers until the river pushed everything over."
            ),
            Here("en-gallery-bridge"),
            P(
                "A third of the money came from the town itself, given over 11 years. The names of those who gave are cut "
                "into a wall, in alphabetical order and without amounts."
            ),
            Figure(BAND),
            P(
                "Not everybody is sure what comes next. [The market](story:en-market) expects more customers; the ferryman "
                "expects [none at all](story:en-ferry), and says that he is looking forward to it."
            ),
            P(
                "The Chinese edition follows the river's spring flood [in a live blog](story:zh-live), and explains "
                "[why the water turned blue](story:zh-blue)."
            ),
            NOTE,
        ),
        related=("en-ferry", "en-gallery-bridge"),
    ),
    Story(
        name="en-market",
        language="en",
        id=72_000_202,
        title="Fewer stalls, more buyers: a year of the night market",
        kicker="Economy",
        teaser="Alderford moved its market from dawn to dusk. The figures surprised even those who had asked for it.",
        authors=("Tobin Lark", "Imke Harrow"),
        section="Business",
        region="The Valley",
        topics=(MARKET,),
        photo=STALLS,
        body=(
            P(
                "A year ago the town council of Alderford moved its weekly market from five in the morning to six in the "
                "evening. The stallholders had asked for it; almost nobody else had."
            ),
            P(
                "The [council's report](https://data.valley.example/market?year=1&format=csv) counts 9% fewer stalls than "
                "before and 31% more buyers. What has changed most is who comes: people who work."
            ),
            Grid(
                (
                    ("", "Dawn market", "Night market"),
                    ("Stalls", "64", "58"),
                    ("Buyers an evening", "410", "537"),
                    ("Left unsold", "18%", "7%"),
                ),
                "The market before and after",
            ),
            P("The report names three reasons:"),
            Items(
                (
                    "shops are closed by then, so nobody has to choose;",
                    "lamps are kinder to vegetables than the sun;",
                    "there is soup.",
                )
            ),
            Quotation(
                "I used to sell to other people who sell. Now I sell to people who eat.", "Ruth Pellgrave, south bank"
            ),
            P(
                "The library has drawn the same conclusion and now stays open [until midnight](story:zh-library) three days "
                "a week. Its first readers were bakers."
            ),
            P(
                "The council will decide in autumn whether the market stays in the evening. No one has asked for it to move back."
            ),
            NOTE,
        ),
        related=("en-bees",),
        external=(("The council's report", "https://data.valley.example/market?year=1&format=csv"),),
    ),
    Story(
        name="en-bees",
        language="en",
        id=72_000_203,
        title="The town hall's quietest employees",
        kicker="Environment",
        teaser="Forty thousand bees live on the roof of Alderford's town hall. They have changed what is planted below.",
        authors=("Tobin Lark",),
        section="Environment",
        region="The Valley",
        topics=(BEES,),
        photo=HIVE,
        body=(
            P(
                "The bees arrived in a van, on a Tuesday, with a letter of introduction. A beekeeper from the upper valley "
                "was giving up two hives, and the only flat roof in Alderford belongs to the town hall."
            ),
            P(
                "Two years later, the caretaker, Edda Voss, keeps six hives & a notebook. She writes down what flowers first; "
                "the list now hangs in the [garden office](topic:72000903), which plants by it."
            ),
            Box(
                "Bees by numbers",
                (Items(("6 hives, about 40,000 bees", "31 kg of honey last year", "2 stings, both of them Ms Voss")),),
            ),
            Figure(COMB),
            P(
                "The honey is given to everybody who marries in the town hall. There were nine jars too few last summer: "
                "five couples came from other towns and admitted, when asked, that they had heard about it."
            ),
            P(
                "Ms Voss has one worry. The new bridge [will bring traffic](story:en-bridge) past the lime trees, and the "
                "limes are in flower for only eleven days. She has asked for a speed limit of 30 during these days."
            ),
            P('The council laughed, she says, "and then they wrote it down."'),
            NOTE,
        ),
    ),
    Story(
        name="en-ferry",
        language="en",
        id=72_000_204,
        title="The last ferryman of the Greenbrook",
        kicker="People",
        teaser="For 34 years he has carried a town across its river. On Sunday he will walk over it.",
        authors=("Imke Harrow",),
        section="Society",
        region="The Valley",
        topics=(RIVER,),
        photo=FERRYMAN,
        body=(
            P(
                "Old Mr Quillby, as everyone calls him, has never lost a passenger. He has lost two umbrellas, a wedding "
                "hat and, once, a goat, which swam ashore and was waiting for him when he landed."
            ),
            P(
                "He took over the boat at 29, when the ferry was only for farmers. Then the bridge went, and it was for "
                "everybody: twenty crossings a day, twelve people a crossing, for [19 years](story:en-bridge)."
            ),
            H("A rope with knots"),
            P(
                "He counts passengers by the knots in a rope, one for every thousand. The rope is in the "
                "[town's archive](https://archive.valley.example/rope) now. It has 1,613 knots."
            ),
            P("On Sunday evening he will make the last crossing, tie up the boat, and walk home over the bridge."),
            P(
                '"I have seen the river from below the railing all my life," he said. "I want to know what it looks like."'
            ),
            NOTE,
        ),
        related=("en-bridge",),
    ),
    Story(
        name="en-clock",
        language="en",
        id=72_000_205,
        title="Opinion: Leave the clock alone",
        kicker="Opinion",
        teaser="Alderford's clock is four minutes slow. There are good reasons not to mend it.",
        authors=("Corwin Ashe",),
        section="Opinion",
        region="The Valley",
        opinion=True,
        photo=CLOCK,
        body=(
            P(
                "The clock on Alderford's tower is four minutes slow, and the council has found the money to put it right. It should keep it."
            ),
            P(
                "Everybody in this town knows the four minutes. The bus leaves by them. The school bell is set by them. Visitors are forgiven by them."
            ),
            P(
                "A clock that is right belongs to everyone; a clock that is wrong in a way you know belongs to you. When [the market](story:en-market) "
                "moved to the evening, nobody asked which six o'clock was meant."
            ),
            P(
                "Mend the roof. Mend the stairs, on which I nearly broke my neck finding this out. Leave the clock alone."
            ),
            NOTE,
        ),
    ),
    Story(
        name="en-gallery-bridge",
        language="en",
        id=72_000_211,
        title="Four days under the arch",
        kind="gallery",
        kicker="Pictures",
        teaser="Our photographer spent the last four days of the building site under the new bridge.",
        authors=("Imke Harrow",),
        section="Society",
        photo=SPAN,
        slides=(
            Slide(
                Photo(72_100_111, "", "Imke Harrow", "Scaffolding"),
                "Wednesday: the scaffold",
                "It takes longer to take the scaffolding down than it took to put up: every piece is washed & counted.",
            ),
            Slide(
                Photo(72_100_112, "", "Imke Harrow", "A worker paints a railing"),
                "Thursday: the railing",
                "The railing is green. Three greens were put to the vote; the river won.",
            ),
            Slide(
                SPAN,
                "Friday: the silence",
                "The pumps are switched off. For the first time in two years, the river can be heard.",
            ),
            Slide(
                Photo(72_100_114, "", "", "A dog on the bridge"),
                "Saturday: the first to cross",
                "The first across was not the mayor. It was a dog called Button, who didn't wait.",
            ),
        ),
    ),
    Story(
        name="en-video",
        language="en",
        id=72_000_213,
        title="Watch: How to tune a waterwheel",
        kind="video",
        kicker="Video",
        teaser="The miller listens before she looks. A short film about a wheel, a hammer and good ears.",
        authors=("Tobin Lark",),
        section="Culture",
        photo=Photo(72_100_050, "The wheel of the old mill", "Tobin Lark/The Valley Courier", "A waterwheel"),
        duration=94,
    ),
)
