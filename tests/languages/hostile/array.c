/* expect: CE. 2 GB of program. */
int numbers[1 << 29] = {1};
int main(void) { return numbers[0]; }
