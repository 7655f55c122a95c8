"""Every audited number can be looked at: pointed at, focused or tapped."""

import pytest
from playwright.sync_api import expect

from bpreport.publish.numbers import exact, signed
from bpreport.publish.pointing import figures, numerals
from tests.publish.browser.browsing import LANGUAGES, Visit, bring, read_in, shown


def test_every_judged_number_leads_to_its_claim(result):
    """In a formula or in running text, the number that a verdict is about leads to it."""
    leads = {pointer.claim for pointer in figures(result).values()}
    leads |= {pointer.claim for found in numerals(result).values() for pointer in found.values()}
    judged = {judged.claim.id for judged in result.judgements if judged.printed is not None}
    assert judged - leads == set()


def test_every_printed_number_of_the_ledger_leads_somewhere(visit: Visit, result):
    """What the ledger gives to a claim leads to a claim on the page, in every language."""
    owned = [numeral.text for numeral in result.deck.numerals if numeral.claims]
    with visit() as page:
        for language in LANGUAGES:
            marked = read_in(page, language).locator("[data-claim]")
            assert marked.count() == len(owned)
            lost = marked.evaluate_all(
                """(numbers, prefix) => numbers.filter(
                    (number) => !document.getElementById(`${prefix}claim-${number.dataset.claim}`)
                ).map((number) => number.dataset.claim)""",
                "" if language == LANGUAGES[0] else "en.",
            )
            assert lost == []


def test_every_decimal_of_a_formula_has_an_exact_value_and_a_derivation(visit: Visit):
    """Also what was put in the place of a name; whole numbers may be constants of the formula."""
    with visit() as page:
        decimals = shown(page).locator(".slide:not(:has(.claim.definition)) mn[data-claim]")
        lacking = decimals.evaluate_all(
            """numbers => numbers
                .filter((one) => /\\d\\.\\d/.test(one.textContent))
                .filter((one) => !(one.dataset.exact && one.dataset.derivation))
                .map((one) => [one.dataset.claim, one.textContent])
                .filter(([claim]) => !/^(definition|proved)$/.test(
                    document.getElementById(`claim-${claim}`).closest("tr").dataset.verdict))"""
        )
        assert lacking == []
        broken = decimals.evaluate_all(
            """numbers => numbers.map((one) => one.dataset.derivation)
                .filter((name) => name && !document.getElementById(name))"""
        )
        assert broken == []


def test_a_number_that_was_put_in_says_what_it_stands_for(visit: Visit, result):
    """0.15 is w_2 in the second term of net_h1: its own value, not that of its neighbour."""
    with visit() as page:
        line = next(one for one in result.judgements if one.claim.text.startswith("net_{h1} = 0.1"))
        numbers = shown(page).locator(f'mn[data-claim="{line.claim.id}"]')
        card = shown(page).locator(".card")
        bring(numbers.filter(has_text="0.15")).hover()
        card.wait_for()
        expect(card.locator(".name dd")).to_have_text("w2")
        expect(card.locator(".exact dd")).to_have_text("0.15")
        card.locator("a.derivation").click()
        expect(page.locator("#example-w_2")).to_be_in_viewport()


@pytest.mark.parametrize("language", LANGUAGES)
def test_pointing_shows_the_audit_of_a_number(visit: Visit, lesson, language: str):
    """Verdict, sentence, printed and exact value, and links; gone when the pointer goes."""
    with visit(lesson) as page:
        edition = read_in(page, language)
        number, card = edition.locator("mn.figure.error").first, edition.locator(".card")
        card.wait_for(state="hidden")
        bring(number).hover()
        card.wait_for()
        expect(card.locator(".printed dd")).to_have_text(number.text_content() or "")
        expect(card.locator(".badge")).to_have_class("badge error")
        assert card.locator(".what").inner_text()
        page.mouse.move(2, 2)
        card.wait_for(state="hidden")


@pytest.mark.parametrize("width", ["phone", "tablet"])
def test_tapping_shows_it_within_the_screen(visit: Visit, lesson, width: str):
    """The card is whole on the screen; its cross closes it, and so does a tap beside it."""
    with visit(lesson, width=width, touch=True) as page:
        number, card = shown(page).locator("mn.figure.error").first, shown(page).locator(".card")
        bring(number).tap()
        card.wait_for()
        box = card.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= page.evaluate("innerWidth")
        card.locator(".close").tap()
        card.wait_for(state="hidden")
        number.tap()
        card.wait_for()
        page.touchscreen.tap(5, 5)
        card.wait_for(state="hidden")


def test_by_keyboard(visit: Visit, lesson):
    """Arrows walk through the numbers of a formula; Enter goes into the card, Escape comes back."""
    with visit(lesson) as page:
        card = shown(page).locator(".card")
        formula = shown(page).locator(".formula.pointed:has(mn.figure.error)").first
        numbers = formula.locator("[data-claim]").all_text_contents()
        bring(formula).focus()
        card.wait_for(state="hidden")
        for text in numbers:
            page.keyboard.press("ArrowRight")
            expect(formula.locator(".looked-at")).to_have_text(text)
            card.wait_for()
        page.keyboard.press("Enter")
        expect(card.locator("a").first).to_be_focused()
        page.keyboard.press("Escape")
        card.wait_for(state="hidden")
        expect(formula).to_be_focused()


def test_a_verdict_takes_the_focus_and_tells_the_exact_value(visit: Visit, result):
    """For every claim with a number: its badge shows the exact value to 30 digits."""
    wanted = {
        judgement.claim.id: signed(exact(judgement.exact, 30))
        for judgement in result.judgements
        if judgement.exact is not None and str(judgement.verdict) != "given"
    }
    with visit() as page:
        page.keyboard.press("Tab")  # from here on the page knows that a keyboard is used
        told = page.evaluate(
            """(claims) => claims.map((id) => {
                const row = document.getElementById(`claim-${id}`);
                row.querySelector(".badge").focus();
                const card = document.querySelector(".edition:not([hidden]) .card");
                const open = card.matches(":popover-open");
                return [id, open && card.querySelector(".exact dd").textContent];
            })""",
            list(wanted),
        )
        assert dict(told) == wanted


def test_the_derivation_is_one_step_away(visit: Visit, lesson):
    """The card's link leads to the worked solution of the quantity."""
    with visit(lesson) as page:
        row = shown(page).locator("tr.claim:has(td.number a)").first
        row.locator(".badge").focus()
        page.keyboard.press("Enter")
        link = shown(page).locator(".card .derivation")
        target = (link.get_attribute("href") or "")[1:]
        link.click()
        shown(page).locator(".card").wait_for(state="hidden")
        expect(page.locator(f'[id="{target}"]')).to_be_in_viewport()


def test_places_in_the_findings_show_it_too(visit: Visit, lesson):
    """A finding is about claims, and each can be looked at without leaving it."""
    with visit(lesson) as page:
        bring(shown(page).locator(".findings .places a").first).hover()
        shown(page).locator(".card .badge.error").wait_for()
