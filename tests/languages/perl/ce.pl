use strict;
$missing = 1;
print $missing, "\n";
