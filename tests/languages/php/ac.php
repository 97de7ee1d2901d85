<?php
fscanf(STDIN, '%d %d', $a, $b);
echo array_sum([$a, $b]), "\n";
