// What the rows were measured on, a line each.
#pragma once

#include <cub/version.cuh>

#include <cstdio>
#include <memory>
#include <string>

#include "cuda.cuh"

inline std::string cub_version() {
    return std::to_string(CUB_MAJOR_VERSION) + "." + std::to_string(CUB_MINOR_VERSION) + "." + std::to_string(CUB_SUBMINOR_VERSION);
}

inline void write_environment(const std::string& path) {
    const auto close = [](std::FILE* file) { std::fclose(file); };
    std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "w"), close);
    if (!file) throw Usage(path + " cannot be written");
    cudaDeviceProp device{};
    CUDA(cudaGetDeviceProperties(&device, 0));
    int driver = 0, runtime = 0;
    CUDA(cudaDriverGetVersion(&driver));
    CUDA(cudaRuntimeGetVersion(&runtime));
    const auto attribute = [](cudaDeviceAttr which) {
        int value = 0;
        CUDA(cudaDeviceGetAttribute(&value, which, 0));
        return value;
    };
    const int memory_khz = attribute(cudaDevAttrMemoryClockRate), bus_bits = attribute(cudaDevAttrGlobalMemoryBusWidth);
    std::fprintf(file.get(), "cuda gpu: %s, sm_%d%d\n", device.name, device.major, device.minor);
    std::fprintf(file.get(), "cuda driver: %d.%d\n", driver / 1000, driver % 1000 / 10);
    std::fprintf(file.get(), "cuda runtime: %d.%d\n", runtime / 1000, runtime % 1000 / 10);
    std::fprintf(file.get(), "cub: %s\n", cub_version().c_str());
    std::fprintf(file.get(), "nvcc: %d.%d.%d\n", __CUDACC_VER_MAJOR__, __CUDACC_VER_MINOR__, __CUDACC_VER_BUILD__);
    std::fprintf(file.get(), "cuda memory: %.1f GiB\n", double(device.totalGlobalMem) / double(1 << 30));
    std::fprintf(file.get(), "cuda multiprocessors: %d\n", device.multiProcessorCount);
    std::fprintf(file.get(), "cuda l2: %.1f MiB\n", double(device.l2CacheSize) / double(1 << 20));
    std::fprintf(file.get(), "cuda clock: %.0f MHz\n", attribute(cudaDevAttrClockRate) * 1e-3);
    // Two transfers a clock: what the memory could give at most.
    std::fprintf(file.get(), "cuda memory clock: %.0f MHz, %d bits, %.0f GB/s\n", memory_khz * 1e-3, bus_bits,
                 2e3 * memory_khz * (bus_bits / 8) * 1e-9);
}
