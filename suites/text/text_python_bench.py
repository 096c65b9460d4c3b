#!/usr/bin/env python3
"""The suite `text` in plain Python: the rows with engine=python beside those of text_bench.c."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import assay
import python_text

FOLDER = os.path.dirname(os.path.abspath(__file__))


def read_answers():
    path = os.path.join(FOLDER, "answers.txt")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as lines:
        return [line.rstrip("\n") for line in lines]


ANSWERS = read_answers()


def answers_of(b):
    answers = ANSWERS[: int(b.params["answers"])]
    if not answers:
        raise assay.Skip("the answers are made from WordNet: run 'npm ci' in suites/text and build")
    b.bytes = sum(map(len, answers))
    b.items = len(answers) * (len(answers) - 1) / 2
    return answers


def check():
    """Values worked by hand: 3 edits of 7 letters, 2 of 4 words, 1 word of 3 in common."""
    assert python_text.levenshtein_characters("kitten", "sitting") == 1 - 3 / 7
    assert python_text.levenshtein_words("a b c d", "a x c y") == 0.5
    assert python_text.jaccard_all(["a b", "b c"])[0][1] == 1 / 3
    assert abs(python_text.cosine_all(["a a b", "a c"])[0][1] - 2 / 10**0.5) < 1e-15


def pairs(function, answers):
    for i, answer in enumerate(answers):
        for other in answers[:i]:
            function(answer, other)


@assay.bench(suite="text", sweep="answers=2,20 engine=python", check=check)
def cosine_raw(b):
    """cosine of term frequencies, from text to the matrix"""
    answers = answers_of(b)
    b.loop(lambda: python_text.cosine_all(answers))


@assay.bench(suite="text", sweep="answers=2,20 engine=python", check=check)
def jaccard_raw(b):
    """Jaccard index of word sets, from text to the matrix"""
    answers = answers_of(b)
    b.loop(lambda: python_text.jaccard_all(answers))


@assay.bench(suite="text", sweep="answers=2 engine=python", check=check)
def levenshtein(b):
    """normalised Levenshtein over characters"""
    answers = answers_of(b)
    b.loop(lambda: pairs(python_text.levenshtein_characters, answers))


@assay.bench(suite="text", sweep="answers=2,20 engine=python", tags="slow[answers=20]", check=check)
def levenshtein_words(b):
    """normalised Levenshtein over words"""
    answers = answers_of(b)
    b.loop(lambda: pairs(python_text.levenshtein_words, answers))


assay.main()
