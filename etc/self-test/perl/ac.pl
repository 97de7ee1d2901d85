# Reading, printing, modules, an error, memory, a file, the time.
use strict;
use warnings;
use POSIX qw(floor strftime);
use Time::HiRes qw(time sleep);
use List::Util qw(sum);
use Data::Dumper;

my @numbers = split ' ', join('', <STDIN>);
srand;
sleep 0.001;
my $large = 'x' x (16 << 20);
eval { die "thrown\n" };
die 'not caught' unless $@ eq "thrown\n";
open(my $out, '>', 'x') or die;
print $out Dumper([strftime('%Y', localtime), time]);
close $out or die;
unlink 'x';
print sum(map { floor($_) } @numbers), "\n";
