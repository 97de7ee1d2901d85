// Reading, printing, memory, a panic, a file, the time, the random numbers of a HashMap.
use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, Write};
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    let stdin = io::stdin();
    let mut counts: HashMap<i64, usize> = HashMap::new();
    let mut sum = 0i64;
    for line in stdin.lock().lines() {
        for word in line?.split_whitespace() {
            let number: i64 = word.parse()?;
            *counts.entry(number).or_insert(0) += 1;
            sum += number;
        }
    }
    let large = vec![1u8; 16 << 20];
    let caught = std::panic::catch_unwind(|| panic!("thrown")).is_err();
    let ordered: BTreeMap<_, _> = counts.into_iter().collect();
    std::fs::write("x", format!("{:?} {}", ordered, start.elapsed() > Duration::from_secs(9)))?;
    std::fs::remove_file("x")?;
    if !caught || large.len() == 0 {
        std::process::exit(1);
    }
    writeln!(io::stdout().lock(), "{}", sum)?;
    Ok(())
}
