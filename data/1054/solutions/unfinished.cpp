#error not finished
