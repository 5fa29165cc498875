/* kinds.h - where events of a new workspace can come from: a row here, and rows of files.def with its texts.
 *
 *   X("kind", "its module of the standard library", "the source that takes its events", "what people call it")
 *
 * Beside these there is "events": CloudEvents, as any program can send them. */
#ifndef ESC_PROGRAMS_NEW_KINDS_H
#define ESC_PROGRAMS_NEW_KINDS_H

#define NEW_SOURCES(X)                                                                             \
    X("alertmanager", "alertmanager", "alertmanager", "Alertmanager")                              \
    X("grafana", "grafana", "grafana", "Grafana")                                                  \
    X("zendesk", "zendesk", "zendesk_events", "Zendesk")                                           \
    X("jira", "jira", "jira_events", "Jira")                                                       \
    X("zammad", "zammad", "zammad_events", "Zammad")                                               \
    X("gitlab", "gitlab", "gitlab_events", "GitLab")                                               \
    X("pagerduty", "pagerduty", "pagerduty_alerts", "PagerDuty")

/* "events|alertmanager|…", as a command line takes it. */
#define NEW_KIND_WORD(kind, module, source, title) "|" kind
#define NEW_KINDS "events" NEW_SOURCES(NEW_KIND_WORD)

#endif
