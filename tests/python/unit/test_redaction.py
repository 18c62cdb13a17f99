"""Addresses and numbers are blotted out wherever they hide, and nothing else is."""

from __future__ import annotations

import subprocess
import sys
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from martlet.privacy.redaction import holds_email, redact, redact_emails

EMAILS = {
    "ada@example.org": "[email]",
    "Ada.Lovelace+shop@mail.example.co.uk.": "[email].",
    "write to <o'brien@example.org>, please": "write to <[email]>, please",
    '"ada lovelace"@example.org': "[email]",
    "jürgen@müller.example": "[email]",
    "ju\u0308rgen@mu\u0308ller.example": "[email]",
    "用户@例え.テスト": "[email]",
    "ada@xn--mller-kva.example": "[email]",
    "ada＠example．org": "[email]",
    "ada@exam\u200bple.org": "[email]",
    "a@b.co,c@d.co;e@f.co": "[email],[email];[email]",
    "mailto:ada@example.org?subject=x": "mailto:[email]?subject=x",
    "ada%40example.org": "[email]",
    "ada%2540example.org": "[email]",
    "/u/ada@example.org/orders": "/u/[email]/orders",
    "/u/ada%40m%C3%BCller.example/x": "/u/[email]/x",
    "?email=ada%2Btag%40example.org&x=1": "?email=[email]&x=1",
    "?email=ada+tag@example.org&x=1": "?email=[email]&x=1",
    "?e=%22ada%22%40example.org": "?e=[email]",
    "?e=ada%EF%BC%A0example.org": "?e=[email]",
    "?r=%2Fx%3Femail%3Dada%40example.org": "?r=%2Fx%3Femail%3D[email]",
}
PHONES = {
    "+49 30 123456": "[phone]",
    "+49 (0)30/12 34-56": "[phone]",
    "(+49) 30 123456": "[phone]",
    "0049 30 123456": "[phone]",
    "030 123456": "[phone]",
    "(030) 123456": "[phone]",
    "030/123456": "[phone]",
    "03012345678": "[phone]",
    "Tel.030-123456": "Tel.[phone]",
    "tel:+49-30-123456": "tel:[phone]",
    "(415) 555-2671": "[phone]",
    "415.555.2671": "[phone]",
    "4155552671": "[phone]",
    "06.12.34.56.78": "[phone]",
    "12 34 56 78": "[phone]",
    "电话13812345678谢谢": "电话[phone]谢谢",
    "whatsapp 8613812345678": "whatsapp [phone]",
    "０３０　１２３４５６": "[phone]",
    "＋４９３０１２３４５６": "[phone]",
    "٠٣٠ ١٢٣٤٥٦": "[phone]",
    "030\u2011123456, 030\u00a0123\u00a0456": "[phone], [phone]",
    "030\u200b123\u00ad456": "[phone]",
    "030 123456 0171 1234567 0172 1234567": "[phone]",
    "030 123456x12": "[phone]x12",
    "0171 / 1234567": "[phone]",
    "030 / 123 45 67": "[phone]",
    "+49 171 / 1234567": "[phone]",
    "0171 /1234567": "[phone]",
    "0171\n1234567": "[phone]",
    "030 123456 /p/1 /x/100234567890": "[phone] /p/1 /x/100234567890",
    "call 030 123456 18:00": "call [phone] 18:00",
    "on 31.05.2024 030 123456": "on 31.05.2024 [phone]",
    "?phone=%2B4930123456": "?phone=[phone]",
    "?tel=030-123456": "?tel=[phone]",
    "?tel=030%20123456&x=1": "?tel=[phone]&x=1",
    "?tel=+4930123456": "?tel=[phone]",
    "?mobile=123456": "?mobile=[phone]",
    "?billing%5Bphone%5D=415.555.2671": "?billing%5Bphone%5D=[phone]",
    "?q=030+123456": "?q=[phone]",
    "?q=01712345678": "?q=[phone]",
    "?tel=%EF%BC%90%EF%BC%93%EF%BC%90123456": "?tel=[phone]",
    "?r=%2Fc%3Ftel%3D030123456": "?r=/c%3Ftel%3D[phone]",
    "/call/%2B4930123456/x": "/call/[phone]/x",
    "https://a.example/call/+4930123456": "https://a.example/call/[phone]",
    "see https://a.example/p/123456789 or 030 123456": (
        "see https://a.example/p/123456789 or [phone]"
    ),
}
HARMLESS = [
    "2024-05-31",
    "2024/05/31 18:00:00.123456",
    "31.05.2024 18:00 - 01.06.2024 19:30",
    "05/31/2024",
    "20240531180000",
    "2024-05-31T18:00:00.123456+02:00",
    "1717171717",
    "1717171717123",
    "12.50 €, 1.299,00 €, 1234567.89 €",
    "1 299 000 or 12.345.678",
    "52.5200066, 13.404954",
    "0.123456789",
    "192.168.100.200",
    "550e8400-e29b-41d4-a716-446655440000",
    "order 732201349959, 4006381333931, 062570 1",
    "978-3-16-148410-0",
    "08.30-18.00",
    "38/40/42/44",
    "2019-2024, 2023/2024, 2023-01 - 2023-12",
    "INV123456789 and SKU-12345",
    "order 4711 of 31.05.2024",
    "10115 Berlin, size 10-12, 100x200x300",
    "@home, user@localhost, a@b, 3 @ 4.50",
    "50%25 off",
    "https://a.example/p/100234567890",
    "/100234567890",
    "Street 123\n10115 Berlin",
    "https://a.example/orders/0301234567/items",
    "https://a.example/p/100-2000-30000",
    "https://a.example/lego+75192+2017+1234567",
    "https://a.example/?order=100234567890&ts=1717171717123",
    "https://a.example/?from=2024-05-31&to=31.05.2024",
    "https://a.example/?gclid=Cj0KCQjw1234567890abc",
    "https://a.example/@52.5200066,13.404954,17z",
]

# What numbers, addresses and URLs are made of, so that random text is nearly one.
PIECES = """
    0 1 49 030 123456 2024 12 1717171717 +4930123456 + - / . ( ) ? & = # ; % @ , : [ ]
    %40 %2540 %2B %20 %3F %3D %2F %25 %C3 %EF%BC%90 %D9%A3 a ada x org example.org ü 例
    phone= tel https:// www. ０ ٣ ＠ ＋ [phone] [email]
"""
TANGLED = st.lists(st.sampled_from([*PIECES.split(), *" \n\u200b"]), max_size=14).map(
    "".join
)

LETTERS = st.text(st.sampled_from("abcxyzäé例"), min_size=2, max_size=8)
AROUND = st.text(st.sampled_from(" ,;:()<>[]\n"), max_size=5)

# A quadratic pattern would take hours for a million characters, not seconds.
SIZE, CPU_SECONDS = 1_000_000, 120
ADVERSARIAL = [
    *("1", "1 ", "a.", "a@", "@a.", "%25", "%253D", "%2540", '"a', "(", "+ ", "1//"),
    *("mailto:", "mailto%3A", "<", "<a@", "(a@b)", "0171\n", "0171 / ", "1."),
    *("/?a=1&b=%2F", "?", "http://", " /?a=1", "1.1.1.", "978-", "deadbeef-", "例"),
]


@pytest.mark.parametrize(("text", "redacted"), {**EMAILS, **PHONES}.items())
def test_contact_data_is_blotted_out(text: str, redacted: str) -> None:
    assert redact(text) == redacted


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


def test_addresses_alone_leave_digits() -> None:
    text = "ada@example.org, 030 123456"
    assert redact_emails(text) == "[email], 030 123456"
    assert holds_email(text) and not holds_email("030 123456 @home")


@settings(deadline=None)
@given(TANGLED | st.text())
def test_what_is_redacted_stays_as_it_is(text: str) -> None:
    redacted = redact(text)
    assert redact(redacted) == redacted
    assert not holds_email(redacted)


@settings(deadline=None)
@given(LETTERS, LETTERS, LETTERS, AROUND, AROUND)
def test_a_planted_address_is_found_in_text_and_in_urls(
    mailbox: str, name: str, top: str, before: str, after: str
) -> None:
    address = f"{mailbox}.{name}@{name}.{top}"
    assume(not any(part in "email" or part in "example" for part in (mailbox, top)))
    once, twice = quote(address, safe=""), quote(quote(address, safe=""), safe="")
    for text in (
        f"{before}{address}{after}",
        f"https://s.test/{once}/x",
        f"https://s.test/?q=1&e={once}&x=1",
        f"https://s.test/?u=%2Fy%3Fe%3D{twice}",
    ):
        redacted = redact(text)
        assert "[email]" in redacted
        for part in (mailbox, quote(mailbox), f"@{name}", f".{top}", quote(top)):
            assert part not in redacted


@settings(deadline=None)
@given(
    st.from_regex("[1-9][0-9]{2} ?[1-9][0-9]{2}[ -]?[0-9]{3,4}", fullmatch=True),
    st.sampled_from(["+49 ", "+49", "+49 (0)", "0", "(0)", "0049 "]),
    st.text(st.sampled_from(" ,;:<>abc\n")).filter(lambda text: text[-1:] not in "abc"),
)
def test_a_planted_number_is_found_in_text_and_in_urls(
    digits: str, prefix: str, before: str
) -> None:
    number = prefix + digits
    for text in (
        f"{before}{number}",
        f"https://s.test/?tel={quote_plus(number)}",
        f"https://s.test/?q={quote(number)}#top",
        f"https://s.test/?u={quote(f'/y?phone={quote(number)}', safe='')}",
    ):
        redacted = redact(text)
        assert "[phone]" in redacted
        assert digits[-3:] not in redacted


def test_work_is_bounded_by_the_length_of_the_text() -> None:
    program = f"""
import resource
resource.setrlimit(resource.RLIMIT_CPU, ({CPU_SECONDS}, {CPU_SECONDS}))
from martlet.privacy.normalising import normalise_email, normalise_phone
from martlet.privacy.redaction import redact
for piece in {ADVERSARIAL!r}:
    for function in (redact, normalise_email, normalise_phone):
        function(piece * ({SIZE} // len(piece)) + "!")
"""
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == 0
