"""Agreement of the HTML tokenizer with Python's html.parser, which pip uses, on random pages.

SPDX-License-Identifier: Apache-2.0

The two differ by design on broken markup (ours follows the HTML standard), so pages are composed of pieces on which both agree.
"""
import html
import html.parser
import os
import random
import time

from judge import Judge

ATTRIBUTES = ["href", "data-requires-python", "data-yanked", "DATA-Core-Metadata", "rel", "x:y", "data-dist-info-metadata"]
VALUES = ["", "../a-1.0-py3-none-any.whl#sha256=00ff", ">=3.8,<4", "é ü", "a&b", "a&amp;b", "'", '"', "x=1&y=2", "a b", "&#39;", "&#x27;",
          "&lt;", "&gt", "&nosuch;", "&", "&#", "&#0;", "&#128;", "&eacute;", "&plus;1.0"]
TEXTS = ["a-1.0.tar.gz", "1 < 2", "&lt;b&gt;", "a & b", " ", "\n", "<!-- x <a href=y> -->", "<!DOCTYPE html>", "é", "&copy;", "x&#43;y",
         "<script>if (a < b) '<a href=x>'</script>", "<STYLE>a > b</style >"]
TAGS = ["a", "A", "base", "br", "meta", "h1"]


class Collector(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tokens = []
        self.skip = False

    def handle_starttag(self, tag, attrs):
        self.tokens.append(["open", tag, [list(a) for a in attrs]])
        self.skip = tag in ("script", "style")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        self.tokens.append(["close", tag])
        self.skip = False

    def handle_data(self, data):
        if not self.skip:
            self.tokens.append(["text", data])


def attribute(rng):
    name, value = rng.choice(ATTRIBUTES), rng.choice(VALUES)
    kind = rng.randrange(5)
    if kind == 0:
        return name
    if kind == 1 and value and not set(value) & set(" \"'<>=`&"):
        return f"{name}={value}"
    if kind == 2:
        return f"{name} = '{html.escape(value)}'"
    quote = "'" if '"' in value else '"'
    return f"{name}={quote}{value}{quote}"


def page(rng):
    parts = []
    for _ in range(rng.randrange(1, 12)):
        kind = rng.randrange(3)
        if kind == 0:
            parts.append(rng.choice(TEXTS))
        elif kind == 1:
            parts.append(f"</{rng.choice(TAGS)}>")
        else:
            attributes = rng.choice([" ", "\n  "]).join(attribute(rng) for _ in range(rng.randrange(4)))
            parts.append(f"<{rng.choice(TAGS)} {attributes}{rng.choice(['', ' ', ' /'])}>")
    return "".join(parts) + "."


def merged(tokens):
    """Neighbouring texts as one: where text is cut is nobody's business."""
    out = []
    for token in tokens:
        if token[0] == "text" and out and out[-1][0] == "text":
            out[-1] = ["text", out[-1][1] + token[1]]
        else:
            out.append(token)
    return out


def test_agreement_with_html_parser():
    seed = int(os.environ.get("LAMINA_TEST_SEED", 1))
    print("seed", seed)
    rng = random.Random(seed)
    end = time.monotonic() + float(os.environ.get("LAMINA_TEST_SECONDS", 3))
    with Judge() as judge:
        while time.monotonic() < end:
            pages = [page(rng) for _ in range(200)]
            for text, answer in zip(pages, judge.ask_all([{"op": "html.tokens", "text": t} for t in pages])):
                collector = Collector()
                collector.feed(text)
                collector.close()
                assert merged(answer["ok"]) == merged(collector.tokens), (seed, text)
