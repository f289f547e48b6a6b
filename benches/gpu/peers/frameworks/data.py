"""The data that every program of the harness makes, and the oracle of its results, with NumPy alone.

Element i of the buffer with seed s is a hash of both. Sums are made of blocks, in types that are wider than what is
checked; nothing is kept of the data, it is made again.
"""

import concurrent.futures
import functools
import os

import numpy as np

TYPES = {"f32": np.float32, "u32": np.uint32, "f64": np.float64, "u64": np.uint64}
MAPS = {"map saxpy": 2, "map black_scholes": 3}
SUMS = ["reduce sum", "reduce sum_of_squares", "scan inclusive_sum", "scan exclusive_sum"]
BLOCK = 1 << 17
ALL_UP_TO = 1 << 24
SPREAD = 4096
POOL = concurrent.futures.ThreadPoolExecutor(os.cpu_count())


def words(i, seed):
    """The hash of indices in u32."""
    x = i * np.uint32(0x9E3779B9) + np.uint32(seed)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x7FEB352D)
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def elements(dtype, i, seed):
    word = words(i, seed)
    if dtype == "u32":
        return word
    if dtype == "f32":
        return (word >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)
    both = word.astype(np.uint64) << np.uint64(32) | words(i, seed + 77)
    return both if dtype == "u64" else (both >> np.uint64(11)).astype(np.float64) * 2.0**-53


def columns(case, dtype, i, seed):
    """The inputs of a case at the indices `i`."""
    if case == "map saxpy":
        return [elements("f32", i, seed), elements("f32", i, seed + 1000)]
    if case == "map black_scholes":
        ranges = [(0, 10, 90), (1000, 10, 90), (2000, 0.1, 1.9)]
        return [np.float32(low) + np.float32(width) * elements("f32", i, seed + more) for more, low, width in ranges]
    return [elements(dtype, i, seed)]


def blocks(n, work):
    """What `work(first, last)` gives for each block, on all processors: NumPy lets go of the interpreter's lock."""
    return list(POOL.map(lambda first: work(first, min(n, first + BLOCK)), range(0, n, BLOCK)))


def inputs(case, dtype, n, seed):
    """Whole columns."""
    out = [np.empty(n, TYPES[dtype]) for _ in range(MAPS.get(case, 1))]

    def fill(first, last):
        for to, part in zip(out, columns(case, dtype, np.arange(first, last, dtype=np.uint32), seed)):
            to[first:last] = part

    blocks(n, fill)
    return out


class Sums:
    """Sums of the data with one seed: of everything, and up to any place. Integers wrap."""

    def __init__(self, dtype, n, seed, square):
        self.dtype, self.n, self.seed, self.square = dtype, n, seed, square
        self.wide = {"f32": np.float64, "f64": np.longdouble}.get(dtype, TYPES[dtype])
        parts = np.array(blocks(n, lambda first, last: self.terms(first, last).sum(dtype=self.wide)), self.wide)
        self.before = np.concatenate([np.zeros(1, self.wide), np.cumsum(parts, dtype=self.wide)])

    def terms(self, first, last):
        x = elements(self.dtype, np.arange(first, last, dtype=np.uint32), self.seed).astype(self.wide)
        return x * x if self.square else x

    def total(self):
        return self.before[-1]

    def scan(self, at, inclusive):
        """The prefix sums at ascending places."""
        out = np.empty(len(at), self.wide)

        def fill(first, last):
            low, high = np.searchsorted(at, [first, last])
            if low < high:
                here = at[low:high] - first
                terms = self.terms(first, last)
                running = np.cumsum(terms, dtype=self.wide)
                out[low:high] = self.before[first // BLOCK] + (running if inclusive else running - terms)[here]

        blocks(self.n, fill)
        return out


@functools.lru_cache(maxsize=32)
def sums(dtype, n, seed, square=False):
    return Sums(dtype, n, seed, square)


def places(case, n):
    """Where a result is compared."""
    if n <= (ALL_UP_TO if case.startswith("scan") else SPREAD):
        return np.arange(n)
    return np.arange(SPREAD) * (n - 1) // (SPREAD - 1)


def near(given, expected, relative, absolute=0.0):
    given, expected = np.asarray(given), np.asarray(expected)
    if expected.dtype.kind == "u":
        return bool(np.all(given == expected))
    # False where anything is NaN.
    return bool(np.all(np.abs(given - expected) <= relative * np.abs(expected) + absolute))


def price(lib, spot, strike, years):
    """The price of a European call by Black and Scholes, in any library whose arrays act like NumPy's. The normal
    distribution function is formula 26.2.17 of Abramowitz and Stegun."""

    def normal(x):
        k = 1.0 / (1.0 + 0.2316419 * abs(x))
        p = k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))))
        tail = 0.39894228 * lib.exp(-0.5 * x * x) * p
        return lib.where(x > 0.0, 1.0 - tail, tail)

    deviation = 0.3 * lib.sqrt(years)
    d1 = (lib.log(spot / strike) + 0.065 * years) / deviation
    return spot * normal(d1) - strike * lib.exp(-0.02 * years) * normal(d1 - deviation)


def correct(case, dtype, n, seed, given):
    """Whether `given` is the value of a reduction, or the result at the case's places."""
    relative = {"f32": 1e-3, "f64": 1e-10}.get(dtype, 0.0)
    if case.startswith("reduce"):
        return near(given, sums(dtype, n, seed, case.endswith("squares")).total(), relative)
    at = places(case, n)
    if case.startswith("scan"):
        return near(given, sums(dtype, n, seed).scan(at, "inclusive" in case), relative)
    exact = [column.astype(np.float64) for column in columns(case, dtype, at.astype(np.uint32), seed)]
    if case == "map saxpy":
        return near(given, 2.5 * exact[0] + exact[1], 1e-5)
    return near(given, price(np, *exact), 0.0, 2e-3)


def self_test():
    """Fixed words, sums against plain NumPy, and wrong results that have to be found."""
    i = np.arange(4, dtype=np.uint32)
    assert [hex(x) for x in words(i, 1)] == ["0x688990c0", "0x9f505634", "0x43c5316a", "0xf2c60681"]
    assert [hex(x) for x in words(i, 78)] == ["0xd6ac901a", "0x55d81afe", "0xa38f8854", "0xede0b649"]
    assert hex(elements("u64", i, 1)[0]) == "0x688990c0d6ac901a"
    assert elements("f32", i, 1)[0] == np.float32(0.40834903717041016)
    assert elements("f64", i, 1)[3] == 0.9483341281137452
    n = 2 * BLOCK + 77
    for dtype in TYPES:
        (x,) = inputs("reduce sum", dtype, n, 3)
        assert correct("reduce sum", dtype, n, 3, x.sum(dtype=x.dtype))
        assert correct("reduce sum_of_squares", dtype, n, 3, (x * x).sum(dtype=x.dtype))
        running = np.cumsum(x, dtype=x.dtype)
        assert correct("scan inclusive_sum", dtype, n, 3, running)
        assert not correct("scan exclusive_sum", dtype, n, 3, running)
        assert correct("scan exclusive_sum", dtype, n, 3, np.concatenate([np.zeros(1, x.dtype), running[:-1]]))
        running[n // 2] //= 2
        assert not correct("scan inclusive_sum", dtype, n, 3, running)
    at = places("map", n)
    for case, function in [("map saxpy", lambda x, y: 2.5 * x + y), ("map black_scholes", functools.partial(price, np))]:
        given = function(*inputs(case, "f32", n, 3))[at]
        assert correct(case, "f32", n, 3, given)
        given[7] = np.nan
        assert not correct(case, "f32", n, 3, given)
