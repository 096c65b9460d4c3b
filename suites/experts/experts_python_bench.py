#!/usr/bin/env python3
"""The suite `experts` in plain Python: the rows with engine=python beside those of experts_bench.c."""

import json
import os
import re
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, FOLDER)
import assay
import python_experts

WORDS = 100


def read_responses():
    path = os.path.join(FOLDER, "responses.json")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)


RESPONSES = read_responses()


def texts_of(b, kind, count, words):
    if RESPONSES is None:
        raise assay.Skip("the responses are made from /usr/share/common-licenses, which is not here")
    beginning = re.compile(rf"\S+(?:\s+\S+){{{words - 1}}}")
    texts = [beginning.match(text).group() for text in RESPONSES[kind][:count]]
    b.bytes = sum(map(len, texts))
    b.items = len(texts)
    return texts


def check():
    """Values worked by hand, and those that the other engines are held against."""
    winner, score, weights = python_experts.consensus(["a b", "c a", "d"])
    assert winner == 0 and abs(score - 0.25) < 1e-15 and abs(weights[1] - 0.5) < 1e-15
    assert python_experts.aggregate(["One. Two!\nthree", "Two! Two! 3.5"]) == "Two!\nOne.\nthree\n3.5\n"


@assay.bench(suite="experts", sweep="experts=5,10,20,50 engine=python", check=check)
def consensus(b):
    """term frequencies, cosine to all others, weights, winner"""
    count = int(b.params["experts"])
    texts = texts_of(b, "prose", count, WORDS)
    expected = {n: (winner, score) for n, winner, score in RESPONSES["consensus"]}
    assert python_experts.consensus(texts)[:2] == expected[count]
    b.loop(lambda: python_experts.consensus(texts))


@assay.bench(suite="experts", sweep="words=10,50,100,500 engine=python", check=check)
def aggregate(b):
    """statements of 10 responses merged, ranked by votes, joined"""
    words = int(b.params["words"])
    texts = texts_of(b, "lists", None, words)
    assert python_experts.aggregate(texts) == dict(map(tuple, RESPONSES["merged"]))[words]
    b.loop(lambda: python_experts.aggregate(texts))


assay.main()
