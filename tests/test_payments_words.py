"""Every reason is a French sentence."""

import re

import pytest

from pipeline.payments.outcome import Reason, Rule
from pipeline.payments.words import sentence

_FACTS: dict[Rule, tuple[str | int, ...]] = {
    Rule.SLIP: (5,),
    Rule.NOT_OPEN: ("RF92 3FA9 C2D4 1",),
    Rule.PAID_BEFORE: ("RF92 3FA9 C2D4 1", "RF51 3FA9 C2D4 2"),
    Rule.REFERENCE_AMOUNT: (3000, 2999),
    Rule.MANGLED_REFERENCE: ("RF923FA9",),
    Rule.COUNT: (2, 1, "fiches"),
    Rule.PURPOSE: ("don",),
    Rule.PART: ("1/2",),
    Rule.HALF: ("RF92 3FA9 C2D4 1",),
    Rule.RIVALS: (3,),
    Rule.TWIN: ("RF92 3FA9 C2D4 1",),
    Rule.SEVERAL_SLIPS: (5, 6),
    Rule.AMOUNT_ALONE: (2,),
}


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_has_a_sentence_that_is_set_the_french_way(rule: Rule) -> None:
    words = sentence(Reason(rule, _FACTS.get(rule, ())))
    assert re.search(r"[.?)]$", words)
    assert not re.search(r"[^\u00a0\u202f][:;?!»]", words)
    assert not re.search(r"«[^\u00a0]", words)


def test_sentences_say_the_facts() -> None:
    gap = sentence(Reason(Rule.REFERENCE_AMOUNT, (3000, 2999)))
    assert "30,00\u00a0€" in gap
    assert "29,99\u00a0€" in gap
    assert "-0,01\u00a0€" in gap
    assert "«\u00a0don\u00a0»" in sentence(Reason(Rule.PURPOSE, ("don",)))
    assert "RF51 3FA9 C2D4 2" in sentence(Reason(Rule.PAID_BEFORE, _FACTS[Rule.PAID_BEFORE]))
    people, fiches = (sentence(Reason(Rule.COUNT, (2, 1, of))) for of in ("people", "either"))
    assert ("2\u00a0personnes" in people, "2\u00a0fiches" in fiches) == (True, True)
    assert "1\u00a0fiche," in sentence(Reason(Rule.COUNT, (1, 2, "fiches")))
    assert sentence(Reason(Rule.AMOUNT_ALONE, (1,))) != sentence(Reason(Rule.AMOUNT_ALONE, (2,)))
