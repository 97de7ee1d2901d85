var
  n, i: longint;
  number, sum: int64;
begin
  read(n);
  sum := 0;
  for i := 1 to n do
  begin
    read(number);
    sum := sum + number;
  end;
  writeln(sum);
end.
