/* import.c - from the files of an export to the files of a workspace: which reader, the model, the writer. */
#include <stdlib.h>

#include "readers.h"

/* A model is some times as large as the export, of which a program reads 256 MiB at most. */
#define MODEL_BYTES_MAX ((size_t)8 << 30)
#define REPORT_BYTES_MAX ((size_t)256 << 20)

struct EscImported {
    EscModel model;
    EscImportRequest request;
};

/* --- which kind ------------------------------------------------------------------------------------------ */

static const ImportReader *reader_named(EscText kind)
{
    for (size_t i = 0; esc_reader(i) != NULL; i++) {
        if (esc_text_equal(kind, esc_text_from(esc_reader(i)->kind.name)))
            return esc_reader(i);
    }
    return NULL;
}

/* The reader that recognises most of the files. */
static const ImportReader *reader_of(const Documents *documents)
{
    const ImportReader *found = NULL;
    size_t most = 0;
    for (size_t i = 0; esc_reader(i) != NULL; i++) {
        size_t count = esc_reader(i)->recognise(documents);
        if (count > most) {
            most = count;
            found = esc_reader(i);
        }
    }
    return found;
}

static EscStatus choose(const EscImportRequest *request, const Documents *documents,
                        const ImportReader **reader, EscWhy *why)
{
    if (request->kind.size == 0) {
        *reader = reader_of(documents);
        return *reader != NULL
                   ? ESC_OK
                   : esc_why(
                         why, ESC_BAD_INPUT, "", 0,
                         "none of these files looks like an export that can be read; say its kind");
    }
    *reader = reader_named(request->kind);
    if (*reader == NULL)
        return esc_why(why, ESC_BAD_INPUT, "", 0, "there is no kind `%.*s`",
                       ESC_TEXT_ARG(esc_utf8_cut(request->kind, 60)));
    if ((*reader)->recognise(documents) == 0)
        return esc_why(why, ESC_BAD_INPUT, "", 0, "none of these files looks like an export of %s",
                       (*reader)->kind.title);
    return ESC_OK;
}

/* --- the run ----------------------------------------------------------------------------------------------- */

static EscStatus fill(EscModel *model, EscWhy *why)
{
    Documents documents;
    const ImportReader *reader = NULL;
    if (setjmp(model->lack) != 0)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "there is not enough memory for this export");
    esc_documents_read(model, &documents);
    EscStatus status = choose(model->request, &documents, &reader, why);
    if (status != ESC_OK)
        return status;
    model->kind = esc_text_from(reader->kind.name);
    model->title =
        model->request->name.size > 0 ? model->request->name : esc_text_from(reader->kind.title);
    reader->read(model, &documents);
    esc_documents_close(model, &documents);
    EscText wish = esc_name_of(model, model->request->name);
    model->name = wish.size > 0 && wish.data[0] >= 'a' ? wish : model->kind;
    esc_model_settle(model);
    esc_write_workspace(model);
    esc_write_tests(model);
    esc_write_report(model);
    return ESC_OK;
}

static EscStatus written(const EscModel *model, EscWhy *why)
{
    EscStatus status = model->report.status;
    for (size_t i = 0; i < model->files.count && status == ESC_OK; i++)
        status = model->files.items[i].text.status;
    return status == ESC_OK ? ESC_OK : esc_why(why, status, "", 0, "%s", esc_status_text(status));
}

EscStatus esc_import_run(const EscImportRequest *request, EscImported **out, EscWhy *why)
{
    EscImported *imported = calloc(1, sizeof *imported);
    *out = NULL;
    if (imported == NULL)
        return ESC_NO_MEMORY;
    EscModel *model = &imported->model;
    imported->request = *request;
    model->request = &imported->request;
    model->last_resort = MODEL_NONE;
    esc_buf_init(&model->report, REPORT_BYTES_MAX);
    model->arena = esc_arena_new(MODEL_BYTES_MAX);
    EscStatus status = model->arena == NULL ? ESC_NO_MEMORY : fill(model, why);
    if (status == ESC_OK)
        status = written(model, why);
    if (status != ESC_OK) {
        esc_imported_free(imported);
        return status;
    }
    *out = imported;
    return ESC_OK;
}

void esc_imported_free(EscImported *imported)
{
    if (imported == NULL)
        return;
    for (size_t i = 0; i < imported->model.files.count; i++)
        esc_buf_release(&imported->model.files.items[i].text);
    esc_buf_release(&imported->model.report);
    esc_names_free(imported->model.names);
    esc_names_free(imported->model.index);
    esc_arena_free(imported->model.arena);
    free(imported);
}

/* --- what came out -------------------------------------------------------------------------------------------- */

size_t esc_imported_count(const EscImported *imported)
{
    return imported->model.files.count;
}

EscImportFile esc_imported_file(const EscImported *imported, size_t index)
{
    const ModelFile *file = &imported->model.files.items[index];
    return (EscImportFile){.path = file->name, .text = esc_buf_as_text(&file->text)};
}

EscText esc_imported_report(const EscImported *imported)
{
    return esc_buf_as_text(&imported->model.report);
}

EscImportCounts esc_imported_counts(const EscImported *imported)
{
    EscImportCounts counts = {.seen = imported->model.seen.count};
    for (size_t i = 0; i < counts.seen; i++) {
        ModelFate fate = imported->model.seen.items[i].fate;
        counts.carried += fate == MODEL_CARRIED;
        counts.changed += fate == MODEL_CHANGED;
        counts.left += fate == MODEL_LEFT;
    }
    return counts;
}

size_t esc_import_kinds_count(void)
{
    size_t count = 0;
    while (esc_reader(count) != NULL)
        count++;
    return count;
}

EscImportKind esc_import_kind(size_t index)
{
    return esc_reader(index)->kind;
}
