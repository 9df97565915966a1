"""Indirect objects and capitals in many phrasings, for the stages after the first ones.

The sentences are put together from parts, thousands of forms in all, so that the
model learns what is asked and not how. No sentence contains any of `KEPT_OUT`, the
words by which the phrasings held out for the evaluation differ from all others.
"""
from sentences import OTHER, OTHER_COUNTRY, OTHER_PERSON, people
from words import CAPITALS, NAMES, OBJECTS, PLACES

KEPT_OUT = (
    "As soon",
    "came home",
    "Last",
    "worked",
    "brought",
    "took",
    "gave it",
    "know",
    "train",
)

CONJUNCTIONS = """When|After|While|Once|Because|Before|Since|Whenever|Right after|Just after
Long after|Every time|The moment|The day|Not long after|An hour after|Now that|Although""".replace(
    "\n", "|"
).split("|")
TIMES = """Then|One day|Yesterday|Today|This morning|In the evening|At noon|That night|On Sunday
In the summer|In winter|Two years ago|This week|A year later|Once|In the morning|One night
After lunch|Before dinner""".replace("\n", "|").split("|")
WENT = """went to|came to|were at|got to|left|walked to|drove to|arrived at|met at|sat at
had lunch at|came back from|ran to|stayed at|looked for|talked about|had a meeting at
went into|waited at|played at|spent the day at|returned from|cleaned|walked past|saw
had a long talk at|found|had fun at|were on the way to""".replace("\n", "|").split("|")

# Two names and a place; what comes next starts a sentence (True) or goes on.
_OTHER_OPENINGS = (
    ("{a} went to the {place} with {b}. ", True),
    ("{a} met {b} at the {place}. ", True),
    ("{a} saw {b} at the {place}, and ", False),
    ("{a} and {b} are friends. ", True),
    ("{a} and {b} live near the {place}. ", True),
    ("{a} lives with {b}. ", True),
    ("{a} has a friend called {b}. ", True),
    ("At the {place}, {a} talked to {b}. ", True),
    ("At the {place}, {a} and {b} had some food, and ", False),
    ("There were two people at the {place}, {a} and {b}. ", True),
    ("{a} was with {b} at the {place} when ", False),
    ("{a} asked {b} to come to the {place}, where ", False),
    ("In the {place} were {a} and {b}. ", True),
    ("The teacher saw {a} and {b} at the {place}. ", True),
    ("It was late, and {a} and {b} were still at the {place}. ", True),
    ("{a} called {b}, and at the {place} ", False),
)
_JOINTS = """, and|, and then|, but later|, so|, where|, but|, and there| before| until""".split("|")
_ADVERBS = ("then ", "later ", "at last ", "quickly ", "in the end ", "soon ")

_GAVE = """gave handed showed sent offered passed sold lent threw returned mailed carried
presented""".split()
_WANTED = """wanted to|tried to|decided to|promised to|had to|forgot to|agreed to|began to|was
going to|came to|hoped to""".replace("\n", " ").split("|")
_GIVE = "give hand show send offer pass sell lend throw return mail".split()
_GOT = """found|bought|picked up|made|opened|cleaned|got out|looked at|wrapped|chose|stole|held
carried|painted|fixed""".replace("\n", "|").split("|")
_GAVE_IT = "handed showed passed sold offered sent lent threw returned mailed".split()
_KINDS = "old new small big red blue green nice clean good heavy little".split()
_AFTER = """and left|and smiled|before lunch|the next day|with a smile|again|as a present|at once
and went away|for nothing|in the evening""".replace("\n", "|").split("|")


def _join(rng, part):
    """A part that may be followed by an adverb."""
    return part + (rng.choice(_ADVERBS) if rng.random() < 0.2 else "")


def _opening(rng, a, b):
    """Two people and a place, up to where one of the two does something."""
    place = f"the {rng.choice(PLACES)}"
    form = rng.random()
    if form < 0.35:
        return _join(rng, f"{rng.choice(CONJUNCTIONS)} {a} and {b} {rng.choice(WENT)} {place}, ")
    if form < 0.7:
        both = f"{a} and {b} {rng.choice(WENT)} {place}"
        if rng.random() < 0.6:
            time = rng.choice(TIMES)
            both = f"{time}{rng.choice((' ', ', '))}{both}"
        if rng.random() < 0.5:
            return f"{both}{rng.choice(_JOINTS)} "
        return both + (". " if rng.random() < 0.7 else f". {rng.choice(TIMES)} ")
    text, ends = rng.choice(_OTHER_OPENINGS)
    text = text.format(a=a, b=b, place=place.removeprefix("the "))
    if ends:
        return text + (f"{rng.choice(TIMES)} " if rng.random() < 0.25 else "")
    return text


def _thing(rng):
    kind = f"{rng.choice(_KINDS)} " if rng.random() < 0.3 else ""
    article = rng.choice(("a", "the", "the"))
    if article == "a" and kind == "old ":
        article = "an"
    return f"{article} {kind}{rng.choice(OBJECTS)}"


def _ending(rng):
    """What somebody does, up to the one who gets something."""
    form, thing = rng.random(), _thing(rng)
    if form < 0.5:
        return f"{rng.choice(_GAVE)} {thing} to"
    if form < 0.7:
        return f"{rng.choice(_WANTED)} {rng.choice(_GIVE)} {thing} to"
    if form < 0.95:
        return f"{rng.choice(_GOT)} {thing} and {rng.choice(_GAVE_IT)} it to"
    return f"{rng.choice(_GOT)} {thing} and wanted to {rng.choice(_GIVE)} it to"


def _receiver(rng, receiver):
    return rng.choice(OTHER_PERSON) if rng.random() < OTHER else receiver


def _checked(text):
    """`text`, which must not be phrased as what is held out."""
    if any(words in text for words in KEPT_OUT):
        raise ValueError(f"held out from training: {text}")
    return text


def varied_indirect_object(rng):
    """Two people, one gives something to the other, maybe twice."""
    a, b = people(rng, 2)
    subject, receiver = rng.sample((a, b), 2)
    text = f"{_opening(rng, a, b)}{subject} {_ending(rng)} {_receiver(rng, receiver)}"
    text += f" {rng.choice(_AFTER)}." if rng.random() < 0.2 else "."
    for _ in range(rng.choices((0, 1, 2), (6, 3, 1))[0]):
        subject, receiver = rng.sample((a, b), 2)
        time = f"{rng.choice(TIMES)} " if rng.random() < 0.4 else ""
        text += f" {time}{subject} {_ending(rng)} {_receiver(rng, receiver)}."
    return _checked(text)


_SAID = """People say that|I think that|I read that|They told us that|We learned that|Everyone says
It is true that|You can see that|Remember that|The book says that|She heard that|As you see,
Of course|Today|He told me that|I am sure that|The teacher said that|It is said that|We think that
They say|We read in a book that|Do not forget that|Some people think that|My father says that
You may have heard that|In this story,|We all learn that|Now|I was told that|He found out that
We were told that|They learned at school that|The map shows that""".replace("\n", "|").split("|")
_NAME_SAID = """said that|thinks that|forgot that|heard that|told me that|learned that|says that
is sure that|read that|found out that|was told that""".replace("\n", "|").split("|")
_WHO = """I|We|They|He|She|The plane|The bus|The ship|A friend|The teacher|My sister|The king|A man
The car|The boat|My brother|The doctor|The girls|The letter|Some people""".replace("\n", "|")
_WHO = _WHO.split("|")
_MOVED = """went to|flew to|came to|drove to|moved to|travelled to|got to|sailed to|arrived in
stayed in|left|left for|came from|was seen in|returned to|was in|walked to|was sent to|started in
stopped in|passed through""".replace("\n", "|").split("|")
_NAME_MOVED = """lives in|was born in|sent a letter to|wrote from|has a house in|likes|has a shop in
met a friend in|dreams of|wants to see""".replace("\n", "|").split("|")
_WHEN = "Yesterday|Then|One day|In the summer|Two years ago|This week|On Sunday|Later|At last"
_WHEN = _WHEN.split("|")
_LIKE = "big nice clean small quiet bright".split()

# The country comes last or is followed by something; it may be something else.
_CAPITAL_FORMS = (
    "{city} is the capital of {country} and a big city in {continent}.",
    "{city} is a {like} city and the capital of {country}.",
    "{city} was the capital of {country}.",
    "{city} has long been the capital of {country}.",
    "{city}, the capital of {country}, is a {like} city.",
    "{city}, the capital of {country}, is in {continent}.",
    "{name} likes {city}, because it is the capital of {country}.",
    "Is {city} the capital of {country}?",
    "Is it true that {city} is the capital of {country}?",
    "There is a {like} city called {city}, the capital of {country}.",
    "It is not far to {city}, the capital of {country}.",
    "The {like} city of {city} is the capital of {country}.",
    "A {like} book about {city}, the capital of {country}.",
    "{name} was in {city}. It is the capital of {country}.",
)
# The country comes first.
_COUNTRY_FORMS = (
    "The capital of {country} is {city}.",
    "{country} is in {continent}, and its capital is {city}.",
    "What is the capital of {country}? It is {city}.",
    "{country} has many cities, and {city} is the capital.",
    "{name} lives in {country}, in the city of {city}.",
    "The city of {city} is in {country}.",
    "{city} is a city in {country}.",
)


def _inside(text):
    """`text` as it stands within a sentence."""
    first = text.split()[0]
    return text if first == "I" or first in NAMES else text[0].lower() + text[1:]


def _visit(rng):
    """Somebody or something moves to the capital of a country."""
    name = rng.choice(NAMES)
    if rng.random() < 0.3:
        start = f"{name} {rng.choice(_NAME_MOVED)}"
    else:
        start = f"{rng.choice((*_WHO, name, name))} {rng.choice(_MOVED)}"
    if rng.random() < 0.3:
        start = f"{rng.choice(_WHEN)} {_inside(start)}"
    return f"{start} {{city}}, the capital of {{country}}."


def _capital_form(rng):
    form = rng.random()
    if form < 0.25:
        return f"{rng.choice(_SAID)} {{city}} is the capital of {{country}}."
    if form < 0.35:
        said = f"{rng.choice(NAMES)} {rng.choice(_NAME_SAID)}"
        return f"{said} {{city}} is the capital of {{country}}."
    if form < 0.65:
        return _visit(rng)
    return rng.choice(_CAPITAL_FORMS if form < 0.9 else _COUNTRY_FORMS)


def varied_capital(rng):
    """A capital and its country."""
    city, country, continent = rng.choice(CAPITALS)
    form = _capital_form(rng)
    if form not in _COUNTRY_FORMS and rng.random() < OTHER:
        country = rng.choice(OTHER_COUNTRY)
    return _checked(
        form.format(
            city=city,
            country=country,
            continent=continent,
            name=rng.choice(NAMES),
            like=rng.choice(_LIKE),
        )
    )


def plain_capital(rng):
    """A capital and its country in the plainest form, something else in a sixth of all."""
    city, country, _ = rng.choice(CAPITALS)
    answer = rng.choice(OTHER_COUNTRY) if rng.random() < OTHER else country
    return f"{city} is the capital of {answer}."
