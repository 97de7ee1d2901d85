/*
 * unprivileged.c - see unprivileged.h. Runs once, in judge_node's main as root, before anything is opened or connected.
 */
#include "judge_node/unprivileged.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/banned.h"

int unprivileged_become(const char *user, struct err *e)
{
    if (geteuid() == 0) {
        errno = 0;
        const struct passwd *entry = getpwnam(user); /* NOLINT(concurrency-mt-unsafe): there is one thread yet */
        if (entry == NULL)
            return errno != 0 && errno != ENOENT
                       ? err_sys(e, errno, "look up the user %s ([node] user)", user)
                       : err_set(e,
                                 "[node] user = %s: no such user; make it with: useradd --system --no-create-home "
                                 "--shell /usr/sbin/nologin %s",
                                 user, user);
        if (entry->pw_uid == 0)
            return err_set(e, "[node] user = %s is root: name a user without rights", user);
        if (initgroups(user, entry->pw_gid) != 0 || setresgid(entry->pw_gid, entry->pw_gid, entry->pw_gid) != 0 ||
            setresuid(entry->pw_uid, entry->pw_uid, entry->pw_uid) != 0)
            return err_sys(e, errno, "become the user %s ([node] user)", user);
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return err_sys(e, errno, "give up privileges");
    return 0;
}
