#include <iostream>
#include <string>
#include <vector>
using namespace std;

int main()
{
    vector<long long> numbers(2);
    for (auto &number : numbers)
        cin >> number;
    cout << to_string(numbers[0] + numbers[1]) << endl;
}
