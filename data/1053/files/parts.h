/* The smallest and the largest sum. */
#pragma once

const long long LEAST = 2, MOST = 1000000000000000000;
