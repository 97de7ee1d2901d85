/*
 * banned.h - what this code never calls. Included last by every .c file.
 *
 * A shell, an unbounded copy or a number parser without a range check is how judges have been taken over;
 * the compiler refuses them. Use str.h, file.h and execve(2).
 */
/* Macros of the C library under some compilers; poison takes names only. */
#undef alloca
#undef sprintf
#undef vsprintf
#pragma GCC poison system popen sprintf vsprintf strcpy strcat atoi atol atoll alloca gets
