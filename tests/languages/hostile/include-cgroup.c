/* expect: CE. What says where the judge is. */
#include "/proc/self/cgroup"
int main(void) { return 0; }
