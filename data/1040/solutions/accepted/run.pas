unit solution;

interface

function longest(const a: array of longint): longint;

implementation

function longest(const a: array of longint): longint;
var
  i, run: longint;
begin
  run := 0;
  longest := 0;
  for i := 0 to high(a) do
  begin
    if (i > 0) and (a[i] = a[i - 1]) then
      run := run + 1
    else
      run := 1;
    if run > longest then
      longest := run;
  end;
end;

end.
