"""Writes random pairs of cell counts with the distances that SciPy computes from them, one pair a line: usage: eng/statistics.py COUNT OUT.

A line, fields divided by ';': counts p; counts q; positions; jensenshannon (base 2); psi; ks; wasserstein; total variation; largest; hellinger; chi-square; its p-value; k; n; delta; lower; upper (Clopper-Pearson of k of n).
PSI, total variation, L-infinity and Hellinger have no SciPy function: PSI is written as two scipy.stats.entropy, the others in NumPy.
"""
import sys

import numpy as np
from scipy import stats
from scipy.spatial import distance


def pair(random):
    cells = int(random.integers(2, 42))
    base = random.dirichlet(np.full(cells, random.choice([0.1, 1.0, 10.0])))
    other = base if random.random() < 0.3 else random.dirichlet(1e-3 + base * random.choice([3.0, 30.0, 3000.0]))
    n, m = (int(10 ** random.uniform(0, 6)) for _ in range(2))
    return random.multinomial(n, base), random.multinomial(m, other)


def line(random):
    p, q = pair(random)
    n, m = p.sum(), q.sum()
    x = np.round(np.sort(random.normal(0, 10 ** random.uniform(-2, 4), len(p))), 6)
    occupied = (p + q) > 0
    a, b = (p[occupied] + 0.5) / (n + 0.5 * occupied.sum()), (q[occupied] + 0.5) / (m + 0.5 * occupied.sum())
    index = np.arange(len(p))
    if n <= 20_000 and m <= 20_000:
        ks = stats.ks_2samp(np.repeat(index, p), np.repeat(index, q), mode="asymp").statistic
    else:
        ks = np.abs(np.cumsum(p) / n - np.cumsum(q) / m).max()
    table = np.array([p[occupied], q[occupied]])
    chi2, p_value = stats.chi2_contingency(table, correction=False)[:2] if occupied.sum() > 1 else (0.0, 1.0)
    delta = 10 ** random.uniform(-7, -1)
    k, total = int(p[0]), int(n)
    return [
        distance.jensenshannon(p, q, base=2), stats.entropy(a, b) + stats.entropy(b, a), ks, stats.wasserstein_distance(x, x, p, q),
        np.abs(p / n - q / m).sum() / 2, np.abs(p / n - q / m).max(), np.sqrt(((np.sqrt(p / n) - np.sqrt(q / m)) ** 2).sum() / 2), chi2, p_value, k, total, delta,
        stats.beta.ppf(delta, k, total - k + 1) if k > 0 else 0.0, stats.beta.isf(delta, k + 1, total - k) if k < total else 1.0,
    ], p, q, x


def main():
    random = np.random.default_rng(20)
    with open(sys.argv[2], "w") as out:
        for _ in range(int(sys.argv[1])):
            figures, p, q, x = line(random)
            lists = [" ".join(map(repr, v.tolist())) for v in (p, q, x)]
            out.write(";".join(lists + [repr(float(f)) for f in figures]) + "\n")


main()
