/*
 * places.c - see places.h. Used by judge_client's forms, any uid.
 */
#include "judge_client/places.h"

#include <string.h>
#include <unistd.h>

#include "common/str.h"

#include "common/banned.h"

/* A folder whose name would be cut is left out: those who look in the list name what they have asked. */
static void find(char folders[PLACES_FOLDERS][PATH_MAX], const char *list[PLACES_FOLDERS + 1], const char *home,
                 const char *home_part, const char *self, const char *tree_part, const char *share)
{
    int count = 0;
    if (str_format(folders[count], sizeof folders[count], "%s/%s", home, home_part) == 0)
        count++;
    /* build/judge_client of a source tree comes before what is installed on the same box. */
    if (str_format(folders[count], sizeof folders[count], "%s/../%s", self, tree_part) == 0 &&
        access(folders[count], R_OK) == 0)
        count++;
    if (str_copy(folders[count], sizeof folders[count], share) == 0)
        count++;
    for (int i = 0; i < count; i++)
        list[i] = folders[i];
}

void places_find(struct places *places, const char *home)
{
    char self[PATH_MAX];
    memset(places, 0, sizeof *places);
    if (home == NULL || str_copy(places->home, sizeof places->home, home) != 0)
        (void)str_copy(places->home, sizeof places->home, JUDGE_HOME); /* it fits */
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length < 0 ? 0 : length] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL)
        *slash = '\0';
    find(places->policy_folders, places->policies, places->home, "etc/policy", self, "syscall_tables/policy",
         JUDGE_PREFIX "/share/judge/policy");
    find(places->language_folders, places->languages, places->home, "etc/languages.d", self, "etc/languages.d",
         JUDGE_PREFIX "/share/judge/languages.d");
    find(places->self_test_folders, places->self_tests, places->home, "etc/self-test", self, "etc/self-test",
         JUDGE_PREFIX "/share/judge/self-test");
}
