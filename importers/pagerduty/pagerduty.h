/* pagerduty.h - shared by the files that read PagerDuty's answers and Terraform's state of it. */
#ifndef ESC_IMPORTERS_PAGERDUTY_H
#define ESC_IMPORTERS_PAGERDUTY_H

#include "shifts.h"

typedef enum PagerdutyKind {
    PAGERDUTY_USER,
    PAGERDUTY_CONTACT, /* of Terraform, where contacts are things of their own */
    PAGERDUTY_RULE,
    PAGERDUTY_TEAM,
    PAGERDUTY_MEMBER,    /* of a team: Terraform's membership */
    PAGERDUTY_MEMBERS,   /* the answer about a team's members */
    PAGERDUTY_SCHEDULE,  /* with layers */
    PAGERDUTY_FLEXIBLE,  /* with rotations of events: the third version */
    PAGERDUTY_OVERRIDES, /* the answer about a schedule's overrides */
    PAGERDUTY_POLICY,
    PAGERDUTY_SERVICE,
    PAGERDUTY_OTHER /* of Terraform: nothing that pages somebody */
} PagerdutyKind;

typedef struct PagerdutyItem {
    PagerdutyKind kind;
    const Document *document;
    const EscJson *json;
    EscText id;
    EscText type;  /* Terraform's, of PAGERDUTY_OTHER */
    bool is_state; /* Terraform's */
} PagerdutyItem;

typedef struct Pagerduty {
    EscModel *model;
    const Documents *documents;
    MODEL_LIST(PagerdutyItem) items;
} Pagerduty;

/* Terraform has a list of one where the API has an object. */
const EscJson *pagerduty_block(const EscJson *object, const char *name);
/* The first item of the list with either name. */
const EscJson *pagerduty_list(const EscJson *object, const char *name, const char *other);
/* A reference is an object with an id, or the id alone. */
EscText pagerduty_id(const EscJson *reference);
/* Notes a thing, with `name` for its title, else its id. */
uint32_t pagerduty_see(Pagerduty *pagerduty, const PagerdutyItem *item, const char *what);

void pagerduty_people(Pagerduty *pagerduty);    /* pagerduty_people.c */
void pagerduty_schedules(Pagerduty *pagerduty); /* pagerduty_schedules.c */
void pagerduty_flexible(Pagerduty *pagerduty, const PagerdutyItem *item); /* pagerduty_flexible.c */
void pagerduty_policies(Pagerduty *pagerduty);                            /* pagerduty_policies.c */
void pagerduty_services(Pagerduty *pagerduty);                            /* pagerduty_services.c */
/* The chain that low urgency starts: its first people, and nobody behind them. */
uint32_t pagerduty_low(Pagerduty *pagerduty, uint32_t chain);

#endif
