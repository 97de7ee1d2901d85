/* What main.cc and parts.cc share. */
#pragma once
#include <istream>

bool is_right(std::istream &output, long long n, long long least);
