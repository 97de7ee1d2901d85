program grader;
uses solution;
var
  n, i: longint;
  numbers: array of longint;
begin
  read(n);
  setlength(numbers, n);
  for i := 0 to n - 1 do
    read(numbers[i]);
  writeln(longest(numbers));
end.
