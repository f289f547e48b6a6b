// Copies on the device, and transfers between it and the host, pageable and pinned; of words.
#pragma once

#include <cstring>
#include <optional>

#include "cuda.cuh"

namespace transfer {

enum class Host { pageable, pinned };

/// Host memory of either kind, with the same face.
class HostBuffer {
    std::vector<float> pageable;
    std::optional<Buffer<float>> pinned;

  public:
    HostBuffer(uint64_t n, Host kind) {
        if (kind == Host::pageable) pageable.resize(n);
        else pinned.emplace(n, Memory::pinned);
    }
    float* get() { return pinned ? pinned->get() : pageable.data(); }
};

inline void fill(float* to, uint64_t n, uint32_t seed) {
    oracle::parallel(n, 1 << 16, [=](uint64_t first, uint64_t last) {
        for (uint64_t i = first; i < last; ++i) to[i] = data::element<float>(i, seed);
    });
}

/// Whether all of `given` on the device is the data with this seed.
inline bool on_device(const float* given, uint64_t n, uint32_t seed, Timer& timer) {
    Buffer<unsigned> others(1);
    CUDA(cudaMemsetAsync(others.get(), 0, sizeof(unsigned), timer.stream));
    each<<<blocks(n), threads, 0, timer.stream>>>(n, CountOthers<float>{given, seed, others.get()});
    CUDA_LAUNCHED();
    timer.wait();
    unsigned count = 1;
    CUDA(cudaMemcpy(&count, others.get(), sizeof count, cudaMemcpyDeviceToHost));
    return count == 0;
}

inline bool on_host(const float* given, uint64_t n, uint32_t seed) {
    for (uint64_t j = 0; j < oracle::places(n); ++j) {
        const uint64_t i = oracle::place(j, n);
        if (given[i] != data::element<float>(i, seed)) return false;
    }
    return true;
}

/// Times `run(set)` by both clocks; pageable memory is copied by the host itself, so that only its clock is meant.
template <class Run, class Check>
void measure(const Case& of, bool by_device, int sets, Timer& timer, Rows& rows, Run run, Check check) {
    unsigned turn = 0;
    const auto next = [&] { return int(turn++ % unsigned(sets)); };
    bool ok = check(0);
    timer.warm_up([&] { run(next()); });
    std::vector<double> device;
    if (by_device) device = timer.device([&] { run(next()); });
    const auto host = timer.host([&] {
        run(next());
        timer.wait();
    });
    ok &= check(0);
    rows.write(of, "device", device, ok);
    rows.write(of, "host", host, ok);
}

inline void copy(const Case& of, Timer& timer, Rows& rows) {
    const int sets = rotation_that_fits(of.n * sizeof(float), of.n * sizeof(float));
    std::vector<Buffer<float>> from;
    for (int set = 0; set < sets; ++set) {
        from.emplace_back(of.n);
        each<<<blocks(of.n), threads, 0, timer.stream>>>(of.n, Fill<float>{from.back().get(), uint32_t(set + 1)});
        CUDA_LAUNCHED();
    }
    Buffer<float> to(of.n);
    const auto run = [&](int set) {
        CUDA(cudaMemcpyAsync(to.get(), from[set].get(), to.bytes(), cudaMemcpyDeviceToDevice, timer.stream));
    };
    measure(of, true, sets, timer, rows, run, [&](int set) {
        CUDA(cudaMemsetAsync(to.get(), 0xFF, to.bytes(), timer.stream));
        run(set);
        return on_device(to.get(), of.n, uint32_t(set + 1), timer);
    });
}

inline void upload(const Case& of, Host kind, Timer& timer, Rows& rows) {
    const int sets = rotation(of.bytes, 1);
    HostBuffer from(of.n * sets, kind);
    for (int set = 0; set < sets; ++set) fill(from.get() + of.n * set, of.n, uint32_t(set + 1));
    Buffer<float> to(of.n);
    const auto run = [&](int set) {
        CUDA(cudaMemcpyAsync(to.get(), from.get() + of.n * set, to.bytes(), cudaMemcpyHostToDevice, timer.stream));
    };
    measure(of, kind == Host::pinned, sets, timer, rows, run, [&](int set) {
        CUDA(cudaMemsetAsync(to.get(), 0xFF, to.bytes(), timer.stream));
        run(set);
        return on_device(to.get(), of.n, uint32_t(set + 1), timer);
    });
}

inline void download(const Case& of, Host kind, Timer& timer, Rows& rows) {
    const int sets = rotation(of.bytes, 1);
    Buffer<float> from(of.n);
    each<<<blocks(of.n), threads, 0, timer.stream>>>(of.n, Fill<float>{from.get(), 1});
    CUDA_LAUNCHED();
    HostBuffer to(of.n * sets, kind);
    const auto run = [&](int set) {
        CUDA(cudaMemcpyAsync(to.get() + of.n * set, from.get(), from.bytes(), cudaMemcpyDeviceToHost, timer.stream));
    };
    measure(of, kind == Host::pinned, sets, timer, rows, run, [&](int set) {
        timer.wait();
        std::memset(to.get() + of.n * set, 0xFF, from.bytes());
        run(set);
        timer.wait();
        return on_host(to.get() + of.n * set, of.n, 1);
    });
}

}  // namespace transfer

/// Hands each case to `row(case, body)`, which calls body(case, timer, rows) where it is wanted.
template <class Row>
void transfers(const Options& options, Row row) {
    using transfer::Host;
    for (int exp = options.min_exp; exp <= options.max_exp; exp += options.step) {
        const uint64_t n = uint64_t(1) << exp, bytes = n * sizeof(float);
        row(Case{"cuda", "copy device", "-", n, 2 * bytes}, transfer::copy);
        // A transfer of a GiB is as fast as one of four.
        if (exp > 28) continue;
        for (const auto& [kind, name] : {std::pair{Host::pageable, "pageable"}, {Host::pinned, "pinned"}}) {
            row(Case{"cuda", std::string("upload ") + name, "-", n, bytes},
                [kind = kind](const Case& of, Timer& timer, Rows& rows) { transfer::upload(of, kind, timer, rows); });
            row(Case{"cuda", std::string("download ") + name, "-", n, bytes},
                [kind = kind](const Case& of, Timer& timer, Rows& rows) { transfer::download(of, kind, timer, rows); });
        }
    }
}
