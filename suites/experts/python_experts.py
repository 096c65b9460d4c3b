"""Consensus and aggregation in plain Python, the way a competent programmer writes it.

Only the standard library; words are what str.split() gives.  For texts in ASCII without the control
characters \\x1c to \\x1f that is what the C library calls a word.
"""

import math
import re
from collections import Counter

STATEMENT_END = re.compile(r"(?<=[.!?])\s|\n")


def consensus(responses):
    """(winner, score, weights): mean cosine of term frequencies to all others."""
    counts = [Counter(response.split()) for response in responses]
    norms = [sum(n * n for n in count.values()) for count in counts]
    sums = [0.0] * len(responses)
    for i, count in enumerate(counts):
        for j in range(i):
            other = counts[j]
            dot = sum(n * other[word] for word, n in count.items() if word in other)
            product = norms[i] * norms[j]
            cosine = dot / math.sqrt(product) if product else float(norms[i] == norms[j])
            sums[i] += cosine
            sums[j] += cosine
    agreements = [value / (len(responses) - 1) for value in sums]
    total = sum(agreements)
    weights = [value / total if total else 1 / len(responses) for value in agreements]
    winner = max(range(len(responses)), key=agreements.__getitem__)
    return winner, agreements[winner], weights


def aggregate(responses):
    """The statements of all responses as one text: most votes first, then in order of appearance."""
    votes = {}
    for number, response in enumerate(responses):
        for part in STATEMENT_END.split(response):
            statement = part.strip()
            if statement:
                votes.setdefault(statement, set()).add(number)
    ranked = sorted(votes, key=lambda statement: -len(votes[statement]))
    return "".join(statement + "\n" for statement in ranked)
