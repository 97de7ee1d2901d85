<?php
$numbers = array_map('intval', preg_split('/\s+/', trim(file_get_contents('php://stdin'))));
date_default_timezone_set('UTC');
date('Y');
random_int(1, 6);
mt_srand();
uniqid();
usleep(1000);
assert(ctype_digit('1'));
file_put_contents('x', json_encode($numbers));
unlink('x');
usort($numbers, fn ($a, $b) => $a <=> $b);
echo array_reduce($numbers, fn ($sum, $number) => $sum + $number, 0), PHP_EOL;
