#!/usr/bin/env python3
"""Rows of PyTorch, CuPy and JAX: the cases of ../../README.md as a user of each would write them for speed.

What a framework has no form of is a line `skipped: ...`, as is a framework that is not installed. With `--device cpu`
the same calls run without a GPU: that proves them and measures nothing.
"""

import argparse
import os
import statistics
import sys
import time

import numpy as np

import data
from data import MAPS, SUMS, TYPES

START = time.monotonic()
MIB = 1 << 20


class Missing(Exception):
    """A framework has no such call."""


class Torch:
    """PyTorch. Its unsigned types have no sums, so that u32 and u64 go as i32 and i64, whose sums are the same bits."""

    # 0.3 ms, and 3 ms for calls of some fifty kernels, whose launching takes about a tenth of that.
    HOLD_CYCLES = 600_000
    LONG_HOLD_CYCLES = 6_000_000

    def __init__(self, device):
        # Programs are compiled, not taken from an earlier run's.
        os.environ.setdefault("TORCHINDUCTOR_FX_GRAPH_CACHE", "0")
        import torch

        self.torch, self.on_gpu = torch, device == "gpu"
        if self.on_gpu and not torch.cuda.is_available():
            raise Missing("no CUDA device")
        self.device = torch.device("cuda" if self.on_gpu else "cpu")
        self.name = f"torch {torch.__version__.split('+')[0]}"
        self.systems = [self.name, f"{self.name} compiled"]
        self.compile_times = []

    def environment(self):
        torch = self.torch
        return {"torch": torch.__version__, "torch cuda": torch.version.cuda}

    def upload(self, column):
        signed = {"u": "i"}.get(column.dtype.kind)
        return self.torch.from_numpy(column.view(f"{signed}{column.itemsize}") if signed else column).to(self.device)

    def download(self, result, at):
        if len(at) < result.numel():
            result = result[self.torch.from_numpy(at).to(self.device)]
        return result.cpu().numpy()

    def wait(self):
        if self.on_gpu:
            self.torch.cuda.synchronize()

    def value(self, result):
        return result.item()

    def poison(self, out):
        out.reshape(-1).view(self.torch.uint8).fill_(255)

    def free_bytes(self):
        return self.torch.cuda.mem_get_info()[0] if self.on_gpu else host_memory() // 2

    def release(self):
        if self.on_gpu:
            self.torch.cuda.empty_cache()

    def is_out_of_memory(self, error):
        return isinstance(error, self.torch.OutOfMemoryError)

    def device_micros(self, run, case):
        """By events; the GPU is held until all is queued, so that launching is not in it."""
        cuda = self.torch.cuda
        before, after = cuda.Event(enable_timing=True), cuda.Event(enable_timing=True)
        cuda._sleep(self.LONG_HOLD_CYCLES if case == "map black_scholes" else self.HOLD_CYCLES)
        before.record()
        run()
        after.record()
        after.synchronize()
        return before.elapsed_time(after) * 1e3

    def call(self, system, case, dtype, inputs):
        """A call and the memory of its result, if it takes that."""
        torch = self.torch
        kind = inputs[0].dtype
        if system.endswith("compiled"):
            return self.compiled(case, dtype, kind, inputs), None
        scalar = case.startswith("reduce")
        out = torch.empty(() if scalar else inputs[0].numel(), dtype=kind, device=self.device)
        if case == "map saxpy":
            return lambda x, y: torch.add(y, x, alpha=2.5, out=out), out
        if case == "map black_scholes":
            return lambda *columns: data.price(torch, *columns), None
        if case == "reduce sum":
            return lambda x: torch.sum(x, 0, dtype=kind, out=out), out
        if case == "reduce sum_of_squares":
            if kind.is_floating_point:
                return lambda x: torch.dot(x, x, out=out), out
            raise Missing("no fused form without a compiler")
        if case == "scan inclusive_sum":
            return lambda x: torch.cumsum(x, 0, dtype=kind, out=out), out
        raise Missing("there is no exclusive scan")

    def compiled(self, case, dtype, kind, inputs):
        """One program a size: with a size that is open, reductions are cut as suits the first one."""
        torch = self.torch
        functions = {
            "map saxpy": lambda x, y: 2.5 * x + y,
            "map black_scholes": lambda *columns: data.price(torch, *columns),
            "reduce sum": lambda x: torch.sum(x, dtype=kind),
            "reduce sum_of_squares": lambda x: torch.sum(x * x, dtype=kind),
        }
        if case not in functions:
            raise Missing("its scan is that of the eager call")
        if dtype not in ("f32", "u32"):
            raise Missing("compiled for f32 and u32 only")
        torch._dynamo.reset()
        function = torch.compile(functions[case], dynamic=False)
        start = time.perf_counter()
        function(*inputs)
        self.wait()
        self.compile_times.append((time.perf_counter() - start) * 1e6)
        return function


class CuPy:
    """CuPy, with its own kernels where a call would need several passes."""

    HOLD = "extern \"C\" __global__ void hold(long long cycles) { long long s = clock64(); while (clock64() - s < cycles) {} }"
    PRICE = """
        float deviation = 0.3f * sqrtf(years);
        float d1 = (__logf(spot / strike) + 0.065f * years) / deviation;
        price = spot * cdf(d1) - strike * __expf(-0.02f * years) * cdf(d1 - deviation);
    """
    NORMAL = """
        __device__ float cdf(float x) {
            float k = 1.0f / (1.0f + 0.2316419f * fabsf(x));
            float p = k * (0.31938153f + k * (-0.356563782f + k * (1.781477937f + k * (-1.821255978f + k * 1.330274429f))));
            float tail = 0.39894228f * __expf(-0.5f * x * x) * p;
            return x > 0.0f ? 1.0f - tail : tail;
        }
    """

    def __init__(self, device):
        import cupy

        if device != "gpu":
            raise Missing("runs on GPUs only")
        if not cupy.cuda.is_available():
            raise Missing("no CUDA device")
        self.cupy, self.on_gpu = cupy, True
        self.name = f"cupy {cupy.__version__}"
        self.systems, self.compile_times = [self.name], []
        self.hold = cupy.RawKernel(self.HOLD, "hold")
        self.saxpy = cupy.ElementwiseKernel("float32 x, float32 y", "float32 z", "z = 2.5f * x + y", "saxpy")
        inputs = "float32 spot, float32 strike, float32 years"
        self.price = cupy.ElementwiseKernel(inputs, "float32 price", self.PRICE, "price", preamble=self.NORMAL)
        self.squares = cupy.ReductionKernel("T x", "T y", "x * x", "a + b", "y = a", "0", "squares")

    def environment(self):
        return {"cupy": self.cupy.__version__, "cupy cuda": self.cupy.cuda.runtime.runtimeGetVersion()}

    def upload(self, column):
        return self.cupy.asarray(column)

    def download(self, result, at):
        return self.cupy.asnumpy(result if len(at) == result.size else result[self.cupy.asarray(at)])

    def wait(self):
        self.cupy.cuda.get_current_stream().synchronize()

    def value(self, result):
        return result.item()

    def poison(self, out):
        out.data.memset(255, out.nbytes)

    def free_bytes(self):
        return self.cupy.cuda.runtime.memGetInfo()[0]

    def release(self):
        self.cupy.get_default_memory_pool().free_all_blocks()

    def is_out_of_memory(self, error):
        return isinstance(error, self.cupy.cuda.memory.OutOfMemoryError)

    def device_micros(self, run, _case):
        event = self.cupy.cuda.Event
        before, after = event(), event()
        self.hold((1,), (1,), (np.int64(Torch.HOLD_CYCLES),))
        before.record()
        run()
        after.record()
        after.synchronize()
        return self.cupy.cuda.get_elapsed_time(before, after) * 1e3

    def call(self, system, case, dtype, inputs):
        cupy, x = self.cupy, inputs[0]
        out = cupy.empty(() if case.startswith("reduce") else x.shape, x.dtype)
        if case == "map saxpy":
            return lambda x, y: self.saxpy(x, y, out), out
        if case == "map black_scholes":
            return lambda *columns: self.price(*columns, out), out
        if case == "reduce sum":
            return lambda x: cupy.sum(x, dtype=x.dtype, out=out), out
        if case == "reduce sum_of_squares":
            return lambda x: self.squares(x, out), out
        if case == "scan inclusive_sum":
            return lambda x: cupy.cumsum(x, dtype=x.dtype, out=out), out
        raise Missing("there is no exclusive scan")


class Jax:
    """JAX, compiled by XLA. It has no events of the device, so that only the host's clock is there; its results are new
    memory of its pool each time."""

    def __init__(self, device):
        # Its share of memory is not taken from the others before it needs it.
        os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
        import jax

        jax.config.update("jax_enable_x64", True)
        try:
            self.device = jax.devices("cpu" if device == "cpu" else "gpu")[0]
        except RuntimeError as error:
            raise Missing("no CUDA device") from error
        self.jax, self.on_gpu = jax, False
        self.name = f"jax {jax.__version__}"
        self.systems, self.compile_times = [self.name], []

    def environment(self):
        return {"jax": self.jax.__version__, "jax device": self.device.device_kind}

    def upload(self, column):
        return self.jax.device_put(column, self.device)

    def download(self, result, at):
        return np.asarray(result if len(at) == result.size else result[at])

    def wait(self):
        """There is no waiting for a device, only for results: see `finish`."""

    def finish(self, result):
        result.block_until_ready()

    def value(self, result):
        return result.item()

    def free_bytes(self):
        stats = self.device.memory_stats() or {}
        limit = stats.get("bytes_limit", host_memory() // 2)
        return limit - stats.get("bytes_in_use", 0)

    def release(self):
        pass

    def is_out_of_memory(self, error):
        return "RESOURCE_EXHAUSTED" in str(error)

    def call(self, system, case, dtype, inputs):
        jnp = self.jax.numpy
        functions = {
            "map saxpy": lambda x, y: 2.5 * x + y,
            "map black_scholes": lambda *columns: data.price(jnp, *columns),
            "reduce sum": lambda x: jnp.sum(x, dtype=x.dtype),
            "reduce sum_of_squares": lambda x: jnp.sum(x * x, dtype=x.dtype),
            "scan inclusive_sum": lambda x: jnp.cumsum(x, dtype=x.dtype),
        }
        if case not in functions:
            raise Missing("there is no exclusive scan")
        start = time.perf_counter()
        function = self.jax.jit(functions[case]).lower(*inputs).compile()
        self.compile_times.append((time.perf_counter() - start) * 1e6)
        return function, None


# With the weights by which they share the time: programs of the first and the last are compiled for each size.
FRAMEWORKS = [("torch", Torch, 3), ("cupy", CuPy, 1), ("jax", Jax, 2)]


def host_memory():
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


class Rows:
    """The CSV, written as it is measured."""

    def __init__(self, path):
        self.file = open(path, "w", buffering=1, encoding="utf-8")
        self.file.write("system,case,dtype,n,clock,median_us,q1_us,q3_us,runs,bytes,checked\n")
        self.bad = False

    def write(self, system, case, dtype, n, clock, times, moved, ok):
        if not times:
            return
        q1, median, q3 = statistics.quantiles(times, n=4, method="inclusive") if len(times) > 1 else times * 3
        checked = "ok" if ok else "WRONG"
        figures = f"{median:.3f},{q1:.3f},{q3:.3f},{len(times)}"
        self.file.write(f"{system},{case},{dtype},{n},{clock},{figures},{moved},{checked}\n")
        if not ok:
            self.bad = True
            print(f"WRONG: {system} {case} {dtype} n={n}", file=sys.stderr)


def skip(system, case, dtype, why):
    print(f"skipped: {system} {case} {dtype}: {why}", file=sys.stderr, flush=True)


class Bench:
    """Takes one framework through the cases until it is `end` by the monotonic clock."""

    def __init__(self, framework, options, rows, end):
        self.framework, self.options, self.rows, self.end = framework, options, rows, end
        self.said = set()

    def skip(self, system, case, dtype, why):
        """A reason is given once, whatever the sizes."""
        if (system, case, dtype, why) not in self.said:
            self.said.add((system, case, dtype, why))
            skip(system, case, dtype, why)

    def repeat(self, measure):
        """Times of runs until they are enough."""
        times, budget = [], self.options.seconds_per_row
        start = time.perf_counter()
        while True:
            elapsed = time.perf_counter() - start
            if self.options.quick:
                enough = len(times) >= 3
            else:
                least = len(times) >= 5 or (len(times) >= 3 and elapsed > 4 * budget)
                enough = (least and elapsed >= budget) or len(times) >= 5000
            if enough:
                return times
            times.append(measure())

    def measure(self, system, case, dtype, n, sets):
        framework = self.framework
        function, out = framework.call(system, case, dtype, sets[0])
        reduces = case.startswith("reduce")
        finish = getattr(framework, "finish", lambda _: framework.wait())
        turn = -1

        def run():
            nonlocal turn
            turn = (turn + 1) % len(sets)
            return function(*sets[turn])

        def check():
            if out is not None:
                framework.poison(out)
            result = run()
            at = data.places(case, n)
            given = np.array(framework.value(result)) if reduces else framework.download(result, at)
            if dtype.startswith("u"):
                given = given.astype(f"i{TYPES[dtype]().itemsize}") if given.dtype.kind == "i" else given
                given = given.astype(TYPES[dtype])
            return data.correct(case, dtype, n, turn + 1, given)

        def host():
            start = time.perf_counter()
            result = run()
            framework.value(result) if reduces else finish(result)
            return (time.perf_counter() - start) * 1e6

        ok = check()
        for _ in range(3):
            host()
        device_times = self.repeat(lambda: framework.device_micros(run, case)) if framework.on_gpu else []
        host_times = self.repeat(host)
        ok &= check()
        columns = MAPS.get(case, 0) or (1 if case.startswith("scan") else 0)
        moved = (columns + 1) * n * TYPES[dtype]().itemsize
        self.rows.write(system, case, dtype, n, "device", device_times, moved, ok)
        self.rows.write(system, case, dtype, n, "host", host_times, moved, ok)

    def sets(self, case, dtype, n):
        """Inputs that are used in turn, so that no cache holds the next one; fewer where memory has no room."""
        size = TYPES[dtype]().itemsize * n
        bytes_a_set = size * MAPS.get(case, 1)
        # The result, and what a framework needs beside it.
        room = int(self.framework.free_bytes() * 0.9) - 3 * size
        count = min(max(256 * MIB // bytes_a_set, 2), 64, room // bytes_a_set)
        if count < 1:
            raise MemoryError
        columns = (data.inputs(case, dtype, n, seed) for seed in range(1, count + 1))
        return [[self.framework.upload(column) for column in of_seed] for of_seed in columns]

    def group(self, cases, dtype, n):
        """Cases that share their inputs."""
        cases = [case for case in cases if self.options.filter in case]
        if not cases:
            return
        if time.monotonic() > self.end:
            for case in cases:
                skip(self.framework.name, case, dtype, f"the deadline has passed (n = {n})")
            return
        try:
            sets = self.sets(cases[0], dtype, n)
        except Exception as error:
            self.failed(self.framework.name, ", ".join(cases), dtype, n, error)
            return
        for case in cases:
            for system in self.framework.systems:
                try:
                    self.measure(system, case, dtype, n, sets)
                except Missing as why:
                    self.skip(system, case, dtype, why)
                except Exception as error:
                    self.failed(system, case, dtype, n, error)
        del sets
        self.framework.release()

    def failed(self, system, case, dtype, n, error):
        if isinstance(error, MemoryError) or self.framework.is_out_of_memory(error):
            self.framework.release()
            return skip(system, case, dtype, f"no memory (n = {n})")
        self.rows.bad = True
        print(f"failed: {system} {case} {dtype} n={n}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)

    def run(self):
        options = self.options
        sizes = [1 << exponent for exponent in range(options.min_exp, options.max_exp + 1, options.step)]
        # What the deadline may cut off comes last.
        for dtypes in (["f32", "u32"], ["f64", "u64"]):
            for n in sizes:
                for case in MAPS if dtypes[0] == "f32" else ():
                    self.group([case], "f32", n)
                for dtype in dtypes:
                    self.group(SUMS, dtype, n)
        if options.filter in "compile":
            self.rows.write(self.framework.systems[-1], "compile", "-", 0, "host", self.framework.compile_times, 0, True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--min-exp", type=int, default=16)
    parser.add_argument("--max-exp", type=int, default=30)
    parser.add_argument("--step", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="2^16 only, three runs")
    parser.add_argument("--filter", default="", help="only cases that contain this text")
    parser.add_argument("--out", default="frameworks.csv")
    parser.add_argument("--environment", help="file of versions")
    parser.add_argument("--seconds-per-row", type=float, default=0.5)
    parser.add_argument("--deadline", type=float, default=1e9, help="seconds after which what is left is skipped")
    parser.add_argument("--device", choices=["gpu", "cpu"], default="gpu")
    parser.add_argument("--only", default="torch,cupy,jax", help="frameworks, with commas between them")
    parser.add_argument("--self-test", action="store_true", help="checks generator and oracle")
    options = parser.parse_args()
    if options.quick:
        options.min_exp = options.max_exp = 16
    if not 0 <= options.min_exp <= options.max_exp <= 30 or options.step < 1:
        parser.error("sizes are from 2^0 to 2^30, the smallest first")
    return options


def main():
    options = parse()
    if options.self_test:
        data.self_test()
        print("self-test: ok")
        return 0
    rows, environment = Rows(options.out), {"numpy": np.__version__}
    wanted = [each for each in FRAMEWORKS if each[0] in options.only.split(",")]
    for place, (name, framework, weight) in enumerate(wanted):
        now = time.monotonic()
        end = now + (START + options.deadline - now) * weight / sum(each[2] for each in wanted[place:])
        try:
            opened = framework(options.device)
        except (ImportError, Missing) as error:
            why = "not installed" if isinstance(error, ImportError) else error
            skip(name, "all cases", "all types", why)
            continue
        environment |= opened.environment()
        Bench(opened, options, rows, end).run()
    if options.environment:
        with open(options.environment, "w", encoding="utf-8") as file:
            file.writelines(f"{key}: {value}\n" for key, value in environment.items())
    return 1 if rows.bad else 0


if __name__ == "__main__":
    sys.exit(main())
