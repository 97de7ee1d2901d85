use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, Write};
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    let stdin = io::stdin();
    let mut counts: HashMap<i64, usize> = HashMap::new();
    let mut sum = 0;
    for line in stdin.lock().lines() {
        for word in line?.split_whitespace() {
            let number: i64 = word.parse()?;
            *counts.entry(number).or_insert(0) += 1;
            sum += number;
        }
    }
    let ordered: BTreeMap<_, _> = counts.into_iter().collect();
    std::fs::write("x", format!("{:?} {:?}", ordered, start.elapsed() > Duration::from_secs(9)))?;
    std::fs::remove_file("x")?;
    let stdout = io::stdout();
    writeln!(stdout.lock(), "{}", sum)?;
    Ok(())
}
