int main(void)
{
    for (volatile int going = 1; going;) {
    }
    return 0;
}
