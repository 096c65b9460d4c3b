// The bodies cpu and memory for Criterion (librust-criterion-dev); WORK_PPM: millionths more work.
use criterion::{criterion_group, criterion_main, Criterion};
use std::arch::asm;
use std::time::Duration;

const SEED: u64 = 88172645463325252;
const STEPS: u64 = 2000;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn steps() -> u64 {
    STEPS + STEPS / 1000 * number("WORK_PPM", 0) / 1000
}

#[inline(always)]
fn xorshift(mut x: u64) -> u64 {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    x
}

#[inline(never)]
fn work_cpu(mut x: u64, steps: u64) -> u64 {
    for _ in 0..steps {
        x = xorshift(x);
        unsafe { asm!("/* {0} */", inlateout(reg) x) };
    }
    x
}

#[inline(never)]
fn work_memory(chain: &[u32], mut at: u32, hops: u64) -> u32 {
    for _ in 0..hops {
        at = unsafe { *chain.get_unchecked(at as usize) };
    }
    at
}

fn link_chain() -> Vec<u32> {
    let lines = number("MEMORY_BYTES", 1 << 19) as usize / 64;
    let mut chain = vec![0u32; lines * 16];
    let mut random = SEED;
    for i in 0..lines {
        chain[i * 16] = (i * 16) as u32;
    }
    for i in (1..lines).rev() {
        random = xorshift(random);
        chain.swap(i * 16, (random % i as u64) as usize * 16);
    }
    chain
}

fn bodies(criterion: &mut Criterion) {
    let steps = steps();
    let mut x = SEED;
    criterion.bench_function("cpu", |b| {
        b.iter(|| {
            x = work_cpu(x, steps);
            x
        })
    });
    let chain = link_chain();
    let mut at = 0;
    criterion.bench_function("memory", |b| {
        b.iter(|| {
            at = work_memory(&chain, at, steps);
            at
        })
    });
}

fn settings() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(number("CRITERION_WARM_MS", 100)))
        .measurement_time(Duration::from_millis(number("CRITERION_MEASURE_MS", 500)))
}

criterion_group! { name = benches; config = settings(); targets = bodies }
criterion_main!(benches);
