<?php
// Reading, printing, an exception, memory, a file, random numbers, the time.
$numbers = array_map('intval', preg_split('/\s+/', trim(file_get_contents('php://stdin'))));
date_default_timezone_set('UTC');
if (date('Y') < 2000 || random_int(1, 6) < 1)
    exit(1);
mt_srand();
usleep(1000);
$large = str_repeat('x', 16 << 20);
file_put_contents('x', json_encode($numbers));
$numbers = json_decode(file_get_contents('x'));
unlink('x');
try {
    throw new RuntimeException('thrown');
} catch (RuntimeException $e) {
    usort($numbers, fn ($a, $b) => $a <=> $b);
    echo array_sum($numbers), PHP_EOL;
}
