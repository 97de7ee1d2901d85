var
  source, target: text;
  lines: array[1..100] of string;
  count: integer;
begin
  assign(source, 'lines.in');
  reset(source);
  count := 0;
  while not eof(source) do
  begin
    count := count + 1;
    readln(source, lines[count]);
  end;
  assign(target, 'lines.out');
  rewrite(target);
  for count := count downto 1 do
    writeln(target, lines[count]);
  close(target);
end.
