/* expect: CE. A number as a statement would be accepted, an unknown name would be in the message. */
int main(void)
{
#include "@ANSWER@"
}
