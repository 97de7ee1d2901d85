/*
 * contact.c - see contact.h. Runs in judge_node's threads, a struct a thread and server; only the mask is shared.
 */
#include "judge_node/contact.h"

#include <string.h>

#include "common/log.h"

#include "common/banned.h"

#define CONTACT_FIRST_DELAY_US 100000
#define CONTACT_LAST_DELAY_US 1000000

void contact_init(struct contact *contact, const char *what, atomic_uint *down, unsigned bit)
{
    memset(contact, 0, sizeof *contact);
    contact->what = what;
    contact->down = down;
    contact->bit = bit;
}

void contact_tick(struct contact *contact, int64_t now_us)
{
    if (contact->up && now_us - contact->seen_us > CONTACT_GAP_US)
        contact->since_us = now_us;
    contact->seen_us = now_us;
}

bool contact_good(struct contact *contact, int64_t now_us)
{
    contact_tick(contact, now_us);
    if (contact->up)
        return false;
    contact->up = true;
    contact->since_us = now_us;
    contact->delay_us = 0;
    if (contact->what == NULL)
        return true;
    unsigned before = atomic_fetch_and(contact->down, ~contact->bit);
    if (before == contact->bit)
        log_info("%s back gone_ms=%lld", contact->what, (long long)(now_us - contact->lost_us) / 1000);
    return true;
}

static void contact_say_bad(struct contact *contact, int64_t now_us, const struct err *e)
{
    if (contact->what == NULL)
        return;
    unsigned before = atomic_fetch_or(contact->down, contact->bit);
    if (before == 0)
        log_warnx("%s gone: %s", contact->what, e->text);
    else if ((before & contact->bit) == 0)
        log_debug("%s gone for this thread too: %s", contact->what, e->text);
    if ((before & contact->bit) == 0)
        contact->lost_us = now_us;
}

void contact_bad(struct contact *contact, int64_t now_us, const struct err *e)
{
    contact_tick(contact, now_us);
    contact_say_bad(contact, now_us, e);
    contact->up = false;
    contact->delay_us = contact->delay_us == 0 ? CONTACT_FIRST_DELAY_US : contact->delay_us * 2;
    if (contact->delay_us > CONTACT_LAST_DELAY_US)
        contact->delay_us = CONTACT_LAST_DELAY_US;
    contact->retry_us = now_us + contact->delay_us;
}

bool contact_due(const struct contact *contact, int64_t now_us)
{
    return contact->up || now_us >= contact->retry_us;
}

bool contact_whole(const struct contact *contact, int64_t now_us, int64_t span_us)
{
    return contact->up && now_us - contact->since_us >= span_us;
}
