var
  numbers: array of longint;
  zero: longint;
begin
  setlength(numbers, 1);
  zero := numbers[0];
  writeln(1 div zero);
end.
