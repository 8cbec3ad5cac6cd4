"""What is not a report of a session, and what the reader must leave unknown."""

from cochair.press.commands import own_register
from cochair.press.read import read

REGISTER = own_register()


def _fields(text):
    return {claim.field for claim in read(text, REGISTER).claims}


def test_news_of_another_kind_has_no_chairs_matters_or_documents():
    text = (
        "Monsoon rains flood parts of Mumbai\n"
        "MUMBAI, July 12 (PTI) - Heavy rain flooded areas of Mumbai, officials said.\n"
        "Chief Minister Ramesh Namuna held a meeting with civic officials on Sunday and said cooperation in relief work was good.\n"
        "The team, led by captain Anil Namuna, trained in Dubai. The United States and China signed an agreement on trade in Geneva in May.\n"
    )
    assert _fields(text) == {"doc.headline", "doc.dateline_place", "doc.dateline_date", "doc.outlet", "attribution"}


def test_the_date_of_a_founding_paper_is_not_the_date_of_the_session():
    reading = read(
        "The 4th session of the Brazil-Angola Joint Commission was held in Luanda. The commission rests on the agreement signed on 2 November 1992.\n"
        "The first session took place on 3 May 1994 in Brasilia.",
        REGISTER,
    )
    assert reading.of("session.date") == []
    assert [c.value for c in reading.of("session.city")] == ["Luanda"]
    assert [c.value for c in reading.of("session.ordinal")] == [4]


def test_a_third_state_is_no_party():
    reading = read(
        "The 4th session of the Brazil-Angola Joint Commission was held in Luanda. Trade with China and the United States was mentioned.",
        REGISTER,
    )
    assert {c.value for c in reading.of("party")} == {"BR", "AO"}


def test_a_side_that_the_text_does_not_tell_stays_unknown():
    reading = read("The 4th session of the Brazil-Angola Joint Commission was co-chaired by Joao Fulano and Maria Amostra.", REGISTER)
    assert [c.value for c in reading.of("chair")] == [{"person": "Joao Fulano", "side": None}, {"person": "Maria Amostra", "side": None}]


def test_a_body_out_of_the_register_is_new_and_never_another():
    reading = read("The 4th session of the India-Russia Working Group on Fisheries was held in Moscow.", REGISTER)
    (body,) = reading.of("body.name")
    assert body.value == "new:working-group:IN-RU:fisheries"
    assert body.detail["known"] is False


def test_the_other_order_of_the_parties_is_the_same_body():
    reading = read(
        "The 12th meeting of the Russian-Indian Working Group on Modernization and Industrial Cooperation was held in Moscow.", REGISTER
    )
    assert [c.value for c in reading.of("body.name")] == ["working-group:IN-RU:modernisation-industrial-cooperation"]


def test_russian_frame_body_ordinal_date_place_matters():
    reading = read(
        "В Ташкенте прошло заседание комиссии\n"
        "ТАШКЕНТ, 15 мая 2024 года. /ТАСС/. XXIII заседание Межправительственной комиссии по экономическому сотрудничеству между Российской Федерацией"
        " и Республикой Узбекистан состоялось 14 мая 2024 года в Ташкенте.\n"
        "Стороны обсудили сотрудничество в промышленности, энергетике и туризме. По итогам заседания подписан протокол.",
        REGISTER,
    )
    assert reading.language == "ru"
    values = {field: [c.value for c in reading.of(field)] for field in ("session.ordinal", "session.date", "session.city", "doc.outlet")}
    assert values == {"session.ordinal": [23], "session.date": ["2024-05-14"], "session.city": ["Ташкент"], "doc.outlet": ["ТАСС"]}
    assert {c.value for c in reading.of("party")} == {"RU", "UZ"}
    assert [c.value for c in reading.of("topic")] == ["промышленности", "энергетике", "туризме"]
    assert reading.of("body.name")[0].value.startswith("new:commission:RU-UZ:")
    assert [c.value["status"] for c in reading.of("document")] == ["signed"]
