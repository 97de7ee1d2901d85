// A row for each weight: 30 times 4 million cells.
#include <iostream>
#include <vector>

int main()
{
    int n, m;
    std::cin >> n >> m;
    std::vector<std::vector<char>> reached(n + 1, std::vector<char>(m + 1));
    reached[0][0] = 1;
    for (int i = 1; i <= n; i++) {
        int weight;
        std::cin >> weight;
        for (int sum = 0; sum <= m; sum++)
            reached[i][sum] = reached[i - 1][sum] || (sum >= weight && reached[i - 1][sum - weight]);
    }
    while (!reached[n][m])
        m--;
    std::cout << m << std::endl;
}
