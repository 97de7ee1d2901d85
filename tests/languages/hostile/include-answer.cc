// expect: CE. As the text of a raw string, as far as the preprocessor allows.
#include <iostream>
const char *text = R"(
#include "@ANSWER@"
)";
#include "@ANSWER@"
int main()
{
    std::cout << text;
}
