"""Random versions and specifiers.

SPDX-License-Identifier: Apache-2.0
"""
from agreement import mutate

NUMBERS = ("0", "0", "0", "1", "1", "2", "3", "9", "10", "00", "01", "99", "255", "256", "4095", "4096", "8191", "8192", "65535", "65536",
           "20240101", "9007199254740992", "9007199254740993", "18446744073709551615", "18446744073709551616", "123456789012345678901234567890")
SMALL = ("0", "0", "1", "1", "2", "3")
ALPHABET = "0123456789abcdprtvxoe.-_+!* \t\n\r\x0b\x0c\x1c\x85\u00a0\u2003\u3000\u0660\u0131\u212ax,;)(<>=~^'\"" + "\x00\U0001f600"
SPACE = ("", "", "", "", " ", "\t", "\n", "\u00a0", "\u2003", "\x1c", " \r\n")


def number(rng, close):
    return rng.choice(SMALL if close or rng.random() < 0.7 else NUMBERS)


def case(rng, word):
    return "".join(c.upper() if rng.random() < 0.15 else c for c in word)


def separator(rng):
    return rng.choice(("", "", ".", "-", "_"))


def phase(rng, words, close):
    return separator(rng) + case(rng, rng.choice(words)) + separator(rng) + (number(rng, close) if rng.random() < 0.85 else "")


def release(rng, close=False, most=5):
    return ".".join(number(rng, close) for _ in range(rng.choice((1, 1, 2, 2, 2, 3, 3, 4, most))))


def version(rng, close=False, local=0.15):
    text = rng.choice(("", "", "", "", "v", "V"))
    if rng.random() < 0.12:
        text += number(rng, close) + "!"
    text += release(rng, close)
    if rng.random() < 0.35:
        text += phase(rng, ("a", "b", "c", "rc", "alpha", "beta", "pre", "preview"), close)
    if rng.random() < 0.3:
        text += "-" + number(rng, close) if rng.random() < 0.2 else phase(rng, ("post", "rev", "r"), close)
    if rng.random() < 0.3:
        text += phase(rng, ("dev",), close)
    if rng.random() < local:
        text += "+" + "".join(
            rng.choice(("", ".", "-", "_") if i else ("",)) + rng.choice(("a", "b", "1", "01", "0", "1a", "ubuntu", "X", number(rng, close)))
            for i in range(rng.choice((1, 1, 2, 3))))
    return text


def any_version(rng, close=False):
    text = version(rng, close)
    if rng.random() < 0.15:
        text = mutate(rng, text, ALPHABET)
    return rng.choice(SPACE) + text + rng.choice(SPACE) if rng.random() < 0.2 else text


def clause(rng, close=True, space=SPACE):
    operator = rng.choice(("==", "!=", "<=", ">=", "<", ">", "~=", "==="))
    text = version(rng, close, local=0.3 if operator in ("==", "!=", "===") else 0.03)
    if rng.random() < 0.15:
        text = release(rng, close) + ".*"
    if operator == "===" and rng.random() < 0.3:
        text = rng.choice(("", "foo", "1.0-ab*c", text.upper()))
    return operator + rng.choice(space) + text


def specifier(rng, close=True, most=4, space=SPACE):
    text = ""
    for i in range(rng.choice((0, 1, 1, 1, 1, 2, 3, most))):
        text += ("," if i or rng.random() < 0.03 else "") + rng.choice(space) + clause(rng, close, space) + rng.choice(space)
    return text + rng.choice(("",) * 20 + (",", ",,", " , "))
