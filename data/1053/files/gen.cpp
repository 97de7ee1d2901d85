/* A number of so many digits. The judge never runs it: its tests lie in the package. */
#include <cstdlib>
#include <iostream>

int main(int argc, char **argv)
{
    long long n = 9;
    for (int digits = argc > 1 ? atoi(argv[1]) : 1; digits > 1; digits--)
        n = n * 10 + digits % 10;
    std::cout << n << std::endl;
}
