program sum;
uses sysutils;
var a, b: int64;
begin
  readln(a, b);
  writeln(IntToStr(a + b));
end.
