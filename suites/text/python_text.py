"""Similarity of texts in plain Python, the way a competent programmer writes it.

Only the standard library; words are what str.split() gives.  For texts in ASCII without the control
characters \\x1c to \\x1f that is what the C library calls a word.  All functions over `answers` take
a list of strings and return a full matrix as a list of lists.
"""

import math
from collections import Counter


def cosine_all(answers):
    """Cosine similarities of the term-frequency vectors of all pairs."""
    counts = [Counter(answer.split()) for answer in answers]
    norms = [sum(n * n for n in count.values()) for count in counts]
    matrix = [[1.0] * len(answers) for _ in answers]
    for i, count in enumerate(counts):
        for j in range(i):
            other = counts[j]
            dot = sum(n * other[word] for word, n in count.items() if word in other)
            product = norms[i] * norms[j]
            value = dot / math.sqrt(product) if product else float(norms[i] == norms[j])
            matrix[i][j] = matrix[j][i] = value
    return matrix


def jaccard_all(answers):
    """Jaccard indices of the word sets of all pairs."""
    sets = [set(answer.split()) for answer in answers]
    matrix = [[1.0] * len(answers) for _ in answers]
    for i, words in enumerate(sets):
        for j in range(i):
            both = len(words & sets[j])
            either = len(words) + len(sets[j]) - both
            matrix[i][j] = matrix[j][i] = both / either if either else 1.0
    return matrix


def levenshtein(a, b):
    """Edit distance of two sequences: strings for characters, lists for words."""
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, right in enumerate(b, 1):
            changed = diagonal + (left != right)
            diagonal = row[j]
            row[j] = min(row[j] + 1, row[j - 1] + 1, changed)
    return row[-1]


def similarity(a, b):
    """Normalised Levenshtein similarity, 1 for equal and 0 for nothing in common."""
    longest = max(len(a), len(b))
    return 1 - levenshtein(a, b) / longest if longest else 1.0


def levenshtein_characters(a, b):
    """Similarity of two texts as sequences of characters."""
    return similarity(a, b)


def levenshtein_words(a, b):
    """Similarity of two texts as sequences of words."""
    return similarity(a.split(), b.split())
