/* The least that a program can do: what it costs is the cost of running a program at all. */
int main(void)
{
    return 0;
}
