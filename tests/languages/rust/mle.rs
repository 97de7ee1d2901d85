fn main() {
    let mut blocks: Vec<Vec<u8>> = Vec::new();
    while blocks.len() < 1 << 20 {
        blocks.push(vec![1; 1 << 20]);
    }
    println!("{}", blocks.iter().map(|block| block[0] as usize).sum::<usize>());
}
