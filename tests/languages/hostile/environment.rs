// expect: CE WA. Variables of whoever runs the compiler.
fn main() {
    println!("{:?}", option_env!("SUDO_USER"));
    println!("{}", env!("JUDGE_SECRET"));
}
