"""What a person types becomes terms."""

import pytest

from server.store.search import MAX_CHARACTERS, MAX_TERMS, Term, terms


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ()),
        ("бюджет", (Term(("бюджет",)),)),
        ("budget  plan", (Term(("budget",)), Term(("plan",)))),
        ('"quarterly plan" x', (Term(('"quarterly plan"',)), Term(("x",)))),
        ("«годовой план»", (Term(('"годовой план"',)),)),
        ("plan* x*", (Term(("plan*",)), Term(("x*",)))),
        ("-draft", (Term(("draft",), excluded=True),)),
        ('-"old plan"', (Term(('"old plan"',), excluded=True),)),
        ("a or b OR c d", (Term(("a", "b", "c")), Term(("d",)))),
        ("or a or", (Term(("or",)), Term(("a",)))),
        ("a or -b", (Term(("a",)), Term(("b",), excluded=True))),
        ("-a or b", (Term(("a",), excluded=True), Term(("b",)))),
        ("--a", (Term(("a",), excluded=True),)),
        ("план—факт", (Term(("план",)), Term(("факт",)))),
        ('" unbalanced', (Term(("unbalanced",)),)),
        ('- -- ? "" \'', ()),
    ],
)
def test_a_query_is_read_as_terms(query: str, expected: tuple[Term, ...]) -> None:
    assert terms(query) == expected


def test_a_query_is_bounded_in_terms_and_in_their_length() -> None:
    assert len(terms("word " * 1000)) == MAX_TERMS
    assert terms("x" * 5000) == (Term(("x" * MAX_CHARACTERS,)),)
