/* alarm_list.c - which causes are told when. */
#include "alarm_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OWN_RESTS                                                                                  \
    6 /* times as long for what is about the alarms' own workspace: telling it may be what makes it */
#define FORMER_OVERS 5 /* times as long until a former process's is over: a start has to find it out anew */

void esc_alarm_list_release(EscAlarmList *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    list->count = 0;
}

static void copy(char *to, size_t size_max, EscText from)
{
    EscText cut = esc_utf8_cut(from, size_max);
    if (cut.size > 0)
        memcpy(to, cut.data, cut.size);
    to[cut.size] = '\0';
}

static EscAlarm *find(const EscAlarmList *list, const char *key)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i]->key, key) == 0)
            return list->items[i];
    return NULL;
}

static void name(EscAlarm *alarm, EscCauseCode code, EscText client, EscText subject)
{
    alarm->code = code;
    copy(alarm->client, ESC_ALARM_NAME_BYTES_MAX, client);
    copy(alarm->subject, ESC_ALARM_NAME_BYTES_MAX, subject);
    (void)snprintf(alarm->key, sizeof(alarm->key), ESC_ALARM_KEY_PREFIX "%s:%s%s%s", alarm->client,
                   esc_cause_word(code), alarm->subject[0] != '\0' ? ":" : "", alarm->subject);
}

static EscAlarm *add(EscAlarmList *list, const EscAlarm *named, int64_t now_ms)
{
    if (list->count == ESC_CAUSES_MAX)
        return NULL;
    EscAlarm *alarm = malloc(sizeof(*alarm));
    ESC_ASSERT(alarm != NULL);
    *alarm = *named;
    alarm->stands_ms = now_ms;
    list->items[list->count++] = alarm;
    return alarm;
}

static EscText part(EscText *rest)
{
    const char *colon = rest->size == 0 ? NULL : memchr(rest->data, ':', rest->size);
    size_t size = colon == NULL ? rest->size : (size_t)(colon - rest->data);
    EscText first = {rest->data, size};
    size_t used = size + (colon != NULL);
    *rest = (EscText){rest->data + used, rest->size - used};
    return first;
}

static bool code_of(EscText word, EscCauseCode *code)
{
    for (int i = 0; i < ESC_CAUSE_COUNT; i++) {
        *code = (EscCauseCode)i;
        if (esc_text_equal(word, esc_text_from(esc_cause_word(*code))))
            return true;
    }
    return false;
}

bool esc_alarm_list_former(EscAlarmList *list, EscText key, int64_t now_ms)
{
    EscAlarm named = {.is_told = true, .is_former = true};
    EscText rest = key, prefix = ESC_TEXT(ESC_ALARM_KEY_PREFIX);
    if (!esc_text_starts_with(key, prefix))
        return false;
    rest = (EscText){rest.data + prefix.size, rest.size - prefix.size};
    EscText client = part(&rest);
    if (!code_of(part(&rest), &named.code))
        return false;
    name(&named, named.code, client, rest);
    named.told_ms = named.reminded_ms = named.gone_ms = now_ms;
    return esc_text_equal(esc_text_from(named.key), key) && find(list, named.key) == NULL &&
           add(list, &named, now_ms) != NULL;
}

/* --- what stands -------------------------------------------------------------------------------- */

typedef struct Look {
    EscAlarmList *list;
    int64_t now_ms;
} Look;

static bool see(void *context, const EscCause *cause)
{
    Look *look = context;
    EscAlarm named = {.since_ms = cause->since_ms};
    name(&named, cause->code, cause->client, cause->subject);
    EscAlarm *alarm = find(look->list, named.key);
    if (alarm == NULL)
        alarm = add(look->list, &named, look->now_ms);
    if (alarm == NULL)
        return false;
    if (alarm->gone_ms != 0 && !alarm->is_told) {
        alarm->stands_ms = look->now_ms;
        alarm->since_ms = cause->since_ms;
    }
    alarm->is_standing = true;
    alarm->is_former = false;
    alarm->gone_ms = 0;
    copy(alarm->sentence, ESC_CAUSE_SENTENCE_BYTES_MAX, cause->sentence);
    return true;
}

/* --- what is told ------------------------------------------------------------------------------- */

static bool has_rested(const EscAlarmList *list, const EscAlarm *alarm, int64_t now_ms)
{
    bool is_own = list->rules.workspace.size > 0 &&
                  esc_text_equal(list->rules.workspace, esc_text_from(alarm->client));
    int64_t rest_ms = list->rules.rest_ms * (is_own ? OWN_RESTS : 1);
    return alarm->told_ms == 0 || now_ms - alarm->told_ms >= rest_ms;
}

/* Another escalation that nobody answers is news, though it is of the same client. */
static bool is_news(const EscAlarm *alarm)
{
    return alarm->code == ESC_CAUSE_NOBODY_ANSWERS && alarm->told_sentence[0] != '\0' &&
           strcmp(alarm->sentence, alarm->told_sentence) != 0;
}

/* False: there is nothing to tell of it. */
static bool judge(const EscAlarmList *list, const EscAlarm *alarm, int64_t now_ms,
                  EscAlarmNews *news)
{
    const EscAlarmRules *rules = &list->rules;
    int64_t over_ms = rules->over_ms * (alarm->is_former ? FORMER_OVERS : 1);
    *news = !alarm->is_standing                 ? ESC_ALARM_OVER
            : alarm->is_told && !is_news(alarm) ? ESC_ALARM_REMINDED
                                                : ESC_ALARM_RAISED;
    switch (*news) {
    case ESC_ALARM_OVER:
        return alarm->is_told && now_ms - alarm->gone_ms >= over_ms;
    case ESC_ALARM_REMINDED:
        return now_ms - alarm->reminded_ms >= rules->again_ms;
    case ESC_ALARM_RAISED:
        return now_ms - alarm->stands_ms >= rules->settle_ms && has_rested(list, alarm, now_ms);
    }
    return false;
}

static void note(EscAlarm *alarm, EscAlarmNews news, int64_t now_ms)
{
    alarm->is_told = news != ESC_ALARM_OVER;
    alarm->reminded_ms = now_ms;
    if (news != ESC_ALARM_RAISED)
        return;
    alarm->told_ms = now_ms;
    memcpy(alarm->told_sentence, alarm->sentence, sizeof(alarm->sentence));
}

static bool is_forgotten(const EscAlarmList *list, const EscAlarm *alarm, int64_t now_ms)
{
    return !alarm->is_standing && !alarm->is_told && has_rested(list, alarm, now_ms);
}

void esc_alarm_list_look(EscAlarmList *list, EscCauses *causes, int64_t now_ms,
                         void (*tell)(void *context, const EscAlarm *alarm, EscAlarmNews news),
                         void *context)
{
    Look look = {list, now_ms};
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        list->items[i]->is_standing = false;
    (void)esc_causes_each(causes, see, &look);
    for (size_t i = 0; i < list->count; i++) {
        EscAlarm *alarm = list->items[i];
        EscAlarmNews news;
        if (!alarm->is_standing && alarm->gone_ms == 0)
            alarm->gone_ms = now_ms;
        if (judge(list, alarm, now_ms, &news)) {
            note(alarm, news, now_ms);
            tell(context, alarm, news);
        }
        if (is_forgotten(list, alarm, now_ms))
            free(alarm);
        else
            list->items[kept++] = alarm;
    }
    list->count = kept;
}
