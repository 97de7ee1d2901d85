// expect: CE
macro_rules! bomb {
    ($($x:tt)*) => { bomb!($($x)* $($x)*) };
}
fn main() {
    bomb!(1);
}
