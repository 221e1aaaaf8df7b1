//! An allocator that counts.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

#[global_allocator]
static COUNTING: Counting = Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: every call goes to the system's allocator unchanged; the rest is counting.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        HELD.fetch_sub(layout.size(), Relaxed);
        took(size);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

fn took(size: usize) {
    ALLOCATIONS.fetch_add(1, Relaxed);
    PEAK.fetch_max(HELD.fetch_add(size, Relaxed) + size, Relaxed);
}

/// What a piece of work took from the allocator, in octets; growing an allocation counts as one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    pub(super) peak: usize,
    pub(super) kept: usize,
    pub(super) allocations: usize,
}

/// Does the work once and counts. Only one thread may be at work.
pub(super) fn cost<T>(work: impl FnOnce() -> T) -> Cost {
    let (held, allocations) = (HELD.load(Relaxed), ALLOCATIONS.load(Relaxed));
    PEAK.store(held, Relaxed);
    let result = black_box(work());
    let cost = Cost {
        peak: PEAK.load(Relaxed) - held,
        kept: HELD.load(Relaxed) - held,
        allocations: ALLOCATIONS.load(Relaxed) - allocations,
    };
    drop(result);
    cost
}
