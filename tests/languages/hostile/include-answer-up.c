/* expect: CE. From the run folder upwards. */
#include "../../../../../..@ANSWER@"
int main(void) { return 0; }
