// Reading, printing, containers, an exception, files, the time, random numbers.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

using namespace std;

static long long checked(long long number)
{
    if (number < 0)
        throw runtime_error("negative");
    return number;
}

int main()
{
    ios::sync_with_stdio(false);
    cin.tie(nullptr);
    mt19937_64 engine(random_device{}() ^ chrono::steady_clock::now().time_since_epoch().count());
    unordered_map<long long, int> seen;
    map<string, vector<long long>> numbers;
    auto large = make_unique<vector<char>>(16 << 20, 'x');
    long long number;
    while (cin >> number) {
        numbers["all"].push_back(checked(number));
        seen[engine()]++;
    }
    bool caught = false;
    try {
        checked(-1);
    } catch (const exception &) {
        caught = true;
    }
    sort(numbers["all"].begin(), numbers["all"].end());
    ofstream("x") << numbers["all"][0] + numbers["all"][1];
    string text;
    ifstream("x") >> text;
    stringstream out;
    out << setw(1) << text;
    cout << out.str() << endl;
    return caught && !seen.empty() && large->size() > 1 ? 0 : 1;
}
