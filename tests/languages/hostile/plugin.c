/* expect: CE AC WA. Options that a source may not set. */
#pragma GCC optimize("-fplugin=/box/plugin.so", "-dumpdir=/usr", "-save-temps=/")
#pragma GCC pch_preprocess "@ANSWER@"
int main(void) { return 0; }
