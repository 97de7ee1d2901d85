use strict;
use warnings;
use List::Util qw(sum);

my @numbers = split ' ', <STDIN>;
print sum(@numbers), "\n";
