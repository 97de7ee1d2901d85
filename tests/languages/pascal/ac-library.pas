{$mode objfpc}{$H+}
program sum;
uses sysutils, classes, math, strutils;
var
  line: string;
  parts: TStringList;
  list: text;
  total: int64;
  i: integer;
begin
  randomize;
  total := random(1);
  readln(line);
  parts := TStringList.Create;
  parts.Delimiter := ' ';
  parts.DelimitedText := trim(line);
  for i := 0 to parts.Count - 1 do
    total := total + StrToInt64(parts[i]);
  assign(list, 'x');
  rewrite(list);
  writeln(list, FormatDateTime('yyyy', now));
  close(list);
  parts.Free;
  writeln(total, '');
end.
