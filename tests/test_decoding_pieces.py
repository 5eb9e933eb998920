from pipeline.decoding.pieces import pieces_of, words_of


def test_an_elided_article_is_a_word() -> None:
    assert words_of("l'accueil d’une journée") == ["l'", "accueil", "d'", "une", "journée"]


def test_numbers_acronyms_addresses_and_names_are_fixed() -> None:
    pieces = pieces_of("Mme Durand M.A.I.S. 12,50 € le 02/03/2018 a.b@exemple.fr FR76 8h45")
    fixed = {piece.text for piece in pieces if piece.fixed}
    assert {"Durand", "M.A.I.S.", "12,50", "02/03/2018", "a.b@exemple.fr", "FR76", "8h45"} <= fixed


def test_a_digit_stands_for_a_letter_only_where_nothing_is_counted() -> None:
    assert [p.for_a for p in pieces_of("ouverte 4 tous") if p.text == "4"] == [True]
    for line in ("le 4 mai", "salle 4 tous", "recevons 4 ateliers", "habite 4 rue"):
        assert [p.for_a for p in pieces_of(line) if p.text == "4"] == [False]


def test_what_an_engine_makes_of_leader_dots_is_a_leader() -> None:
    assert [p.leader for p in pieces_of("Nom ......ccceeeeeecce fin")] == [False, True, False]
