// The data that every program of the harness makes, and the oracle of its results. Nothing here needs a GPU.
//
// Element i of the buffer with seed s is a hash of both, so that host and device make the same numbers without a copy,
// and that the oracle needs no memory: it makes them again. Sums are blockwise over threads, in a type that is wider
// than what is checked.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#if defined(__CUDACC__)
#define HOST_DEVICE __host__ __device__
#else
#define HOST_DEVICE
#endif

namespace data {

HOST_DEVICE inline uint32_t word(uint32_t i, uint32_t seed) {
    uint32_t x = i * 0x9E3779B9u + seed;
    x ^= x >> 16;
    x *= 0x7feb352du;
    x ^= x >> 15;
    x *= 0x846ca68bu;
    return x ^ (x >> 16);
}

template <class T>
HOST_DEVICE inline T element(uint64_t i, uint32_t seed);

template <>
HOST_DEVICE inline uint32_t element(uint64_t i, uint32_t seed) {
    return word(uint32_t(i), seed);
}

template <>
HOST_DEVICE inline uint64_t element(uint64_t i, uint32_t seed) {
    return uint64_t(word(uint32_t(i), seed)) << 32 | word(uint32_t(i), seed + 77);
}

template <>
HOST_DEVICE inline float element(uint64_t i, uint32_t seed) {
    return float(word(uint32_t(i), seed) >> 8) * 0x1p-24f;
}

template <>
HOST_DEVICE inline double element(uint64_t i, uint32_t seed) {
    return double(element<uint64_t>(i, seed) >> 11) * 0x1p-53;
}

/// low + width * element, rounded twice on either side: the device would fuse it.
HOST_DEVICE inline float between(float low, float width, uint64_t i, uint32_t seed) {
    const float unit = element<float>(i, seed);
#if defined(__CUDA_ARCH__)
    return __fadd_rn(low, __fmul_rn(width, unit));
#else
    return low + width * unit;
#endif
}

/// The inputs of an option's price, in this order.
HOST_DEVICE inline float option_input(int which, uint64_t i, uint32_t seed) {
    return which == 0   ? between(10.0f, 90.0f, i, seed)
           : which == 1 ? between(10.0f, 90.0f, i, seed + 1000)
                        : between(0.1f, 1.9f, i, seed + 2000);
}

template <class T>
constexpr const char* name() {
    return std::is_same_v<T, float>      ? "f32"
           : std::is_same_v<T, double>   ? "f64"
           : std::is_same_v<T, uint32_t> ? "u32"
                                         : "u64";
}

}  // namespace data

namespace oracle {

/// What sums are made in: integers wrap as they do on the device, floats get a type that is wider.
template <class T>
using Wide = std::conditional_t<std::is_integral_v<T>, T, std::conditional_t<std::is_same_v<T, float>, double, long double>>;

enum class Of { value, square };

template <class T>
Wide<T> term(uint64_t i, uint32_t seed, Of of) {
    const Wide<T> x = data::element<T>(i, seed);
    return of == Of::square ? Wide<T>(x * x) : x;
}

/// Calls body(first, last) for parts of 0..n, one to a thread.
template <class Body>
void parallel(uint64_t n, uint64_t unit, Body body) {
    const uint64_t units = (n + unit - 1) / unit;
    const uint64_t threads = std::max<uint64_t>(1, std::min<uint64_t>(units, std::thread::hardware_concurrency()));
    std::vector<std::thread> running;
    for (uint64_t t = 0; t < threads; ++t) {
        const uint64_t first = units * t / threads * unit, last = std::min(n, units * (t + 1) / threads * unit);
        running.emplace_back([=] { body(first, last); });
    }
    for (auto& thread : running) thread.join();
}

/// Sums of the data with one seed: of everything, and up to any place.
template <class T>
class Sums {
    static constexpr uint64_t block = 1 << 16;
    uint32_t seed;
    Of of;
    std::vector<Wide<T>> before;

    Wide<T> part(uint64_t first, uint64_t last) const {
        Wide<T> sum = 0;
        for (uint64_t i = first; i < last; ++i) sum += term<T>(i, seed, of);
        return sum;
    }

  public:
    uint64_t n;

    Sums(uint64_t n, uint32_t seed, Of of = Of::value) : seed(seed), of(of), n(n) {
        before.resize((n + block - 1) / block + 1);
        parallel(n, block, [&](uint64_t first, uint64_t last) {
            for (uint64_t i = first; i < last; i += block) before[i / block + 1] = part(i, std::min(i + block, n));
        });
        for (size_t i = 1; i < before.size(); ++i) before[i] += before[i - 1];
    }

    /// The sum of the first `count` elements.
    Wide<T> first(uint64_t count) const { return before[count / block] + part(count / block * block, count); }
    Wide<T> total() const { return before.back(); }
};

template <class T>
bool near(T given, Wide<T> expected) {
    if constexpr (std::is_integral_v<T>) {
        return given == expected;
    } else {
        const Wide<T> tolerance = std::is_same_v<T, float> ? 1e-3L : 1e-10L;
        return std::abs(Wide<T>(given) - expected) <= tolerance * std::abs(expected);  // false for NaN
    }
}

constexpr uint64_t spread_places = 4096;
constexpr uint64_t all_up_to = uint64_t(1) << 24;

/// Place j of those that are compared where not all are: the first, the last, and others between them.
inline uint64_t place(uint64_t j, uint64_t n) { return n <= spread_places ? j : j * (n - 1) / (spread_places - 1); }
inline uint64_t places(uint64_t n) { return std::min(n, spread_places); }

/// Whether `given` is the scan, at every element or, with `spread`, at those of `place`.
template <class T>
bool scan(const std::vector<T>& given, const Sums<T>& sums, uint32_t seed, bool inclusive, bool spread) {
    for (uint64_t j = 0; spread && j < places(sums.n); ++j) {
        if (!near<T>(given[j], sums.first(place(j, sums.n) + (inclusive ? 1 : 0)))) return false;
    }
    Wide<T> sum = 0;
    for (uint64_t i = 0; !spread && i < sums.n; ++i) {
        const Wide<T> next = sum + term<T>(i, seed, Of::value);
        if (!near<T>(given[i], inclusive ? next : sum)) return false;
        sum = next;
    }
    return true;
}

inline bool saxpy(float given, uint64_t i, uint32_t seed) {
    const double expected = 2.5 * data::element<float>(i, seed) + data::element<float>(i, seed + 1000);
    return std::abs(given - expected) <= 1e-5 * std::abs(expected);
}

inline double normal(double x) {
    const double k = 1.0 / (1.0 + 0.2316419 * std::abs(x));
    const double p =
        k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
    const double tail = 0.39894228 * std::exp(-0.5 * x * x) * p;
    return x > 0.0 ? 1.0 - tail : tail;
}

inline double price(double spot, double strike, double years) {
    const double deviation = 0.3 * std::sqrt(years);
    const double d1 = (std::log(spot / strike) + 0.065 * years) / deviation;
    return spot * normal(d1) - strike * std::exp(-0.02 * years) * normal(d1 - deviation);
}

inline bool black_scholes(float given, uint64_t i, uint32_t seed) {
    const auto input = [&](int which) { return data::option_input(which, i, seed); };
    return std::abs(given - price(input(0), input(1), input(2))) <= 2e-3;
}

}  // namespace oracle
