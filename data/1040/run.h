int longest(int n, const int a[]);
