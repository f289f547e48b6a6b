// Options, statistics of timed runs, and the rows that come out. Nothing here needs a GPU.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

/// A mistake in how the program was called.
struct Usage : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Options {
    int min_exp = 16, max_exp = 30, step = 2;
    bool quick = false, self_test = false, help_wanted = false;
    std::string filter, out = "cub.csv", environment, system = "cub";
    double seconds_per_row = 0.5, deadline = 1e9;

    static constexpr const char* help =
        "usage: cub [--min-exp E] [--max-exp E] [--step E] [--quick] [--filter TEXT] [--seconds-per-row S]\n"
        "           [--out FILE] [--environment FILE] [--deadline S] [--system NAME] [--self-test]\n"
        "  --deadline S          after S seconds what is left is skipped\n"
        "  --system NAME         the name of CUB's rows [default: cub]\n"
        "  --self-test           checks generator, oracle and statistics, without a GPU\n";

    Options(int count, char** arguments) {
        for (int i = 1; i < count; ++i) {
            const std::string name = arguments[i];
            const auto value = [&]() -> std::string {
                if (i + 1 == count) throw Usage(name + " wants a value");
                return arguments[++i];
            };
            const auto number = [&](double low, double high) {
                const std::string text = value();
                char* end = nullptr;
                const double parsed = std::strtod(text.c_str(), &end);
                const bool whole = end != text.c_str() && *end == 0;
                if (!whole || !(parsed >= low && parsed <= high)) throw Usage(name + " " + text + ": out of range");
                return parsed;
            };
            if (name == "--min-exp") min_exp = int(number(0, 30));
            else if (name == "--max-exp") max_exp = int(number(0, 30));
            else if (name == "--step") step = int(number(1, 30));
            else if (name == "--quick") quick = true;
            else if (name == "--filter") filter = value();
            else if (name == "--seconds-per-row") seconds_per_row = number(0, 3600);
            else if (name == "--out") out = value();
            else if (name == "--environment") environment = value();
            else if (name == "--deadline") deadline = number(0, 1e9);
            else if (name == "--system") system = value();
            else if (name == "--self-test") self_test = true;
            else if (name == "--help") help_wanted = true;
            else throw Usage(name + ": unknown option");
        }
        if (quick) min_exp = max_exp = 16;
        if (min_exp > max_exp) throw Usage("--min-exp is above --max-exp");
    }
};

struct Quartiles {
    double q1, median, q3;

    /// Between two runs it goes by a straight line; `times` are not empty.
    explicit Quartiles(std::vector<double> times) {
        std::sort(times.begin(), times.end());
        const auto at = [&](double share) {
            const double place = share * double(times.size() - 1);
            const size_t below = size_t(place), above = std::min(below + 1, times.size() - 1);
            return times[below] + (place - double(below)) * (times[above] - times[below]);
        };
        q1 = at(0.25), median = at(0.5), q3 = at(0.75);
    }
};

class Stopwatch {
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();

  public:
    double micros() const {
        return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
    }
    double seconds() const { return micros() * 1e-6; }
};

/// What a row is about.
struct Case {
    std::string system, name, dtype;
    uint64_t n = 0, bytes = 0;
};

/// The CSV, written as it is measured: what a program leaves that is killed stays good.
class Rows {
    std::FILE* file;

  public:
    bool wrong = false;

    explicit Rows(const std::string& path) : file(std::fopen(path.c_str(), "w")) {
        if (!file) throw Usage(path + " cannot be written");
        std::fputs("system,case,dtype,n,clock,median_us,q1_us,q3_us,runs,bytes,checked\n", file);
        std::fflush(file);
    }
    ~Rows() { std::fclose(file); }
    Rows(const Rows&) = delete;

    void write(const Case& of, const char* clock, const std::vector<double>& times, bool ok) {
        if (times.empty()) return;
        const Quartiles q(times);
        std::fprintf(file, "%s,%s,%s,%llu,%s,%.3f,%.3f,%.3f,%zu,%llu,%s\n", of.system.c_str(), of.name.c_str(),
                     of.dtype.c_str(), (unsigned long long)of.n, clock, q.median, q.q1, q.q3, times.size(),
                     (unsigned long long)of.bytes, ok ? "ok" : "WRONG");
        if (std::fflush(file) != 0) throw std::runtime_error("a row could not be written");
        if (!ok) std::fprintf(stderr, "WRONG: %s %s %s n=%llu\n", of.system.c_str(), of.name.c_str(), of.dtype.c_str(), (unsigned long long)of.n);
        wrong |= !ok;
    }

    static void skip(const Case& of, const std::string& why) {
        std::fprintf(stderr, "skipped: %s %s %s: %s\n", of.system.c_str(), of.name.c_str(), of.dtype.c_str(), why.c_str());
    }
};
