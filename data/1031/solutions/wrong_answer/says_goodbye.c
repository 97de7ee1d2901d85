/* Reads nothing and ends: the interactor has written to nobody. */
int main(void)
{
    return 0;
}
