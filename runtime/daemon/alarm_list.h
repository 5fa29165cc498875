/* alarm_list.h - which causes are told when: not before they last, not again and again, and their end too; for daemon/ only.
 *
 * Pure but for memory. Times are real ones, by the boot clock. */
#ifndef ESC_DAEMON_ALARM_LIST_H
#define ESC_DAEMON_ALARM_LIST_H

#include <esc/causes.h>

#define ESC_ALARM_NAME_BYTES_MAX 48 /* of a client and of what it is about; the rest is cut */
#define ESC_ALARM_KEY_PREFIX "alarm:"
#define ESC_ALARM_KEY_BYTES_MAX                                                                    \
    128 /* "alarm:acme:endpoint_held:channel incidents", the id of its ticket */

typedef enum EscAlarmNews {
    ESC_ALARM_RAISED,
    ESC_ALARM_REMINDED, /* it lasts */
    ESC_ALARM_OVER
} EscAlarmNews;

typedef struct EscAlarmRules {
    int64_t settle_ms; /* it stands for so long before it is told, … */
    int64_t over_ms;   /* … and is gone for so long before that is */
    int64_t
        rest_ms; /* the same one is not told again before; six times as long for one of the alarms' own workspace */
    int64_t again_ms;  /* between two reminders */
    EscText workspace; /* where alarms go; empty: none */
} EscAlarmRules;

typedef struct EscAlarm {
    char key[ESC_ALARM_KEY_BYTES_MAX + 1];
    char client[ESC_ALARM_NAME_BYTES_MAX + 1], subject[ESC_ALARM_NAME_BYTES_MAX + 1];
    char sentence[ESC_CAUSE_SENTENCE_BYTES_MAX + 1],
        told_sentence[ESC_CAUSE_SENTENCE_BYTES_MAX + 1];
    EscCauseCode code;
    int64_t since_ms; /* wall clock, as the cause has it; 0: it was told by a former process */
    bool is_standing, is_told, is_former;
    int64_t stands_ms, gone_ms;   /* since when; gone_ms 0: it stands */
    int64_t told_ms, reminded_ms; /* last; told_ms 0: never */
} EscAlarm;

typedef struct EscAlarmList {
    EscAlarmRules rules;
    EscAlarm *items[ESC_CAUSES_MAX];
    size_t count;
} EscAlarmList;

void esc_alarm_list_release(EscAlarmList *list);
/* What a former process had told and not ended, by its key; false: it is none of ours, or there is no room. */
bool esc_alarm_list_former(EscAlarmList *list, EscText key, int64_t now_ms);
/* Looks at what stands, and tells what there is to tell. */
void esc_alarm_list_look(EscAlarmList *list, EscCauses *causes, int64_t now_ms,
                         void (*tell)(void *context, const EscAlarm *alarm, EscAlarmNews news),
                         void *context);

#endif
