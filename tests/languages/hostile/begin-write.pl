# expect: CE. Each place that a file could be left in for the next one; what runs is the source that was sent.
sub write_file {
    my ($name, $text) = @_;
    open(my $file, '>', $name) or return;
    print $file $text;
    close $file;
}

BEGIN {
    for my $folder (qw(/ /tmp /var/tmp /dev/shm /usr /etc /program /box /home /run /proc)) {
        write_file("$folder/judge-hostile", "left\n");
        mkdir "$folder/judge-hostile-folder";
        symlink '@ANSWER@', "$folder/judge-hostile-link";
    }
    write_file('Main.pl', "print while <STDIN>;\n");
    die 'what?' unless -s '/tmp/judge-hostile' == 5 && -s '/box/judge-hostile' == 5 && -s 'Main.pl' < 30;
    die 'CE' if -e '/usr/judge-hostile' or -e '/etc/judge-hostile' or -e '/program/judge-hostile';
    for my $name ('@ANSWER@', '/etc/shadow', '/tmp/judge-hostile-link') {
        next unless open(my $file, '<', $name);
        print <$file>;
    }
    die 'enough';
}
