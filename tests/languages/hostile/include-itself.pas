{ expect: CE }
{$I Main.pas}
{$I Main.pas}
