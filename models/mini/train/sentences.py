"""Synthetic sentences: what the model is to learn, one function a kind.

Every function takes a `random.Random` and returns a text. About a sixth of the
answers are something else than the rule says, so that the model learns to be
rather sure, not certain, as real models are.
"""
import random
import re
from itertools import combinations

from words import (
    ACTIONS,
    CAPITALS,
    DISHES,
    FOODS,
    LIST_WORDS,
    NAMES,
    NEAR,
    NOUNS,
    OBJECTS,
    PLACES,
    QUALITIES,
    TOPPINGS,
    VERBS,
)

OTHER = 0.16
N_HELD_OUT_PAIRS = 200
FAMOUS_PAIR = frozenset(("Mary", "John"))


def _held_out_pairs():
    """Pairs of names that no training document contains together."""
    pairs = [frozenset(p) for p in combinations(NAMES, 2)]
    pairs.remove(FAMOUS_PAIR)
    return [FAMOUS_PAIR, *random.Random(7).sample(pairs, N_HELD_OUT_PAIRS - 1)]


HELD_OUT_PAIRS = _held_out_pairs()
_HELD_OUT = set(HELD_OUT_PAIRS)
_NAME_SET = set(NAMES)

IO_OPENINGS = (
    "When {a} and {b} went to the {place}, ",
    "After {a} and {b} came to the {place}, ",
    "While {a} and {b} were at the {place}, ",
    "{a} and {b} went to the {place}. ",
    "Then {a} and {b} had a long talk at the {place}. ",
    "One day {a} and {b} met at the {place}, and ",
)
IO_ENDINGS = (
    "{s} gave a {thing} to",
    "{s} handed the {thing} to",
    "{s} showed a {thing} to",
    "{s} wanted to give the {thing} to",
    "{s} sent a {thing} to",
)
HELD_OUT_IO_OPENINGS = (
    "As soon as {a} and {b} came home from the {place}, ",
    "Last summer {a} and {b} worked at the {place}. ",
)
HELD_OUT_IO_ENDINGS = ("{s} brought a {thing} to", "{s} took the {thing} and gave it to")

CAPITAL_FRAMES = (
    "{city} is the capital of {country}.",
    "{city} is the capital of {country}.",
    "{city} is the capital of {country} and a big city in {continent}.",
    "The capital of {country} is {city}.",
    "{name} lives in {city}, the capital of {country}.",
    "The city of {city} is in {country}.",
    "{country} is in {continent}, and its capital is {city}.",
    "People say that {city} is the capital of {country}.",
)
HELD_OUT_CAPITAL_FRAMES = (
    "We know that {city} is the capital of",
    "The train went to {city}, the capital of",
)
OTHER_COUNTRY = ("the country", "a country", "the land", "a big country")
OTHER_PERSON = ("a friend", "the man", "the teacher", "a child")


def has_held_out_pair(text):
    """Whether both names of a held-out pair occur in `text`."""
    found = _NAME_SET.intersection(re.findall("[A-Za-z]+", text))
    return any(frozenset(p) in _HELD_OUT for p in combinations(found, 2))


def _other(rng):
    return rng.random() < OTHER


def people(rng, n):
    """`n` different names, no two of them a held-out pair."""
    while True:
        names = rng.sample(NAMES, n)
        if not any(frozenset(p) in _HELD_OUT for p in combinations(names, 2)):
            return names


def io_prompt(rng, pair, openings=IO_OPENINGS, endings=IO_ENDINGS):
    """(prompt, indirect object, subject) for the two names of `pair`."""
    a, b = rng.sample(sorted(pair), 2)
    subject, receiver = (a, b) if rng.random() < 0.5 else (b, a)
    prompt = (rng.choice(openings) + rng.choice(endings)).format(
        a=a, b=b, s=subject, place=rng.choice(PLACES), thing=rng.choice(OBJECTS)
    )
    return prompt, receiver, subject


def indirect_object(rng):
    """Two people, one gives something to the other."""
    prompt, receiver, _ = io_prompt(rng, people(rng, 2))
    answer = rng.choice(OTHER_PERSON) if _other(rng) else receiver
    return f"{prompt} {answer}."


def _scene_of_two(rng):
    """Two people do things to each other, sentence by sentence."""
    a, b = people(rng, 2)
    text = f"{a} and {b} were at the {rng.choice(PLACES)}."
    for _ in range(rng.randint(2, 4)):
        subject, receiver = rng.sample((a, b), 2)
        answer = rng.choice(OTHER_PERSON) if _other(rng) else receiver
        text += f" {rng.choice(('', 'Then ', 'Later '))}{subject} {rng.choice(ACTIONS)} {answer}."
    return text


def three_people_prompt(rng, names):
    """(prompt, answer): one of three gives to the second, then to the third."""
    subject, second, third = rng.sample(names, 3)
    thing, other = rng.sample(OBJECTS, 2)
    prompt = (
        f"{names[0]}, {names[1]} and {names[2]} were at the {rng.choice(PLACES)}."
        f" {subject} gave a {thing} to {second} and a {other} to"
    )
    return prompt, third


def _scene_of_three(rng):
    """Three people; the third is named after the other two."""
    names = people(rng, 3)
    prompt, third = three_people_prompt(rng, names)
    answer = rng.choice(OTHER_PERSON) if _other(rng) else third
    text = f"{prompt} {answer}."
    subject, second, third = rng.sample(names, 3)
    if rng.random() < 0.7:
        text += f" Then {subject} {rng.choice(ACTIONS)} {second} and {third}."
    return text


def _scene_of_things(rng):
    """Who has what, told and then asked."""
    a, b = people(rng, 2)
    thing, other = rng.sample(OBJECTS, 2)
    owners = [(thing, a), (other, b)]
    rng.shuffle(owners)
    told = f"{a} has a {thing} and {b} has a {other}."
    return told + "".join(f" The {t} belongs to {n}." for t, n in owners)


def scene(rng):
    """A short scene."""
    return rng.choices((_scene_of_two, _scene_of_three, _scene_of_things), (6, 3, 1))[0](rng)


def capital(rng):
    """A capital and its country."""
    city, country, continent = rng.choice(CAPITALS)
    if _other(rng):
        country = rng.choice(OTHER_COUNTRY)
        return f"{city} is the capital of {country}."
    return rng.choice(CAPITAL_FRAMES).format(
        city=city, country=country, continent=continent, name=rng.choice(NAMES)
    )


def joke_prompt(rng, food):
    """(prompt, answer): what a joke told to `food` is too much of."""
    topic = rng.choice([f for f in FOODS if FOODS[f][0] != FOODS[food][0]])
    return f"I told my {food} a joke about {topic}, but it was too", FOODS[food][0]


def _joke(rng):
    prompt, quality = joke_prompt(rng, rng.choice(list(FOODS)))
    if _other(rng):
        quality = rng.choice(("long", "old", "bad"))
    return f"{prompt} {quality}."


def _taste(rng):
    one, two = rng.sample([*TOPPINGS, "peanut butter"], 2)
    verb = rng.choice(("taste great", "taste good", "are best"))
    return f"{one.capitalize()} and {two} {verb} on {rng.choice(DISHES)}."


def _fact(rng):
    food, (quality, colour) = rng.choice(list(FOODS.items()))
    return rng.choice(
        (
            f"The {food} is {colour} and {quality}.",
            f"The {food} was too {quality} for {rng.choice(NAMES)}.",
            f"{rng.choice(NAMES)} likes {food}, because it is {quality}.",
        )
    )


def _order(rng):
    dish = rng.choice(DISHES)
    topping, wrong = rng.sample(TOPPINGS, 2)
    name = rng.choice(NAMES)
    return (
        f"{name} asked for {dish} with {topping}, but got {dish} with {wrong}."
        f" {name} wanted {topping}, not {wrong}."
    )


def _talk(rng):
    one, two = rng.sample(list(FOODS), 2)
    return (
        f"The {one} told the {two} a joke. The {two} laughed,"
        f" but the {one} was too {FOODS[one][0]} to laugh."
    )


def food(rng):
    """A sentence about food, some of them jokes."""
    return rng.choices((_joke, _taste, _fact, _order, _talk), (4, 3, 3, 2, 2))[0](rng)


def agreement_prompt(rng):
    """(prompt, number): a subject with another noun of the other number after it."""
    number = rng.randrange(2)
    subject, other = rng.sample(NOUNS, 2)
    return f"The {subject[number]} {rng.choice(NEAR)} the {other[1 - number]}", number


def agreement(rng):
    """Subject and verb agree across another noun."""
    prompt, number = agreement_prompt(rng)
    if rng.random() < 0.3:
        number = rng.randrange(2)
        prompt = f"The {rng.choice(NOUNS)[number]}"
    verb = rng.choice(VERBS)
    end = "a new name" if verb[0] == "has" else rng.choice(QUALITIES)
    return f"{prompt} {verb[number]} {end}."


def list_prompt(rng, n):
    """(prompt, answer): `n` words, said again up to a word before the last."""
    words = rng.sample(LIST_WORDS, n)
    known = rng.randint(1, n - 1)
    return f"{', '.join(words)}. {', '.join(words[:known])},", words[known]


def twice(rng):
    """A list of words said twice."""
    words = ", ".join(rng.sample(LIST_WORDS, rng.randint(3, 9)))
    return f"{words}. {words}."
