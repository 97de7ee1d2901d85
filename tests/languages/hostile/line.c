/* expect: CE. A compiler shows the line of the file where it believes to be. */
#line 1 "@ANSWER@"
int main(void) { return missing; }
