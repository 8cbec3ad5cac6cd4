"""Outcome of the session, and what else a sentence does: decision, evaluation, tone, review.

Rules of this module:

- An outcome is a reaffirmed bond (``reaffirming the partnership``) or a document that the Sides agreed to make. The value names the bond or the kind of document.
- The other kinds are for the reader's eye and for coverage: a whole sentence that only judges, paints the mood, or reports a review. They are marked last, and only
  where a word of that kind stands in the sentence.
"""

from cochair.press.page import Page, Sentence

_KINDS = ("evaluation", "tone", "review", "discussion")


def _end(page: Page, sentence: Sentence, start: int) -> int:
    end = next((i for i in range(start, sentence.last) if i in page.masked or page.fold(i) == ";"), sentence.last)
    while end > start and page.tokens[end - 1].text in {".", ",", "!", ":"}:
        end -= 1
    return end


def read_outcomes(page: Page) -> None:
    """Claims outcome and decision."""
    for sentence in page.body_text():
        if sentence.scope == "engagement":
            continue
        for verb in page.each("reaffirm", sentence):
            if verb.start in page.masked:
                continue
            bond = next((b for b in page.each("bond", sentence) if 0 <= b.start - verb.end <= 14), None)
            if bond:
                page.claim(
                    "outcome", (verb.start, _end(page, sentence, bond.end)), f"{verb.value} {page.fold(bond.start)}", "outcome.reaffirmed"
                )
        for verb in page.each("agreed", sentence):
            if verb.start in page.masked or page.fold(verb.end) not in {"to", "on", "that"} or page.fold(verb.start - 1) == "previous":
                continue
            doc = next((d for d in page.each("doc", sentence) if 0 < d.start - verb.end <= 6), None)
            made = any(page.at("finalizeverb", i) for i in range(verb.end, doc.start)) if doc else False
            span = (verb.start, _end(page, sentence, verb.end))
            if doc and made:
                page.claim("outcome", span, doc.value, "outcome.document")
            elif page.fold(verb.end) != "on":
                page.claim("decision", span, None, "decision.agreed-to")


def read_rest(page: Page) -> None:
    """Claims evaluation, tone, review, discussion for sentences in which nothing else was read; engagement.detail beside an engagement."""
    taken = [(c.spans[0].start, c.spans[0].end) for c in page.claims if c.field != "attribution" or c.detail.get("anaphor")]
    for sentence in page.body_text():
        start, end = sentence.stretch.start, sentence.stretch.end
        for kind in _KINDS:
            if page.has(kind, sentence.first, sentence.last) is None or (kind == "discussion" and any(start <= a < end for a, _ in taken)):
                continue
            name = kind if sentence.scope == "session" or kind in {"tone", "evaluation"} else "engagement.detail"
            page.claim(name, page.chars(start, end), None, f"rest.{kind}")
            break
