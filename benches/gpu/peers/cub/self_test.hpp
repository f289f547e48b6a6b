// Checks of what needs no GPU: the generator's words, the oracle against plain loops, and the quartiles.
#pragma once

#include <cstdio>
#include <limits>

#include "data.hpp"
#include "rows.hpp"

class SelfTest {
    int failed = 0, checked = 0;

    void check(bool good, const char* what) {
        ++checked;
        if (good) return;
        ++failed;
        std::fprintf(stderr, "self-test: %s\n", what);
    }

    void generator() {
        const uint32_t words[2][4] = {{0x688990c0, 0x9f505634, 0x43c5316a, 0xf2c60681},
                                      {0xd6ac901a, 0x55d81afe, 0xa38f8854, 0xede0b649}};
        for (uint32_t i = 0; i < 4; ++i) {
            check(data::element<uint32_t>(i, 1) == words[0][i], "words of seed 1");
            check(data::element<uint32_t>(i, 78) == words[1][i], "words of seed 78");
            const uint64_t both = uint64_t(words[0][i]) << 32 | words[1][i];
            check(data::element<uint64_t>(i, 1) == both, "u64 is the words of two seeds");
            check(data::element<float>(i, 1) == float(words[0][i] >> 8) / 16777216.0f, "f32 has 24 bits of a word");
            check(data::element<double>(i, 1) == double(both >> 11) / 9007199254740992.0, "f64 has 53 bits of two");
        }
        check(data::element<float>(0, 1) == 0.40834903717041016f, "f32 of element 0");
        check(data::element<double>(3, 1) == 0.9483341281137452, "f64 of element 3");
    }

    template <class T>
    void sums() {
        const uint64_t n = 3 * 65536 + 77;
        const oracle::Sums<T> sums(n, 3), squares(n, 3, oracle::Of::square);
        std::vector<T> inclusive(n), exclusive(n), spread;
        oracle::Wide<T> sum = 0, square = 0;
        for (uint64_t i = 0; i < n; ++i) {
            const oracle::Wide<T> x = data::element<T>(i, 3);
            exclusive[i] = T(sum);
            inclusive[i] = T(sum += x);
            square += x * x;
        }
        for (uint64_t j = 0; j < oracle::places(n); ++j) spread.push_back(inclusive[oracle::place(j, n)]);
        check(oracle::near<T>(T(sums.total()), sum), "sum of blocks");
        check(oracle::near<T>(T(squares.total()), square), "sum of squares");
        check(oracle::near<T>(T(sums.first(n)), sum) && sums.first(0) == 0, "sums up to a place");
        check(oracle::scan(inclusive, sums, 3, true, false), "inclusive scan");
        check(oracle::scan(exclusive, sums, 3, false, false), "exclusive scan");
        check(oracle::scan(spread, sums, 3, true, true), "spread places of a scan");
        check(!oracle::scan(exclusive, sums, 3, true, false), "an exclusive scan is no inclusive one");
        inclusive[n - 1] = T(inclusive[n - 1] / 2);
        check(!oracle::scan(inclusive, sums, 3, true, false), "one wrong element is found");
        if constexpr (std::is_floating_point_v<T>) {
            check(!oracle::near<T>(std::numeric_limits<T>::quiet_NaN(), 1), "NaN is near nothing");
        }
    }

    void maps() {
        // 100 at the strike in a year: 12.8216 by tables of the normal distribution.
        check(std::abs(oracle::price(100, 100, 1) - 12.8216) < 1e-3, "price of an option");
        const float saxpy = 2.5f * data::element<float>(9, 1) + data::element<float>(9, 1001);
        check(oracle::saxpy(saxpy, 9, 1) && !oracle::saxpy(saxpy * 1.001f, 9, 1), "saxpy");
        check(!oracle::black_scholes(std::numeric_limits<float>::quiet_NaN(), 9, 1), "NaN is no price");
    }

    void quartiles() {
        const Quartiles five({5, 1, 4, 2, 3}), even({4, 1, 3, 2}), one({7});
        check(five.q1 == 2 && five.median == 3 && five.q3 == 4, "quartiles of five");
        check(even.q1 == 1.75 && even.median == 2.5 && even.q3 == 3.25, "quartiles of four");
        check(one.q1 == 7 && one.median == 7 && one.q3 == 7, "quartiles of one");
        check(oracle::place(0, 1 << 20) == 0 && oracle::place(4095, 1 << 20) == (1 << 20) - 1, "places reach both ends");
    }

  public:
    /// The exit code.
    int run() {
        generator();
        sums<float>();
        sums<double>();
        sums<uint32_t>();
        sums<uint64_t>();
        maps();
        quartiles();
        std::printf("self-test: %d checks, %d failed\n", checked, failed);
        return failed == 0 ? 0 : 1;
    }
};
