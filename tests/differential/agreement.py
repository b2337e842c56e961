"""Random questions, put to the judge and to an oracle.

A run is bounded by time (LAMINA_TEST_SECONDS a test) and begins with LAMINA_TEST_SEED (1), which is printed with each failure.
Answers must be equal; a difference that we want is a rule in the test, with its source.

SPDX-License-Identifier: Apache-2.0
"""
import os
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "suites"))
from judge import Judge  # noqa: E402

SECONDS = float(os.environ.get("LAMINA_TEST_SECONDS", "1.4"))
BATCH = 1000
ERROR = "error"


def result(answer):
    """The RESULT, or ERROR: which sentence an error has is not compared."""
    if "ok" in answer:
        return answer["ok"]
    assert answer["error"]["rule"] != "request", answer
    return ERROR


def agree(make, expect, allowed=lambda request, ours, theirs: False):
    """Asks what `make` gives until the time is up; `expect` is the oracle. Gives the number of questions."""
    seed = int(os.environ.get("LAMINA_TEST_SEED") or 1)
    rng = random.Random(seed)
    end = time.monotonic() + SECONDS
    asked = 0
    seen = set()  # both kinds of answers must occur, or the generator tests nothing
    with Judge() as judge:
        while time.monotonic() < end:
            requests = [make(rng) for _ in range(BATCH)]
            for request, answer in zip(requests, judge.ask_all(requests)):
                ours, theirs = result(answer), expect(request)
                if ours != theirs and not allowed(request, ours, theirs):
                    raise AssertionError(f"seed {seed}: {request}\n  ours:   {ours}\n  theirs: {theirs}\n  answer: {answer}")
                seen.add(str(theirs)[:40])
            asked += len(requests)
    assert len(seen) > 1, "the oracle gave the same answer to everything"
    print(f"seed {seed}: {asked} questions")
    return asked


def mutate(rng, text, alphabet):
    """A few random edits: what a generator of valid text never makes."""
    text = list(text)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at = rng.randrange(len(text) + 1)
        kind = rng.randrange(4)
        if kind == 0:
            text.insert(at, rng.choice(alphabet))
        elif text and kind == 1:
            del text[min(at, len(text) - 1)]
        elif text and kind == 2:
            text[min(at, len(text) - 1)] = rng.choice(alphabet)
        elif text:
            end = rng.randrange(at, len(text) + 1)
            text[at:at] = text[at:end][:6]
    return "".join(text)
