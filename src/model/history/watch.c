/* Words and ownership of cycles.
 * Invariant: names are in the order of their enums. */
#include "model/history/watch.h"

const char *watch_reason_name(enum watch_reason reason)
{
    static const char *const NAMES[] = {"first", "interval", "time", "commit"};
    return NAMES[reason];
}

const char *watch_verdict_name(enum watch_verdict verdict)
{
    static const char *const NAMES[] = {"good", "worse", "undecided", "failed"};
    return NAMES[verdict];
}

void watch_event_release(struct watch_event *event)
{
    vec_release(&event->steps);
    arena_release(&event->arena);
}
