fn main() {
    let numbers = vec![1, 2];
    println!("{}", numbers[std::env::args().count() + 1]);
}
