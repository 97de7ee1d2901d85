/*
 * places.c - see places.h. Used by judge_client's forms, any uid.
 */
#include "judge_client/places.h"

#include <string.h>
#include <unistd.h>

#include "common/str.h"

#include "common/banned.h"

void places_find(struct places *places, const char *home)
{
    char self[PATH_MAX];
    const char *share = JUDGE_PREFIX "/share/judge/policy";
    size_t size = sizeof places->policy_folders[0];
    memset(places, 0, sizeof *places);
    if (home == NULL || str_copy(places->home, sizeof places->home, home) != 0)
        (void)str_copy(places->home, sizeof places->home, JUDGE_HOME); /* it fits */
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length < 0 ? 0 : length] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL)
        *slash = '\0';
    int count = 0;
    /* A folder whose name would be cut is left out: policy_load names those it has asked. */
    if (str_format(places->policy_folders[count], size, "%s/etc/policy", places->home) == 0)
        count++;
    /* build/judge_client of a source tree comes before what is installed on the same box. */
    if (str_format(places->policy_folders[count], size, "%s/../syscall_tables/policy", self) == 0 &&
        access(places->policy_folders[count], R_OK) == 0)
        count++;
    if (str_copy(places->policy_folders[count], size, share) == 0)
        count++;
    for (int i = 0; i < count; i++)
        places->policies[i] = places->policy_folders[i];
}
