/* expect: MLE RE CE. 16 GB that are not in the program, then used. */
char bytes[1L << 34];
int main(void)
{
    for (long i = 0; i < 1L << 34; i += 4096)
        bytes[i] = 1;
}
