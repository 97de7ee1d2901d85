{$Q-}
var
  i: longword;
begin
  i := 0;
  while true do
    i := i + 1;
end.
