use std::sync::atomic::{AtomicU32, Ordering};

fn main() {
    let counter = AtomicU32::new(0);
    loop {
        counter.fetch_add(1, Ordering::SeqCst);
    }
}
