"""Bodies, parties, ordinals, previous and next sessions.

Rules of this module:

- A body is two parties and a body word with its modifiers, in either order (``India-Russia Working Group on ...``; ``Commission between X and Y on ...``), or a name
  of the register word for word. Its field is what follows ``on`` or ``for``.
- The body of the report is the one whose session is numbered first; a body that it works *under* is the framework.
- The first ordinal that is not looking back is the current session; lower ones that are looked back at are previous, higher ones are next.
"""

from cochair.press.page import Page, Sentence
from cochair.press.patterns import Capture
from cochair.press.register import slug

_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_ENDINGS = ("st", "nd", "rd", "th")
_RU_ENDINGS = frozenset({"е", "го", "ая", "й", "ое", "ом", "я", "ый", "ому", "ем", "ей", "ую", "ой"})
_KIND_SLUG = {"working group": "working-group", "sub-commission": "sub-commission", "sub-group": "sub-group", "commission": "commission"}
_DASHES = frozenset({"-", "/"})


def party_at(page: Page, i: int) -> tuple[int, str] | None:
    """Token -> (end, state) when a state is named there: Russia, Russian, the Russian Federation, Islamic Republic of Iran."""
    if page.fold(i) == "the":
        i += 1
    form = page.at("stateform", i)
    if form and page.fold(form[0]) == "of":
        j = form[0] + (2 if page.fold(form[0] + 1) == "the" else 1)
        inner = page.at("country", j) or (party_at(page, j) if page.at("stateform", j) else None)
        if inner:
            return inner[0], inner[1]
    plain = page.at("country", form[0]) if form else None  # Республика Узбекистан
    return plain or page.at("country", i) or page.at("demonym", i)


def _field(page: Page, i: int, last: int) -> int:
    """First token after ``on`` -> end of the words of the field."""
    j = end = i
    while j < last:
        fold, area = page.fold(j), page.at("areaword", j)
        if fold in {"and", "&"}:
            ok = j + 1 < last and (
                page.at("areaword", j + 1) is not None or page.at("area", j + 1) is not None or _plain_capital(page, j + 1)
            )
        elif fold in {",", "-"}:
            ok = j + 1 < last and page.at("areaword", j + 1) is not None and page.fold(j + 1) != "and"
        elif fold in {"of", "for", "in", "the"}:
            ok = (
                j > i
                and j + 1 < last
                and (page.at("areaword", j + 1) is not None or page.fold(j + 1) == "the")
                and page.fold(j + 1) != "and"
            )
        elif page.at("posthead", j) or page.at("sessnoun", j):
            ok = False
        else:
            ok = (area is not None and fold != "and") or page.at("area", j) is not None or _plain_capital(page, j)
            if ok:
                end = j + 1
        if not ok:
            break
        j += 1
    return end


def _plain_capital(page: Page, i: int) -> bool:
    token = page.tokens[i]
    taken = any(page.at(kind, i) for kind in ("country", "demonym", "city", "month", "weekday", "posthead", "sessnoun", "honorific"))
    return token.text[0].isupper() and token.text[0].isalpha() and not taken


def _modifiers(page: Page, i: int, last: int) -> tuple[int, str] | None:
    """Token after the parties -> (end, kind) of the body word reached through modifiers."""
    for _ in range(12):
        if i >= last:
            return None
        body = page.at("bodytype", i)
        if body:
            return body
        modifier = page.at("bodymod", i)
        if modifier:
            i = modifier[0]
        elif page.fold(i) in {"-", ",", "and", "&"} or _plain_capital(page, i):
            i += 1
        else:
            return None
    return None


def _tail(page: Page, i: int, last: int) -> tuple[int, str]:
    """Token after the body word -> (end of the mention, words of the field)."""
    end, words = i, ""
    if page.fold(i) == "(" and page.fold(i + 2) == ")":
        i += 3
    prep = page.at("bodyprep", i)
    if prep and prep[0] < last:
        stop = _field(page, prep[0], last)
        if stop > prep[0]:
            end, words = stop, page.words(prep[0], stop)
    return end, words


def _named_first(page: Page, i: int, last: int) -> tuple[int, str, list[str], str] | None:
    """India-Russia Working Group on ...: -> (end, kind, parties, field)."""
    one = party_at(page, i)
    if one is None or one[0] >= last:
        return None
    j = one[0]
    if not (page.fold(j) in _DASHES or page.fold(j) in {"and", "и"} or (page.at("demonym", j) or page.at("country", j))):
        return None
    j += 1 if page.fold(j) in _DASHES or page.fold(j) in {"and", "и"} else 0
    two = party_at(page, j) if j < last else None
    if two is None or two[1] == one[1]:
        return None
    body = _modifiers(page, two[0], last)
    if body is None:
        return None
    end, words = _tail(page, body[0], last)
    return end, body[1], [one[1], two[1]], words


def _named_last(page: Page, i: int, last: int) -> tuple[int, str, list[str], str] | None:
    """Joint Commission [on ...] between X and Y [on ...]: i is the body word."""
    body = page.at("bodytype", i)
    if body is None:
        return None
    end, words = _tail(page, body[0], last)
    j = end
    if page.fold(j) == "(" and page.fold(j + 2) == ")":
        j += 3
    if page.at("between", j) is None:
        return None
    one = party_at(page, j + 1)
    if one is None or page.fold(one[0]) not in {"and", ",", "-", "и", "with"}:
        return None
    two = party_at(page, one[0] + 1)
    if two is None or two[1] == one[1] or two[0] > last:
        return None
    end = two[0]
    if not words:
        end, words = _tail(page, two[0], last)
    return end, body[1], [one[1], two[1]], words


def mark_bodies(page: Page) -> None:
    """Mark every body in class ``body``: value {id, kind, parties, known}."""
    for sentence in page.sentences:
        i = sentence.first
        while i < sentence.last:
            made = _named_first(page, i, sentence.last)
            start = i
            if made is None and page.at("bodytype", i):
                made = _named_last(page, i, sentence.last)
            known = page.at("regname", i)
            if known and (made is None or known[0] >= made[0]):
                body = page.register.bodies[known[1]]
                page.mark("body", i, known[0], {"id": body.id, "kind": body.kind, "parties": list(body.parties), "known": True})
                i = known[0]
                continue
            if made is None:
                i += 1
                continue
            end, kind, parties, words = made
            while start > sentence.first and page.at("bodymod", start - 1) and page.capital(start - 1) and page.fold(start - 1) != "the":
                start -= 1
            if page.fold(start) == "the":
                start += 1
            found = page.register.match(parties, kind, words)
            new = f"new:{_KIND_SLUG.get(kind, kind)}:{'-'.join(sorted(parties))}:{slug(words)}"
            page.mark("body", start, end, {"id": found or new, "kind": kind, "parties": parties, "known": found is not None})
            i = end


def _roman(text: str) -> int | None:
    if not text or any(c not in _ROMAN for c in text) or len(text) > 7:
        return None
    values = [_ROMAN[c] for c in text]
    return sum(-v if i + 1 < len(values) and values[i + 1] > v else v for i, v in enumerate(values))


def ordinal_at(page: Page, i: int) -> tuple[int, int] | None:
    """Token -> (end, number) of an ordinal: 11th, eleventh, XI, 11-e."""
    text = page.fold(i)
    if text[-2:] in _ENDINGS and text[:-2].isascii() and text[:-2].isdigit() and len(text) <= 5:
        return i + 1, int(text[:-2])
    if (
        text.isascii()
        and text.isdigit()
        and len(text) <= 3
        and page.fold(i + 1) == "-"
        and i + 2 < len(page.tokens)
        and page.tokens[i + 2].text.lower() in _RU_ENDINGS
    ):
        return i + 3, int(text)
    if number := page.at("ordword", i):
        return number
    if (roman := _roman(page.tokens[i].text)) is not None and page.has("sessnoun", i + 1, min(i + 4, len(page.tokens))):
        return i + 1, roman
    return None


def _sessions(page: Page, sentence: Sentence) -> list[tuple[Capture, int]]:
    """-> numbered sessions of a sentence: (tokens from the ordinal to the session word, token after the whole)."""
    out = []
    i = sentence.first
    while i < sentence.last:
        ordinal = ordinal_at(page, i)
        if ordinal is None:
            i += 1
            continue
        j = ordinal[0]
        body = page.at("body", j)
        if body:
            noun = page.at("sessnoun", body[0])
            out.append((Capture(i, noun[0] if noun else j, ordinal[1]), body[0]))
            i = body[0]
            continue
        of_body = False
        for _ in range(4):
            noun = page.at("sessnoun", j)
            if noun:
                out.append((Capture(i, noun[0], ordinal[1]), noun[0]))
                break
            if j < sentence.last and (
                page.at("bodymod", j)
                or page.at("country", j)
                or page.at("demonym", j)
                or page.at("bodytype", j)
                or page.fold(j) == "-"
                or _acronym(page, j)
            ):
                of_body = of_body or page.at("bodytype", j) is not None
                step = page.at("bodytype", j) or page.at("bodymod", j) or (j + 1, None)
                j = step[0]
            else:
                if of_body:  # the 6th Bilateral Commission
                    out.append((Capture(i, j, ordinal[1]), j))
                break
        i = max(j, i + 1)
    if not out:
        for word in page.each("sessnoun", sentence):  # session No. 5
            j = word.end + (1 if page.fold(word.end) in {"no", "№", "number"} else 0)
            if j > word.end:
                j += 1 if page.fold(j) == "." else 0
                if page.fold(j).isascii() and page.fold(j).isdigit() and len(page.fold(j)) <= 3:
                    out.append((Capture(word.start, j + 1, int(page.fold(j))), j + 1))
    return out


def _acronym(page: Page, i: int) -> bool:
    text = page.tokens[i].text
    return len(text) >= 2 and text.isupper() and text.isalpha()


def _looks_back(page: Page, sentence: Sentence, i: int) -> bool:
    return any(m.start >= i - 6 and m.end <= i for m in page.each("sincecue", sentence)) or page.fold(i - 1) in {"since", "after"}


def _of_other(page: Page, end: int, main: str | None) -> bool:
    """Is the session that ends before ``end`` one of a body other than the main one?"""
    j = end
    while page.fold(j) in {"of", "the"}:
        j += 1
    body = page.at("body", j)
    return bool(body and main and body[1]["id"] != main)


def _main(page: Page) -> str | None:
    bodies = [(s, b) for s in page.sentences for b in page.each("body", s)]
    plain = [(s, b) for s, b in bodies if not _under(page, s, b)]
    for sentence, body in plain:
        if sentence.role == "text" and (_sessions(page, sentence) or page.has("sessnoun", sentence.first, sentence.last) is not None):
            return str(body.value["id"])
    ordered = plain or bodies
    return str(ordered[0][1].value["id"]) if ordered else None


def _under(page: Page, sentence: Sentence, body: Capture) -> bool:
    """Is the body named as the framework of something?"""
    i = body.start - (1 if page.fold(body.start - 1) == "the" else 0)
    if any(m.end == i for m in page.each("frameworkcue", sentence)):
        return True
    own = page.each("body", sentence)
    lower = next((b for b in own if b.end in {i - 1, i - 2, i - 4, i} and b.value["kind"] != "commission"), None)
    return body.value["kind"] == "commission" and lower is not None


def read_bodies(page: Page) -> None:
    """Claims body.name, body.framework, party, session.ordinal, session.previous, session.next."""
    main = _main(page)
    parent = page.register.parent(main) if main else None
    parties: list[str] = []
    for sentence in page.sentences:
        for body in page.each("body", sentence):
            if body.value["id"] == main:
                page.claim("body.name", (body.start, body.end), main, "body.name", known=body.value["known"])
                parties = parties or body.value["parties"]
            elif body.value["id"] == parent or _under(page, sentence, body):
                page.claim("body.framework", (body.start, body.end), body.value["id"], "body.framework", known=body.value["known"])
            else:
                page.claim("body.other", (body.start, body.end), body.value["id"], "body.other", known=body.value["known"])
    page.facts["main"], page.facts["parties"] = main, parties or _pair(page)
    page.facts["genre"] = bool(main) or any(_sessions(page, s) or _meets(page, s) for s in page.sentences)
    _parties(page, main)
    _ordinals(page, main)


def _meets(page: Page, sentence: Sentence) -> bool:
    """Does the sentence name a commission or group and a session of it?"""
    return (
        page.has("bodytype", sentence.first, sentence.last) is not None and page.has("sessnoun", sentence.first, sentence.last) is not None
    )


def _pair(page: Page) -> list[str]:
    """Two states joined by ``and`` or a comma in the headline or first sentence, where no body is named."""
    for sentence in page.sentences[:4]:
        for i in range(sentence.first, sentence.last):
            one = party_at(page, i)
            if one and page.fold(one[0]) in {"and", ",", "-", "и"}:
                two = party_at(page, one[0] + 1)
                if two and two[1] != one[1] and two[0] <= sentence.last:
                    return [one[1], two[1]]
    return []


def _parties(page: Page, main: str | None) -> None:
    wanted = set(page.facts["parties"])
    for sentence in sorted(page.sentences, key=lambda s: s.role != "text"):
        bodies = [b for b in page.each("body", sentence) if b.value["id"] == main]
        for first, last in [(b.start, b.end) for b in bodies] if main else [(sentence.first, sentence.last)]:
            i = first
            while i < last and wanted:
                party = party_at(page, i)
                if party and party[1] in wanted:
                    page.claim(
                        "party", (i + (1 if page.fold(i) == "the" else 0), party[0]), party[1], "party.in-body" if main else "party.pair"
                    )
                    wanted.discard(party[1])
                i = party[0] if party else i + 1


def _only_planned(page: Page, sentence: Sentence, session: Capture, sessions: list[tuple[Sentence, Capture, int]]) -> bool:
    """Is it a session that is still to come, in a report that looks back at the one before it (a meeting between sessions)?"""
    if page.has("future", sentence.first, sentence.last) is None:
        return False
    return any(c.value == session.value - 1 and _looks_back(page, s, c.start) for s, c, _ in sessions)


def _ordinals(page: Page, main: str | None) -> None:
    sessions = [(s, c, end) for s in page.sentences for c, end in _sessions(page, s)]
    ahead = [c for s, c, _ in sessions if page.at("nextword", c.start - 1)]
    straight = [
        c
        for s, c, end in sessions
        if not _only_planned(page, s, c, sessions)
        and not _looks_back(page, s, c.start)
        and not _of_other(page, end, main)
        and c not in ahead
    ]
    in_text = [c for s, c, end in sessions if s.role == "text" and c in straight]
    current: Capture | None = next(iter(in_text or straight), None)
    page.facts["ordinal"] = current.value if current else None
    for sentence, session, end in sessions:
        number = session.value
        if _of_other(page, end, main):
            page.claim("session.other", (session.start, session.end), number, "ordinal.other-body")
        elif current and number == current.value:
            page.claim("session.ordinal", (session.start, session.end), number, "ordinal.current")
            page.mark("cursession", session.start, session.end, number)
        elif current and number > current.value:
            page.claim("session.next", (session.start, session.end), number, "ordinal.next")
            page.mark("othersession", session.start, session.end, number)
        elif current is None and _only_planned(page, sentence, session, sessions):
            page.claim("session.next", (session.start, session.end), number, "ordinal.planned")
            page.mark("othersession", session.start, session.end, number)
        else:
            back = _looks_back(page, sentence, session.start) or (current and number == current.value - 1)
            page.claim("session.previous" if back else "session.earlier", (session.start, session.end), number, "ordinal.previous")
            page.mark("othersession", session.start, session.end, number)
    if any(c.field == "session.previous" for c in page.claims):
        return
    for sentence in page.body_text():
        for word in page.each("previous", sentence):
            noun = page.at("sessnoun", word.end)
            if noun:
                page.claim("session.previous", (word.start, noun[0]), None, "previous.unnumbered")
                page.mark("othersession", word.start, noun[0], None)
                return
