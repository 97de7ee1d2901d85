{ expect: CE }
begin
  {$I @ANSWER@}
end.
