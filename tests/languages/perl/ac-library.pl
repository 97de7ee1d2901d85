use strict;
use warnings;
use POSIX qw(floor ceil strftime);
use Time::HiRes qw(time sleep);
use List::Util qw(reduce max);
use Data::Dumper;
use bigint;

my ($a1, $b1) = split ' ', join('', <STDIN>);
srand;
my $when = strftime('%Y', localtime);
sleep 0.001;
open(my $out, '>', 'x') or die;
print $out Dumper([$when]);
close $out;
print $a1 + $b1, "\n";
