// How sums and scans are called in each mode of determinism. Temporary memory is allocated at the first call of a size,
// which is never timed.
#pragma once

#include <cub/device/device_reduce.cuh>
#include <cub/device/device_scan.cuh>
#include <cub/version.cuh>
#include <cuda/std/functional>

#include <memory>

#include "cuda.cuh"

/// Whether calls take an environment in which all modes can be asked for.
#define CUB_HAS_MODES (CUB_VERSION >= 300500)

#if CUB_HAS_MODES
#include <cuda/__execution/determinism.h>
#include <cuda/__execution/require.h>
#include <cuda/memory_resource>
#include <cuda/std/__execution/env.h>
#include <cuda/stream>
#endif

/// Memory that stays.
class Temporary {
    std::unique_ptr<Buffer<char>> memory;

  public:
    void* at_least(size_t bytes) {
        if (!memory || memory->n < bytes) {
            memory.reset();
            memory = std::make_unique<Buffer<char>>(std::max<size_t>(bytes, 1));
        }
        return memory->get();
    }
};

/// The calls that take temporary memory, in their default modes. One object serves one call of one size.
class Default {
    mutable Temporary temporary;
    mutable size_t bytes = 0;

    /// Asks for the size at the first call: a program would do that once, too.
    template <class Call>
    cudaError_t with_memory(Call call) const {
        if (bytes == 0) {
            if (const cudaError_t error = call(nullptr, bytes)) return error;
        }
        return call(temporary.at_least(bytes), bytes);
    }

  public:
    static constexpr const char* suffix = "";
    /// Whether results that differ in their bits are wrong.
    static constexpr bool repeats = false;

    template <class T>
    cudaError_t sum(const T* from, T* to, uint64_t n, cudaStream_t stream) const {
        return with_memory([&](void* memory, size_t& bytes) {
            return cub::DeviceReduce::Sum(memory, bytes, from, to, int(n), stream);
        });
    }
    template <class T, class Map>
    cudaError_t sum_of(const T* from, T* to, uint64_t n, Map map, cudaStream_t stream) const {
        return with_memory([&](void* memory, size_t& bytes) {
            return cub::DeviceReduce::TransformReduce(memory, bytes, from, to, int(n), cuda::std::plus<>{}, map, T(0), stream);
        });
    }
    template <class T>
    cudaError_t inclusive(const T* from, T* to, uint64_t n, cudaStream_t stream) const {
        return with_memory([&](void* memory, size_t& bytes) {
            return cub::DeviceScan::InclusiveSum(memory, bytes, from, to, int(n), stream);
        });
    }
    template <class T>
    cudaError_t exclusive(const T* from, T* to, uint64_t n, cudaStream_t stream) const {
        return with_memory([&](void* memory, size_t& bytes) {
            return cub::DeviceScan::ExclusiveSum(memory, bytes, from, to, int(n), stream);
        });
    }
};

#if CUB_HAS_MODES
/// Gives out the one piece of memory that a call asks for.
struct Resource : cuda::mr::memory_resource_base<Resource> {
    Temporary* temporary;

    explicit Resource(Temporary* temporary) : temporary(temporary) {}
    void* allocate_sync(size_t bytes, size_t = 256) { return temporary->at_least(bytes); }
    void deallocate_sync(void*, size_t, size_t = 256) noexcept {}
    void* allocate(cuda::stream_ref, size_t bytes, size_t = 256) { return temporary->at_least(bytes); }
    void deallocate(cuda::stream_ref, void*, size_t, size_t = 256) noexcept {}
    bool operator==(const Resource& other) const { return temporary == other.temporary; }
    bool operator!=(const Resource& other) const { return temporary != other.temporary; }
};

/// The calls that take an environment, in the mode `Guarantee`.
template <class Guarantee>
class InMode {
    mutable Temporary temporary;

    auto environment(cudaStream_t stream) const {
        return cuda::std::execution::env{cuda::stream_ref{stream}, Resource(&temporary), cuda::execution::require(Guarantee{})};
    }

  public:
    template <class T>
    cudaError_t sum(const T* from, T* to, uint64_t n, cudaStream_t stream) const {
        return cub::DeviceReduce::Sum(from, to, int(n), environment(stream));
    }
    template <class T, class Map>
    cudaError_t sum_of(const T* from, T* to, uint64_t n, Map map, cudaStream_t stream) const {
        return cub::DeviceReduce::TransformReduce(from, to, int(n), cuda::std::plus<>{}, map, T(0), environment(stream));
    }
    template <class T>
    cudaError_t inclusive(const T* from, T* to, uint64_t n, cudaStream_t stream) const {
        return cub::DeviceScan::InclusiveSum(from, to, int(n), environment(stream));
    }
    template <class T>
    cudaError_t exclusive(const T* from, T* to, uint64_t n, cudaStream_t stream) const {
        return cub::DeviceScan::ExclusiveSum(from, to, int(n), environment(stream));
    }
};

struct Deterministic : InMode<cuda::execution::determinism::run_to_run_t> {
    static constexpr const char* suffix = " deterministic";
    static constexpr bool repeats = true;
};
struct NotGuaranteed : InMode<cuda::execution::determinism::not_guaranteed_t> {
    static constexpr const char* suffix = " not_guaranteed";
    static constexpr bool repeats = false;
};
struct GpuToGpu : InMode<cuda::execution::determinism::gpu_to_gpu_t> {
    static constexpr const char* suffix = " gpu_to_gpu";
    static constexpr bool repeats = true;
};
#else
/// Sums are deterministic from run to run by default.
struct Deterministic : Default {
    static constexpr const char* suffix = " deterministic";
    static constexpr bool repeats = true;
};
#endif
