/*
 * local_languages.h - `judgectl languages`: the catalogue as a table, or one number of it.
 */
#ifndef JUDGE_LOCAL_LANGUAGES_H
#define JUDGE_LOCAL_LANGUAGES_H

int local_languages(int argc, char **argv);

#endif
