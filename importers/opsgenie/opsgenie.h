/* opsgenie.h - shared by the files that read exports of Opsgenie: its backup tool's folder, REST lists, Terraform's state.
 *
 * The three say the same in other words: `startDate` and `start_date`, an object and a list of one. og_get knows both, so the
 * rest of the reader has one form. Names are those of opsgenie-go-sdk-v2 and of the provider's documentation. */
#ifndef ESC_IMPORTERS_OPSGENIE_H
#define ESC_IMPORTERS_OPSGENIE_H

#include "documents.h"
#include "model.h"

typedef enum OgKind {
    OG_USER,
    OG_TEAM,
    OG_SCHEDULE,
    OG_ROTATION, /* a resource of its own in Terraform only */
    OG_OVERRIDE,
    OG_ESCALATION,
    OG_RULE, /* of a team's routing */
    OG_POLICY,
    OG_FORWARDING,
    OG_CONTACT, /* Terraform */
    OG_ORDERS,
    OG_INTEGRATION,
    OG_MAINTENANCE,
    OG_HEARTBEAT,
    OG_ROLE, /* of users: rights */
    OG_OTHER
} OgKind;

typedef struct OgThing {
    OgKind kind;
    const EscJson *json; /* the thing itself */
    const EscJson
        *around;   /* what it stands in: rules of a user, overrides of a schedule; NULL: nothing */
    EscText owner; /* of a routing rule: the team's id; of a policy: the team's name */
    uint32_t seen;
    const char *what; /* its kind, for the report */
    bool is_twice;    /* the same thing came before */
} OgThing;

typedef struct OgReader {
    EscModel *model;
    MODEL_LIST(OgThing) things;
} OgReader;

/* A member by its name in the backup ("startDate") or in Terraform ("start_date"); of a list of one object that object when
 * `is_object`. NULL when it is missing. */
const EscJson *og_get(const EscJson *object, const char *name, bool is_object);
EscText og_text(const EscJson *object, const char *name);
int64_t og_integer(const EscJson *object, const char *name, int64_t otherwise);
bool og_bool(const EscJson *object, const char *name, bool otherwise);
const EscJson *og_object(const EscJson *object, const char *name);
const EscJson *og_list(const EscJson *object, const char *name);
bool og_time(const EscJson *object, const char *name, int64_t *at_ms);

/* "PT5M": an amount with a unit, or a number of minutes; `otherwise` when it is none of these. */
int64_t og_delay_ms(const EscJson *object, const char *name, int64_t otherwise);
/* Hours of a time restriction, as many as can be read; `seen` gets a note about others. */
typedef struct OgHours {
    MODEL_LIST(ModelHours) list;
} OgHours;
void og_hours(OgReader *reader, const EscJson *restriction, uint32_t seen, OgHours *hours);

/* Whom a reference means, by id, else by name; somebody gone when the export does not list them. */
uint32_t og_person(OgReader *reader, const EscJson *ref);
uint32_t og_team(OgReader *reader, const EscJson *ref);     /* MODEL_NONE: not listed */
uint32_t og_schedule(OgReader *reader, const EscJson *ref); /* MODEL_NONE: not listed */
uint32_t og_chain(OgReader *reader, const EscJson *ref);    /* MODEL_NONE: not listed */

void og_read_people(OgReader *reader);    /* opsgenie_people.c: users, teams, forwardings */
void og_read_schedules(OgReader *reader); /* opsgenie_schedules.c */
void og_read_chains(OgReader *reader);    /* opsgenie_chains.c: escalations */
void og_read_rules(OgReader *reader);     /* opsgenie_rules.c: routing, policies */

/* opsgenie_rules.c: the condition of a rule; NULL: every alert. What cannot be said is MODEL_NEVER, with a note at `seen`. */
const ModelTest *og_criteria(OgReader *reader, const EscJson *criteria, uint32_t seen);
/* opsgenie_chains.c: a chain that tells this schedule alone. */
uint32_t og_chain_of_schedule(OgReader *reader, uint32_t schedule);
uint32_t og_chain_of_team(OgReader *reader, uint32_t team);
/* Where a team's default routing rule leads; NULL: it has none. */
const EscJson *og_default_notify(const OgReader *reader, EscText team);

#endif
