//! Which values pass for one of a kind.

use super::*;

fn fits(samples: &[&str], text: &str) -> Result<(), Misfit> {
    let mut forms = Forms::default();
    for sample in samples {
        forms.add(sample);
    }
    forms.check(text)
}

#[test]
fn values_of_one_kind_fit() {
    for (samples, text) in [
        (
            &["0d9c2f6e-3f60-4f0e-9a52-6a2f1c7c1b11", "9b1d33aa-1111-4222-8333-444455556666"][..],
            "12345678-1234-4234-8234-123456789012",
        ),
        (
            &["2026-11-24T09:58:01.123456789Z", "2026-11-24T09:58:03.5712345Z"],
            "2026-11-24T09:58:01.12345678Z",
        ),
        (
            &["Tue, 24 Nov 2026 09:58:01 GMT", "Tue, 24 Nov 2026 09:58:03 GMT"],
            "Wed, 25 Nov 2026 00:00:00 GMT",
        ),
        (&["1523", "1877"], "912"),
        (&["-0.25", "1.5"], "2"),
        // Writers of floats take to an exponent where a number is small or large.
        (&["4.9e-05", "2.4917e-05"], "0.037037382"),
        (&["0.0371", "0.0218"], "5e-05"),
        (&["999424", "987136"], "1.003520e+06"),
        (&["took 4.9e-05 s", "took 2.4917e-05 s"], "took 0.037037382 s"),
        (&["took 0.0371 s.", "took 0.0218 s."], "took 2.4917e-05 s."),
        (&["Nov 24, 2026 10:05 AM", "Nov 24, 2026 10:06 AM"], "Nov 24, 2026 9:59 AM"),
        (
            &["eyJhbGciOiJI.eyJzdWIi.SflKxwRJ", "eyJhbGciOiJI.eyJzdWIj.x-_aaaaa"],
            "eyJhbGciOiJI.eyJzdWIk.abcdefgh0",
        ),
        (
            &["d41d8cd98f00b204e9800998ecf8427e", "0cc175b9c0f1b6a831c399e269772661"],
            "92eb5ffee6ae2fec3ad71c777531578f",
        ),
        (&["Gx4kQ9vT_pL2mZ8wR3nYbA", "aB3dE6gH9jK2mN5pQ8sT1v"], "x-Y7zW-4vU1t_S8rQ5oP2m"),
        (&["item 5 of 9", "item 12 of 9"], "item 7 of 9"),
        (&["red apple", "green apple"], "blue pear"),
        (&["The quick brown fox.", "To be, or not to be: that is it."], "Anything at all, really?"),
        (&["a1b2", "3c4d"], "1234"),
        (&["fe80::1", "fe80::a:b"], "2001:db8::7:1:2"),
        (&["172.17.0.2:41234", "172.17.0.3:9"], "10.0.0.12:65000"),
        (&["3f9c2a1b44d0:4567", "0011223344aa:4567"], "a0b1c2d3e4f5:4567"),
        (&["/tmp/tmpa1b2c3d4", "/tmp/tmpx9y8z7w6"], "/tmp/tmpabcdefgh"),
        (&["<Foo 0x7f3a2b1c>", "<Foo 0x7f0000ff>"], "<Foo 0x7fabcdef>"),
    ] {
        assert_eq!(fits(samples, text), Ok(()), "{samples:?} {text}");
    }
}

#[test]
fn another_form_does_not() {
    let form = |kind| Err(Misfit::Form(kind));
    for (samples, text, expected) in [
        (&["2026-11-24T09:58:01Z", "2026-11-24T09:58:03Z"][..], "2026-11-24 09:58:05", form("date-format")),
        (&["2026-11-24T09:58:01Z", "2026-11-24T09:58:03Z"], "2026-11-24T09:58:05+00:00", form("date-format")),
        (
            &["2026-11-24T09:58:01.123Z", "2026-11-24T09:58:03.456Z"],
            "2026-11-24T09:58:05.123456Z",
            form("date-format"),
        ),
        (&["2026-11-24", "2026-11-25"], "2026-11-5", form("date-format")),
        (&["9:58\u{202f}AM", "9:59\u{202f}AM"], "9:58 AM", form("date-format")),
        (&["1795514281", "1795514283"], "1795514281123", form("number-format")),
        (&["12", "17"], "12.5", form("number-format")),
        (&["4.9e-05", "2.4917e-05"], "0.000037", form("number-format")),
        (&["0.000049", "0.000024917"], "3.7e-05", form("number-format")),
        (&["12.5", "17.25"], "1.25e+01", form("number-format")),
        (&["12", "17"], "2.4e-05", form("number-format")),
        (&["took 4.9e-05 s", "took 2.4917e-05 s"], "took 0.000037 s", form("shape")),
        (
            &["0d9c2f6e-3f60-4f0e-9a52-6a2f1c7c1b11", "9b1d33aa-1111-4222-8333-444455556666"],
            "0D9C2F6E-3F60-4F0E-9A52-6A2F1C7C1B11",
            form("case"),
        ),
        (
            &["d41d8cd98f00b204e9800998ecf8427e", "0cc175b9c0f1b6a831c399e269772661"],
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            form("case"),
        ),
        (
            &["0d9c2f6e-3f60-4f0e-9a52-6a2f1c7c1b11", "9b1d33aa-1111-4222-8333-444455556666"],
            "17",
            form("shape"),
        ),
        (&["took 12.5 ms", "took 13.1 ms"], "took 12,5 ms", form("shape")),
        (&["request 83af91 failed", "request 77bc02 failed"], "request 11aa22 passed", Err(Misfit::Content)),
        (&["abc", "abd"], "", form("shape")),
        (&["172.17.0.2", "172.17.0.3"], "fe80::1", form("shape")),
        (&["172.17.0.2", "172.17.0.3"], "172.17.0.4:80", form("shape")),
    ] {
        assert_eq!(fits(samples, text), expected, "{samples:?} {text}");
    }
}
