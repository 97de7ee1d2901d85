// Included, not linked: what the student writes is a class without a header.
#include "stack.cc"

#include <iostream>
#include <string>

int main()
{
    Stack stack;
    std::string call;
    long long x;
    std::ios::sync_with_stdio(false);
    while (std::cin >> call)
        if (call == "push" && std::cin >> x)
            stack.push(x);
        else if (call == "pop")
            stack.pop();
        else
            std::cout << stack.smallest() << '\n';
}
