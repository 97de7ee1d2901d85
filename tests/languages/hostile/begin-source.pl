# expect: WA. The same, and a check that finds nothing wrong.
BEGIN {
    unlink 'Main.pl';
    open(my $file, '>', 'Main.pl');
    print $file "print while <STDIN>;\n" if $file;
}
print "mine\n";
