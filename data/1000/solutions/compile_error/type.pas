var
  a: integer;
begin
  a := 'three';
  writeln(a);
end.
