/* documents.h - the files of an export as trees, and careful reading of them: a member that is missing, or of another type,
 * is what a reader has to expect everywhere. */
#ifndef ESC_IMPORTERS_DOCUMENTS_H
#define ESC_IMPORTERS_DOCUMENTS_H

#include "model.h"

typedef struct Document {
    EscText path, text;
    const EscJson *root; /* NULL: it is no JSON */
    EscWhy why;          /* why not */
    const size_t *lines; /* where each line of the text begins */
    size_t lines_count;
    bool is_yaml;  /* its name ends in .yml or .yaml */
    uint32_t seen; /* of the file as a whole, MODEL_NONE until somebody noted it */
} Document;

typedef struct Documents {
    Document *items; /* readers put `seen` in */
    size_t count;
} Documents;

/* Reads every file that is JSON. A text may hold several values behind each other, as `curl` of several pages into one file gives:
 * each is a document of its own. */
/* Of a YAML text its first document (yaml.c). `lines` are known by then. */
void yaml_read_document(EscModel *model, Document *document);
void esc_documents_read(EscModel *model, Documents *documents);
/* Notes every file that could not be read, or that no reader took (`seen` is MODEL_NONE): never in silence. */
void esc_documents_close(EscModel *model, const Documents *documents);

/* --- careful reading: NULL and values of another type count as missing ------------------------------- */

EscText json_text(const EscJson *object, const char *name); /* empty when missing */
int64_t json_integer(const EscJson *object, const char *name,
                     int64_t otherwise); /* "5" counts as 5 */
bool json_bool(const EscJson *object, const char *name, bool otherwise);
const EscJson *json_object(const EscJson *object, const char *name); /* NULL when missing */
/* The first item of a list member, to go on by `next`; NULL when missing or empty. */
const EscJson *json_list(const EscJson *object, const char *name);
/* The items of an answer: of the list itself, or of its member `name` ("data", "users"). */
const EscJson *json_items(const EscJson *root, const char *name);
bool json_time(const EscJson *object, const char *name,
               int64_t *at_ms); /* all forms of esc_clock_read, and numbers */
/* "FILE:12:5": where a value of this document begins, which no other one does (of YAML the line alone). */
EscText json_place(EscModel *model, const Document *document, const EscJson *value);

/* --- Terraform's state, version 4 ------------------------------------------------------------------- */

bool terraform_is_state(const Document *document);
/* Calls visit for every instance of a resource whose provider's address ends in `provider` ("opsgenie"): what Terraform manages and
 * what it only reads (`data`), so the same thing may come twice. */
typedef void (*TerraformVisit)(void *context, EscText type, EscText name, const EscJson *instance,
                               const EscJson *attributes);
void terraform_each(const Document *document, const char *provider, TerraformVisit visit,
                    void *context);

#endif
