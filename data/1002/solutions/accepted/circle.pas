var
  r: double;
begin
  readln(r);
  writeln(2 * pi * r:0:12, ' ', pi * r * r:0:12);
end.
