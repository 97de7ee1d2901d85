{ expect: CE }
{$L @ANSWER@}
{$L /etc/shadow}
begin
end.
