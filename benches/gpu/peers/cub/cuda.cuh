// CUDA with its errors as exceptions, memory that frees itself, and the two clocks.
#pragma once

#include <cuda_runtime.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "data.hpp"
#include "rows.hpp"

/// A call of CUDA that failed; a context in which a kernel failed stays so.
struct CudaError : std::runtime_error {
    cudaError_t code;
    CudaError(cudaError_t code, const char* call)
        : std::runtime_error(std::string(call) + ": " + cudaGetErrorString(code)), code(code) {}
};

inline void cuda_check(cudaError_t code, const char* call) {
    if (code == cudaSuccess) return;
    // What is no fault of the context must not be found by the next check.
    if (code == cudaErrorMemoryAllocation) cudaGetLastError();
    throw CudaError(code, call);
}
#define CUDA(call) cuda_check((call), #call)
#define CUDA_LAUNCHED() cuda_check(cudaGetLastError(), "launch")

enum class Memory { device, pinned };

template <class T>
class Buffer {
    T* pointer = nullptr;
    Memory memory;

  public:
    size_t n;

    explicit Buffer(size_t n, Memory memory = Memory::device) : memory(memory), n(n) {
        void* raw = nullptr;
        if (memory == Memory::device) CUDA(cudaMalloc(&raw, n * sizeof(T)));
        else CUDA(cudaHostAlloc(&raw, n * sizeof(T), cudaHostAllocPortable));
        pointer = static_cast<T*>(raw);
    }
    ~Buffer() {
        if (memory == Memory::device) cudaFree(pointer);
        else cudaFreeHost(pointer);
    }
    Buffer(Buffer&& from) noexcept : pointer(std::exchange(from.pointer, nullptr)), memory(from.memory), n(from.n) {}
    Buffer(const Buffer&) = delete;

    T* get() const { return pointer; }
    size_t bytes() const { return n * sizeof(T); }
};

constexpr int threads = 256;
inline int blocks(uint64_t n) { return int(std::min<uint64_t>((n + threads - 1) / threads, 1 << 16)); }

template <class Body>
__global__ void each(uint64_t n, Body body) {
    for (uint64_t i = blockIdx.x * uint64_t(blockDim.x) + threadIdx.x; i < n; i += uint64_t(gridDim.x) * blockDim.x) body(i);
}

template <class T>
struct Fill {
    T* to;
    uint32_t seed;
    __device__ void operator()(uint64_t i) const { to[i] = data::element<T>(i, seed); }
};

struct FillOption {
    float* to;
    int which;
    uint32_t seed;
    __device__ void operator()(uint64_t i) const { to[i] = data::option_input(which, i, seed); }
};

template <class T>
struct Gather {
    const T* from;
    T* to;
    uint64_t n;
    __device__ void operator()(uint64_t j) const {
        to[j] = from[n <= oracle::spread_places ? j : j * (n - 1) / (oracle::spread_places - 1)];
    }
};

template <class T>
struct CountOthers {
    const T* given;
    uint32_t seed;
    unsigned* others;
    __device__ void operator()(uint64_t i) const {
        if (given[i] != data::element<T>(i, seed)) atomicAdd(others, 1u);
    }
};

/// Waits until the host has let it go, or 20 ms: what is queued behind it then runs without gaps of the host's making.
static __global__ void hold(const volatile unsigned* released, unsigned ticket) {
    const long long start = clock64();
    while (*released < ticket && clock64() - start < 40'000'000) {}
}

static __global__ void nothing() {}

/// One stream, and how calls on it are timed.
class Timer {
    cudaEvent_t before{}, after{};
    Buffer<unsigned> released{1, Memory::pinned};
    unsigned ticket = 0;
    const Options& options;
    Stopwatch since_start;

    bool enough(size_t runs, double seconds) const {
        if (options.quick) return runs >= 3;
        // Calls that take seconds are not worth five of them.
        const bool least = runs >= 5 || (runs >= 3 && seconds > 4 * options.seconds_per_row);
        return (least && seconds >= options.seconds_per_row) || runs >= 5000;
    }

  public:
    cudaStream_t stream{};

    explicit Timer(const Options& options) : options(options) {
        CUDA(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
        CUDA(cudaEventCreate(&before));
        CUDA(cudaEventCreate(&after));
        *released.get() = 0;
    }
    ~Timer() {
        cudaEventDestroy(before);
        cudaEventDestroy(after);
        cudaStreamDestroy(stream);
    }
    Timer(const Timer&) = delete;

    void wait() const { CUDA(cudaStreamSynchronize(stream)); }
    bool late() const { return since_start.seconds() > options.deadline; }

    /// Untimed runs: kernels are loaded, clocks go up.
    template <class Run>
    void warm_up(Run run) {
        const Stopwatch watch;
        for (int i = 0; i < 3 || (!options.quick && watch.seconds() < 0.1 * options.seconds_per_row); ++i) {
            run();
            wait();
        }
    }

    /// From the start of the first command of `run` to the end of its last, by events on either side. The events are
    /// queued before the GPU may begin, so that the time of launching is not in it.
    template <class Run>
    std::vector<double> device(Run run) {
        std::vector<double> times;
        for (const Stopwatch watch; !enough(times.size(), watch.seconds());) {
            ticket += 1;
            hold<<<1, 1, 0, stream>>>(released.get(), ticket);
            CUDA_LAUNCHED();
            CUDA(cudaEventRecord(before, stream));
            run();
            CUDA(cudaEventRecord(after, stream));
            *static_cast<volatile unsigned*>(released.get()) = ticket;
            CUDA(cudaEventSynchronize(after));
            float millis = 0;
            CUDA(cudaEventElapsedTime(&millis, before, after));
            times.push_back(millis * 1e3);
        }
        return times;
    }

    /// From the call until the host knows that it is done: `run` waits itself.
    template <class Run>
    std::vector<double> host(Run run) {
        std::vector<double> times;
        for (const Stopwatch watch; !enough(times.size(), watch.seconds());) {
            const Stopwatch one;
            run();
            times.push_back(one.micros());
        }
        return times;
    }
};

/// Sets of inputs that are used in turn, so that no cache holds the next one.
inline int rotation(uint64_t input_bytes, int least) {
    const uint64_t sets = (uint64_t(256) << 20) / std::max<uint64_t>(1, input_bytes);
    return int(std::clamp<uint64_t>(sets, uint64_t(least), 64));
}

/// As many of those sets as memory has room for beside `other_bytes`.
inline int rotation_that_fits(uint64_t input_bytes, uint64_t other_bytes) {
    size_t free = 0, total = 0;
    CUDA(cudaMemGetInfo(&free, &total));
    const uint64_t spare = uint64_t(512) << 20;
    int sets = rotation(input_bytes, 2);
    while (sets > 1 && sets * input_bytes + other_bytes + spare > free) sets -= 1;
    if (sets * input_bytes + other_bytes + spare > free) throw CudaError(cudaErrorMemoryAllocation, "planning");
    return sets;
}
