{ Reading, printing, memory, an exception, a file, random numbers, the time. }
{$mode objfpc}{$H+}
program sum;
uses sysutils, classes, math;
var
  a, b: int64;
  list: text;
  large: array of char;
  names: TStringList;
  caught: boolean;
begin
  randomize;
  readln(a, b);
  setlength(large, 16 * 1024 * 1024);
  fillchar(large[0], length(large), 'x');
  names := TStringList.Create;
  names.Add(FormatDateTime('yyyy', now));
  caught := false;
  try
    raise Exception.Create('thrown');
  except
    on e: Exception do caught := true;
  end;
  assign(list, 'x');
  rewrite(list);
  writeln(list, names[0], random(10), max(1, 2));
  close(list);
  erase(list);
  names.Free;
  if not caught then halt(1);
  writeln(a + b);
end.
