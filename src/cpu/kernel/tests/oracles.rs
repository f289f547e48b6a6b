//! What the shaders of control flow and memory compute, in plain Rust.

use super::corpus::Launch;

/// Replaces the buffers of a launch by what the shader leaves.
pub(super) type Oracle = fn(&mut Launch);

impl Launch {
    /// The words of a binding.
    pub(super) fn words(&self, binding: u32) -> Vec<u32> {
        self.buffers[&binding].clone()
    }

    /// The words of a binding as floats.
    pub(super) fn floats(&self, binding: u32) -> Vec<f32> {
        self.words(binding).into_iter().map(f32::from_bits).collect()
    }

    /// The words of a binding to be written.
    pub(super) fn out(&mut self, binding: u32) -> &mut Vec<u32> {
        self.buffers.get_mut(&binding).unwrap()
    }
}

pub(super) fn array_length(launch: &mut Launch) {
    // The header takes four words, each element four.
    let n = (103 - 4) / 4;
    for id in 0..256 {
        launch.out(1)[id] = if id < n { (4 + 4 * id + 2) as u32 + 1 } else { n as u32 * 1000 + 256 };
    }
}

pub(super) fn atomics(launch: &mut Launch) {
    let x = launch.words(0);
    let words = launch.out(1);
    let swapped = words[10];
    for (id, &v) in x.iter().enumerate() {
        words[0] = words[0].wrapping_add(v);
        words[1] = words[1].wrapping_sub(v);
        words[2] &= v | 7;
        words[3] |= v & 0xf0f0;
        words[4] ^= v;
        words[5] = words[5].min(v);
        words[6] = words[6].max(v);
        words[7] = (words[7] as i32).min(v as i32) as u32;
        words[8] = (words[8] as i32).max(v as i32) as u32;
        if id % 3 == 0 {
            words[12 + v as usize % 5] = words[12 + v as usize % 5].wrapping_add(1);
        }
    }
    words[9] = 42;
    words[10] = 9;
    words[11] = words[11].wrapping_add(swapped).wrapping_add(9 * 255);
}

pub(super) fn bitonic_sort(launch: &mut Launch) {
    launch.out(0).chunks_mut(256).for_each(<[u32]>::sort_unstable);
}

pub(super) fn collatz(launch: &mut Launch) {
    for id in 0..640u32 {
        let (mut n, mut steps) = (id + 1, 0);
        while n != 1 {
            n = if n.is_multiple_of(2) { n / 2 } else { 3 * n + 1 };
            steps += 1;
        }
        launch.out(1)[id as usize] = steps;
    }
}

pub(super) fn compare_exchange(launch: &mut Launch) {
    let most = launch.floats(0).into_iter().fold(0.0, f32::max);
    *launch.out(1) = vec![most.to_bits(), 1];
}

pub(super) fn constants(launch: &mut Launch) {
    let primes = [2, 3, 5, 7, 11, 13, 17, 19];
    let entries = [(1, [2, 3]), (4, [5, 6]), (7, [8, 9])];
    for at in 0..64 {
        let (weight, pair) = entries[at % 3];
        let third = if at % 8 == 3 { 100 } else { primes[3] };
        launch.out(0)[at] = primes[at & 7] + weight * pair[at & 1] + 15 + third * 10000;
    }
}

pub(super) fn divergent_writes(launch: &mut Launch) {
    for id in 0..150u32 {
        let mut n = id * 7 % 37 + 1;
        let mut at = 0;
        while n != 1 {
            n = if n.is_multiple_of(2) { n / 2 } else { 3 * n + 1 };
            if n % 3 != 0 {
                launch.out(0)[(id * 128 + at) as usize] = n;
            }
            launch.out(1)[n as usize % 32] += 1;
            launch.out(1)[32] = launch.out(1)[32].max(n);
            at += 1;
        }
        launch.out(0)[(id * 128 + 127) as usize] = at;
    }
}

pub(super) fn early_return(launch: &mut Launch) {
    fn first_divisor(n: u32) -> u32 {
        if n < 2 {
            return 0;
        }
        (2..).take_while(|d| d * d <= n).find(|d| n.is_multiple_of(*d)).unwrap_or(n)
    }
    for x in 0..128u32 {
        let d = first_divisor(x);
        launch.out(1)[x as usize] = match d {
            0 => 0,
            d if d == x => d + 1000,
            d if d > 2 => d + 2000 + first_divisor(x / d),
            d => d,
        };
    }
}

pub(super) fn histogram(launch: &mut Launch) {
    for x in launch.words(0) {
        launch.out(1)[x as usize >> 26] += 1;
    }
}

pub(super) fn invocation_ids(launch: &mut Launch) {
    let (grid, size) = ([2u32, 3, 2], [4u32, 3, 4]);
    let coordinates = |at: u32, of: [u32; 3]| [at % of[0], at / of[0] % of[1], at / of[0] / of[1]];
    for linear in 0..12 {
        let group = coordinates(linear, grid);
        for index in 0..48 {
            let local = coordinates(index, size);
            let global: Vec<u32> = (0..3).map(|d| group[d] * size[d] + local[d]).collect();
            let sum = local[0] + 10 * local[1] + 100 * local[2];
            let words = [global[0] + 1000 * global[1], global[2], sum, linear];
            launch.out(0)[(linear * 48 + index) as usize * 4..][..4].copy_from_slice(&words);
        }
    }
}

pub(super) fn life(launch: &mut Launch) {
    let cells = launch.words(0);
    let alive = |x: i32, y: i32| cells[(y.rem_euclid(24) * 40 + x.rem_euclid(40)) as usize] & 1;
    for y in 0..24 {
        for x in 0..40 {
            let around = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx, dy)));
            let count: u32 = around.filter(|&d| d != (0, 0)).map(|(dx, dy)| alive(x + dx, y + dy)).sum();
            let lives = count == 3 || (count == 2 && alive(x, y) == 1);
            launch.out(1)[(y * 40 + x) as usize] = u32::from(lives);
        }
    }
}

pub(super) fn loops(launch: &mut Launch) {
    for x in 0..128u32 {
        let (mut sum, mut i) = (0u32, 0u32);
        'outer: loop {
            if i % 3 != 1 {
                let mut j = x % 5;
                while j < 10 {
                    j += 1;
                    if j == 7 {
                        continue;
                    }
                    if j > i + 4 {
                        break;
                    }
                    sum += i * j + 1;
                }
                if sum > 500 {
                    break 'outer;
                }
            }
            i += 1;
            if i >= x % 11 + 2 {
                break;
            }
        }
        launch.out(1)[x as usize] = sum * 100 + i;
    }
}

pub(super) fn overrides(launch: &mut Launch) {
    for group in 0..2 {
        for at in 0..16 {
            let part = |index: usize| if index < 16 { (group * 16 + index) as f32 * 1.5 } else { 32.0 };
            let v = part((at + 3) % 16) + part(31 - at);
            launch.out(0)[group * 16 + at] = (-v).to_bits();
        }
    }
}

pub(super) fn pointers(launch: &mut Launch) {
    for at in 0..64u32 {
        let (before, n) = (at, at + 7);
        let mut b = [0, n, 2 * n];
        b[at as usize % 3] += 100;
        let total = if at > 20 { 6 } else { 3 };
        let mut word = [n + before, b[0] + 2 * b[1] + 3 * b[2], 0, 0];
        word[at as usize % 2 + 2] = total + n;
        launch.out(1)[at as usize * 4..][..4].copy_from_slice(&word);
    }
}

pub(super) fn private_memory(launch: &mut Launch) {
    for x in 0..128u32 {
        let (mut counter, mut ring, mut flags) = (5u32, [0u32; 7], [false; 4]);
        for i in 0..3 + x % 9 {
            let value = x + i * i;
            ring[counter as usize % 7] = value;
            flags[value as usize % 4] = value > 10;
            counter += 1;
        }
        let sum = ring.iter().fold(counter, |sum, &word| sum.wrapping_mul(3).wrapping_add(word));
        let bits = u32::from(flags[0]) + 2 * u32::from(flags[1]) + 4 * u32::from(flags[x as usize & 3]);
        launch.out(1)[x as usize] = sum.wrapping_mul(16).wrapping_add(bits);
    }
}

pub(super) fn radix_sort(launch: &mut Launch) {
    let mut keys = launch.words(0);
    keys.chunks_mut(256).for_each(<[u32]>::sort_unstable);
    *launch.out(1) = keys;
}

pub(super) fn reduction(launch: &mut Launch) {
    let x = launch.words(0);
    *launch.out(1) = x.chunks(256).map(|part| part.iter().fold(0, |a, &b| b.wrapping_add(a))).collect();
}

pub(super) fn scan(launch: &mut Launch) {
    let x = launch.words(0);
    for (out, part) in launch.out(1).chunks_mut(100).zip(x.chunks(100)) {
        let mut sum = 0u32;
        for (out, x) in out.iter_mut().zip(part) {
            sum = sum.wrapping_add(*x);
            *out = sum;
        }
    }
}

pub(super) fn shared_structs(launch: &mut Launch) {
    let x = launch.words(0);
    for (group, part) in x.chunks(64).enumerate() {
        for v in part {
            let bucket = &mut launch.out(1)[(group * 4 + *v as usize % 4) * 4..][..4];
            bucket[0] += 1;
            bucket[1] = bucket[1].max(v >> 8);
            bucket[2 + (v >> 31) as usize] += v & 255;
        }
    }
}

pub(super) fn storage_barrier(launch: &mut Launch) {
    for part in launch.out(0).chunks_mut(96) {
        let mut sums = [0u32; 96];
        for d in 1..4 {
            part.iter_mut().for_each(|word| *word += 1);
            for at in 0..96 {
                sums[at] = sums[at].wrapping_mul(7).wrapping_add(part[(at + d * 31) % 96]);
            }
            let even = part.iter_mut().zip(&sums).filter(|(_, sum)| **sum % 2 == 0);
            even.for_each(|(word, _)| *word += 10);
        }
        part.copy_from_slice(&sums);
    }
}

pub(super) fn switches(launch: &mut Launch) {
    let kind = |v: i32| match v {
        -1 | 2 => 10,
        3..=5 => 20,
        v if v > 50 => 99,
        _ => 30,
    };
    for at in 0..96u32 {
        let mut r = 0;
        for i in 0..8 {
            match (at + i) % 6 {
                0 => continue,
                1 | 2 => r += 1,
                3 if at.is_multiple_of(2) => r += 10,
                3 => r += 15,
                _ => r += 100,
            }
            r += 1000;
        }
        launch.out(1)[at as usize] = r + kind(at as i32 - 1);
    }
}

pub(super) fn truth_values(launch: &mut Launch) {
    for id in 0..100usize {
        let any_large = id / 50 == 1;
        let v = id / 50 * 50 + (id % 50 + 7) % 50;
        let (odd, both) = (v % 2 == 1, [v > 30, v > 60]);
        let mut calls = 0;
        let mut touch = |v: bool| {
            calls += 1;
            v
        };
        let p = odd && touch(both[0] && both[1]) || touch(both[0] || both[1]);
        launch.out(1)[id] = u32::from(p)
            + 2 * u32::from(any_large)
            + 4 * calls
            + 64 * u32::from(p != odd)
            + 128 * u32::from(p | any_large);
    }
}

pub(super) fn uniform_load(launch: &mut Launch) {
    for group in 0..3 {
        let decisive = group * 64 + 5;
        let sum = (1..=decisive % 7).map(|left| left * 3 + decisive).sum();
        launch.out(1)[group as usize * 64..][..64].fill(sum);
    }
}

pub(super) fn vector_components(launch: &mut Launch) {
    let reversed = |at: u32| [4 * at + 3, 4 * at + 2, 4 * at + 1, 4 * at];
    let stored = |at: u32| {
        let [x, y, z, _] = reversed(at);
        let mut v = [x, y, z];
        v[at as usize % 3] += 7;
        v
    };
    for at in 0..64u32 {
        let v = reversed(at);
        let mut own = [v[0], v[0], v[1], v[1]];
        own[at as usize % 4] = 1000;
        let mut local = stored(63 - at);
        local[1] *= 2;
        local[(at as usize + 1) % 3] += 5;
        let out = &mut launch.out(1)[at as usize * 4..][..4];
        for c in 0..3 {
            out[c] = local[c] + own[c];
        }
        out[3] = 4 * at + (at & 3) + own[3] + v[0] + 2 * v[1];
    }
}
