#include <algorithm>
#include <chrono>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <random>
#include <sstream>
#include <string>
#include <unordered_map>

using namespace std;

int main()
{
    ios::sync_with_stdio(false);
    cin.tie(nullptr);
    mt19937_64 engine(random_device{}() ^ chrono::steady_clock::now().time_since_epoch().count());
    unordered_map<long long, int> seen;
    long long number, sum = 0;
    while (cin >> number) {
        sum += number;
        seen[engine()]++;
    }
    ofstream("x") << sum;
    string text;
    ifstream("x") >> text;
    cout << setw(1) << text << '\n';
    return seen.empty();
}
