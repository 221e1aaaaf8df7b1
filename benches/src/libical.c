/* What Rust cannot say to libical directly: its rules and times are structs passed by value. */
#include <libical/ical.h>

long reefknot_events(icalcomponent *calendar)
{
    return icalcomponent_count_components(calendar, ICAL_VEVENT_COMPONENT);
}

/* Finds occurrences from a time on, on the clock of DTSTART; stops after `count` or at `to`. */
long reefknot_occurrences(const char *text, const char *dtstart, const char *from, const char *to, long count)
{
    struct icaltimetype last = icaltime_from_string(to);
    icalrecur_iterator *walk =
        icalrecur_iterator_new(icalrecurrencetype_from_string(text), icaltime_from_string(dtstart));
    long found = 0;
    if (!walk) {
        return -1;
    }
    if (*from && !icalrecur_iterator_set_start(walk, icaltime_from_string(from))) {
        icalrecur_iterator_free(walk);
        return -1;
    }
    while (found < count) {
        struct icaltimetype next = icalrecur_iterator_next(walk);
        if (icaltime_is_null_time(next) || (*to && icaltime_compare(next, last) >= 0)) {
            break;
        }
        found++;
    }
    icalrecur_iterator_free(walk);
    return found;
}
