// expect: CE
fn main() {
    print!("{}", include_str!("@ANSWER@"));
}
