/* expect: CE. The same for a filter that looks for '#'. */
%:include "/etc/shadow"
int main(void) { return 0; }
