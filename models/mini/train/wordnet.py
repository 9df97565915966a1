"""Plain English from WordNet 3.0: definitions and example sentences."""
import re
from pathlib import Path

_FILES = ("data.noun", "data.verb", "data.adj", "data.adv")
_EXAMPLE = re.compile(r'"([^"]+)"')


def _glosses(folder):
    """Yields (first word, gloss) of every synset."""
    for name in _FILES:
        for line in (Path(folder) / name).read_text(encoding="ascii").splitlines():
            head, bar, gloss = line.partition(" | ")
            if bar and not line.startswith(" "):
                word = head.split()[4].split("(")[0].replace("_", " ")
                yield word, gloss.strip()


def _sentence(text):
    """`text` with a capital first letter and a full stop."""
    text = " ".join(text.split()).strip(" ;,")
    end = "" if text[-1:] in ".!?" else "."
    return text[:1].upper() + text[1:] + end


def sentences(folder):
    """All definitions ("Word: definition.") and examples, in the files' order."""
    found = []
    for word, gloss in _glosses(folder):
        definition = _EXAMPLE.split(gloss)[0].strip(" ;,:-")
        if definition:
            found.append(_sentence(f"{word}: {definition}"))
        for example in _EXAMPLE.findall(gloss):
            if len(example.split()) > 2:
                found.append(_sentence(example))
    return found
