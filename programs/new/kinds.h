/* kinds.h - what a new workspace is wired to: a row here, and rows of files.def with its texts.
 *
 *   X("kind", "its module of the standard library", "the source that takes its events; empty: it sends CloudEvents, or nothing",
 *     "what people call it", "a header that says what the sample is, as it is sent; empty: none")
 *
 * Beside these there is "events": CloudEvents, as any program can send them. */
#ifndef ESC_PROGRAMS_NEW_KINDS_H
#define ESC_PROGRAMS_NEW_KINDS_H

#define NEW_SOURCES(X)                                                                             \
    X("alertmanager", "alertmanager", "alertmanager", "Alertmanager", "")                          \
    X("grafana", "grafana", "grafana", "Grafana", "")                                              \
    X("zendesk", "zendesk", "zendesk_events", "Zendesk", "")                                       \
    X("jira", "jira", "jira_events", "Jira", "")                                                   \
    X("zammad", "zammad", "zammad_events", "Zammad", "")                                           \
    X("gitlab", "gitlab", "gitlab_events", "GitLab", "X-Gitlab-Event: Issue Hook")                 \
    X("pagerduty", "pagerduty", "pagerduty_alerts", "PagerDuty", "")                               \
    X("github", "github", "github_events", "GitHub", "X-GitHub-Event: issues")                     \
    X("hubspot", "hubspot", "hubspot_events", "HubSpot", "")                                       \
    X("request_tracker", "request_tracker", "", "Request Tracker", "")                             \
    X("salesforce", "salesforce", "", "Salesforce", "")                                            \
    X("opsgenie", "opsgenie", "", "Opsgenie", "")

/* "events|alertmanager|…", as a command line takes it. */
#define NEW_KIND_WORD(kind, module, source, title, header) "|" kind
#define NEW_KINDS "events" NEW_SOURCES(NEW_KIND_WORD)

#endif
