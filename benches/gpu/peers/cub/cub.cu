// Rows of CUB (reduce, scan, transform) and of CUDA itself (copies, transfers, launches): see ../../README.md.
//
// Modes of determinism, as CCCL defines them (docs/cccl/determinism.rst), which differ for floats only:
//   not_guaranteed   the order of additions may differ from call to call: the default of DeviceScan, whose look-back
//                    takes what its neighbours have published so far; in DeviceReduce it adds up by atomics
//   run_to_run       the same bits on the same GPU with the same build: the default of DeviceReduce; for DeviceScan a
//                    look-back of fixed order, on request, since CUB 3.5
//   gpu_to_gpu       the same bits on every GPU: sums of f32 and f64 by DeviceReduce only, binned by exponent
// Rows `cub` are the defaults, rows `cub deterministic` run_to_run, the other rows are named after their mode.
//
// Compiled with -DONLY_DETERMINISM it has the rows of floats in each mode alone, for a newer CUB beside the toolkit's.
#include <cub/device/device_reduce.cuh>
#include <cub/device/device_scan.cuh>
#include <cub/device/device_transform.cuh>
#include <cub/version.cuh>

#include <cstring>
#include <exception>
#include <optional>

#include "cuda.cuh"
#include "data.hpp"
#include "environment.cuh"
#include "modes.cuh"
#include "rows.hpp"
#include "self_test.hpp"
#include "transfers.cuh"

namespace {

#if defined(ONLY_DETERMINISM)
constexpr bool all_rows = false;
#else
constexpr bool all_rows = true;
#endif

struct Square {
    template <class T>
    __device__ T operator()(T x) const { return x * x; }
};

struct Saxpy {
    __device__ float operator()(float x, float y) const { return 2.5f * x + y; }
};

/// WGSL allows errors of log and exp that are like those of the intrinsics, so that these are what is compared with.
struct Price {
    static __device__ float normal(float x) {
        const float k = __frcp_rn(1.0f + 0.2316419f * fabsf(x));
        const float p =
            k * (0.31938153f + k * (-0.356563782f + k * (1.781477937f + k * (-1.821255978f + k * 1.330274429f))));
        const float tail = 0.39894228f * __expf(-0.5f * x * x) * p;
        return x > 0.0f ? 1.0f - tail : tail;
    }
    __device__ float operator()(float spot, float strike, float years) const {
        const float deviation = 0.3f * sqrtf(years);
        const float d1 = __fdividef(__logf(__fdividef(spot, strike)) + 0.065f * years, deviation);
        return spot * normal(d1) - strike * __expf(-0.02f * years) * normal(d1 - deviation);
    }
};

class Program {
    const Options& options;
    Rows& rows;
    Timer timer;

    bool wanted(const Case& of) const { return of.name.find(options.filter) != std::string::npos; }

    /// Runs `body` unless it is not wanted or too late; what has no room is skipped.
    template <class Body>
    void row(const Case& of, Body body) {
        if (!wanted(of)) return;
        const std::string size = " (n = " + std::to_string(of.n) + ")";
        if (timer.late()) return Rows::skip(of, "the deadline has passed" + size);
        try {
            body();
        } catch (const CudaError& error) {
            if (error.code != cudaErrorMemoryAllocation) throw;
            Rows::skip(of, "no memory" + size);
        }
    }

    /// `run(set)` queues a call, `done()` brings its result to where the host clock ends, `check(set)` runs once more
    /// over a poisoned result. It is the first set both times, whose oracle is made once.
    template <class Run, class Done, class Check>
    void measure(const Case& of, int sets, Run run, Done done, Check check) {
        unsigned turn = 0;
        const auto next = [&] { return int(turn++ % unsigned(sets)); };
        bool ok = check(0);
        timer.warm_up([&] { run(next()); });
        const auto device = timer.device([&] { run(next()); });
        const auto host = timer.host([&] {
            run(next());
            done();
        });
        ok &= check(0);
        rows.write(of, "device", device, ok);
        rows.write(of, "host", host, ok);
    }

    template <class T>
    std::vector<Buffer<T>> inputs(uint64_t n, int sets) {
        std::vector<Buffer<T>> all;
        for (int set = 0; set < sets; ++set) {
            all.emplace_back(n);
            each<<<blocks(n), threads, 0, timer.stream>>>(n, Fill<T>{all.back().get(), uint32_t(set + 1)});
            CUDA_LAUNCHED();
        }
        return all;
    }

    template <class T, class Mode>
    void reduce(uint64_t n, oracle::Of of) {
        const bool squares = of == oracle::Of::square;
        const Case about{options.system + Mode::suffix, squares ? "reduce sum_of_squares" : "reduce sum",
                         data::name<T>(), n, n * sizeof(T)};
        row(about, [&] {
            const int sets = rotation_that_fits(n * sizeof(T), 0);
            const auto in = inputs<T>(n, sets);
            Buffer<T> out(1), value(1, Memory::pinned);
            const Mode mode;
            const auto call = [&](const T* from) {
                // The square goes along as DeviceReduce's own transform: an iterator would hide the pointer that its
                // wide loads need.
                return squares ? mode.sum_of(from, out.get(), n, Square{}, timer.stream)
                               : mode.sum(from, out.get(), n, timer.stream);
            };
            const auto run = [&](int set) { CUDA(call(in[set].get())); };
            const auto done = [&] {
                CUDA(cudaMemcpyAsync(value.get(), out.get(), sizeof(T), cudaMemcpyDeviceToHost, timer.stream));
                timer.wait();
            };
            const oracle::Sums<T> sums(n, 1, of);
            std::optional<T> before;
            measure(about, sets, run, done, [&](int set) {
                CUDA(cudaMemsetAsync(out.get(), 0xFF, sizeof(T), timer.stream));
                run(set);
                done();
                const T given = *value.get();
                const bool repeated = !Mode::repeats || !before || std::memcmp(&*before, &given, sizeof(T)) == 0;
                before = given;
                return repeated && oracle::near<T>(given, sums.total());
            });
        });
    }

    template <class T, class Mode>
    void scan(uint64_t n, bool inclusive) {
        const Case about{options.system + Mode::suffix, inclusive ? "scan inclusive_sum" : "scan exclusive_sum",
                         data::name<T>(), n, 2 * n * sizeof(T)};
        row(about, [&] {
            const int sets = rotation_that_fits(n * sizeof(T), n * sizeof(T));
            const auto in = inputs<T>(n, sets);
            Buffer<T> out(n);
            const Mode mode;
            const auto run = [&](int set) {
                CUDA(inclusive ? mode.inclusive(in[set].get(), out.get(), n, timer.stream)
                               : mode.exclusive(in[set].get(), out.get(), n, timer.stream));
            };
            const oracle::Sums<T> sums(n, 1);
            std::vector<T> before;
            measure(about, sets, run, [&] { timer.wait(); }, [&](int set) {
                CUDA(cudaMemsetAsync(out.get(), 0xFF, out.bytes(), timer.stream));
                run(set);
                const bool spread = n > oracle::all_up_to;
                const auto given = download(out, spread);
                const bool repeated = !Mode::repeats || before.empty() || before == given;
                before = given;
                return repeated && oracle::scan(given, sums, 1, inclusive, spread);
            });
        });
    }

    /// A map of `count` inputs, checked at spread places.
    template <class Function, class Make, class Call>
    void map(const char* name, uint64_t n, int count, Function correct, Make make, Call call) {
        const Case about{options.system, name, "f32", n, (count + 1) * n * sizeof(float)};
        row(about, [&] {
            const int sets = rotation_that_fits(count * n * sizeof(float), n * sizeof(float));
            std::vector<std::vector<Buffer<float>>> in;
            for (int set = 0; set < sets; ++set) {
                in.emplace_back();
                for (int which = 0; which < count; ++which) {
                    in.back().emplace_back(n);
                    make(in.back().back().get(), which, uint32_t(set + 1));
                    CUDA_LAUNCHED();
                }
            }
            Buffer<float> out(n);
            const auto run = [&](int set) { CUDA(call(in[set], out.get())); };
            measure(about, sets, run, [&] { timer.wait(); }, [&](int set) {
                CUDA(cudaMemsetAsync(out.get(), 0xFF, out.bytes(), timer.stream));
                run(set);
                const auto given = download(out, true);
                bool ok = true;
                for (uint64_t j = 0; j < given.size(); ++j) ok &= correct(given[j], oracle::place(j, n), set + 1);
                return ok;
            });
        });
    }

    void maps(uint64_t n) {
        const auto columns = [&](float* to, int which, uint32_t seed) {
            each<<<blocks(n), threads, 0, timer.stream>>>(n, Fill<float>{to, seed + 1000 * uint32_t(which)});
        };
        const auto options_of = [&](float* to, int which, uint32_t seed) {
            each<<<blocks(n), threads, 0, timer.stream>>>(n, FillOption{to, which, seed});
        };
        using cuda::std::make_tuple;
        map("map saxpy", n, 2, oracle::saxpy, columns, [&](const std::vector<Buffer<float>>& in, float* out) {
            const auto from = make_tuple((const float*)in[0].get(), (const float*)in[1].get());
            return cub::DeviceTransform::Transform(from, out, int64_t(n), Saxpy{}, timer.stream);
        });
        map("map black_scholes", n, 3, oracle::black_scholes, options_of, [&](const std::vector<Buffer<float>>& in, float* out) {
            const auto from = make_tuple((const float*)in[0].get(), (const float*)in[1].get(), (const float*)in[2].get());
            return cub::DeviceTransform::Transform(from, out, int64_t(n), Price{}, timer.stream);
        });
    }

    template <class T>
    std::vector<T> download(const Buffer<T>& from, bool spread) {
        const uint64_t n = spread ? oracle::places(from.n) : from.n;
        std::vector<T> host(n);
        std::optional<Buffer<T>> gathered;
        if (spread) {
            gathered.emplace(n);
            each<<<blocks(n), threads, 0, timer.stream>>>(n, Gather<T>{from.get(), gathered->get(), from.n});
            CUDA_LAUNCHED();
        }
        timer.wait();
        CUDA(cudaMemcpy(host.data(), spread ? gathered->get() : from.get(), n * sizeof(T), cudaMemcpyDeviceToHost));
        return host;
    }

    /// Sums and scans in every mode that this CUB has.
    template <class T>
    void sums(uint64_t n) {
        using oracle::Of;
        for (const Of of : {Of::value, Of::square}) {
            if constexpr (all_rows) reduce<T, Default>(n, of);
            if constexpr (std::is_floating_point_v<T>) {
                reduce<T, Deterministic>(n, of);
#if CUB_HAS_MODES
                reduce<T, NotGuaranteed>(n, of);
                reduce<T, GpuToGpu>(n, of);
#endif
            }
        }
        for (const bool inclusive : {true, false}) {
            scan<T, Default>(n, inclusive);
#if CUB_HAS_MODES
            if constexpr (std::is_floating_point_v<T>) scan<T, Deterministic>(n, inclusive);
#endif
        }
    }

    void say_what_is_missing() {
        for (const char* scan : {"scan inclusive_sum", "scan exclusive_sum"}) {
            const Case integers{options.system + " deterministic", scan, "u32 u64"};
            if (wanted(integers)) Rows::skip(integers, "sums of integers are the same bits in every mode");
#if !CUB_HAS_MODES
            const Case floats{options.system + " deterministic", scan, "f32 f64"};
            if (wanted(floats)) Rows::skip(floats, "needs CUB 3.5, this is " + cub_version());
#endif
        }
#if !CUB_HAS_MODES
        for (const char* mode : {" not_guaranteed", " gpu_to_gpu"}) {
            const Case of{options.system + mode, "reduce sum", "f32 f64"};
            if (wanted(of)) Rows::skip(of, "needs CUB 3.5, this is " + cub_version());
        }
#endif
    }

  public:
    Program(const Options& options, Rows& rows) : options(options), rows(rows), timer(options) {}

    void run() {
        const Case empty{"cuda", "launch empty", "-"};
        if constexpr (all_rows) {
            row(empty, [&] {
                const auto launch = [&](int) {
                    nothing<<<1, 1, 0, timer.stream>>>();
                    CUDA_LAUNCHED();
                };
                measure(empty, 1, launch, [&] { timer.wait(); }, [&](int set) { return launch(set), timer.wait(), true; });
            });
            transfers(options, [&](const Case& of, auto body) {
                row(of, [&] { body(of, timer, rows); });
            });
        }
        say_what_is_missing();
        const auto sizes = [&](auto body) {
            for (int exp = options.min_exp; exp <= options.max_exp; exp += options.step) body(uint64_t(1) << exp);
        };
        // What the deadline may cut off comes last.
        sizes([&](uint64_t n) {
            if constexpr (all_rows) maps(n);
            sums<float>(n);
            if constexpr (all_rows) sums<uint32_t>(n);
        });
        sizes([&](uint64_t n) {
            sums<double>(n);
            if constexpr (all_rows) sums<uint64_t>(n);
        });
    }
};

int run(const Options& options) {
    if (options.help_wanted) {
        std::fputs(Options::help, stdout);
        return 0;
    }
    if (options.self_test) return SelfTest().run();
    // From nothing: the driver is loaded by the first call.
    const Stopwatch watch;
    int devices = 0;
    const cudaError_t counted = cudaGetDeviceCount(&devices);
    if (counted != cudaSuccess || devices == 0) {
        const char* why = counted == cudaSuccess ? "none is listed" : cudaGetErrorString(counted);
        std::fprintf(stderr, "cub: there is no CUDA device: %s\n", why);
        return 2;
    }
    CUDA(cudaSetDevice(0));
    CUDA(cudaFree(nullptr));
    const double opened = watch.micros();

    Rows rows(options.out);
    const Case open{"cuda", "open", "-"};
    if (all_rows && open.name.find(options.filter) != std::string::npos) {
        rows.write(open, "host", {opened}, true);
    }
    if (!options.environment.empty()) write_environment(options.environment);
    Program(options, rows).run();
    return rows.wrong ? 1 : 0;
}

}  // namespace

int main(int count, char** arguments) {
    try {
        return run(Options(count, arguments));
    } catch (const Usage& usage) {
        std::fprintf(stderr, "cub: %s\n%s", usage.what(), Options::help);
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "cub: %s\n", error.what());
        return 1;
    }
}
