/*
 * local_java.h - a Java program of a package, whose class has the name of its file, as the judge runs it: with the class Main.
 */
#ifndef JUDGE_LOCAL_JAVA_H
#define JUDGE_LOCAL_JAVA_H

#include <stddef.h>

/* The source with Main in the place of each word `name` that is neither in a text nor in a comment, to be freed, and its size; or
 * NULL where there is no class of that name (or no memory): it is judged as it is. */
char *local_java_main(const char *text, size_t size, const char *name, size_t *new_size);

#endif
