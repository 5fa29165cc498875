/* test_json.c - JSON in tests: what a connector is made to reply, and what a source receives, written down or in a file. */
#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/names.h"
#include "check/scenarios.h"

#define PAYLOAD_DEPTH_MAX 64
#define PAYLOAD_VALUES_MAX 1000000u
#define PAYLOAD_BYTES_MAX ((size_t)8 << 20)

/* --- written down ------------------------------------------------------------------------------- */

static void write_value(EscWhere *where, const EscNode *node, EscBuf *out);

/* Nesting is bounded by the parser (ESC_NESTING_MAX). */
static void write_record(EscWhere *where, const EscNode *node, EscBuf *out)
{
    esc_buf_char(out, '{');
    ESC_EACH_NODE(entry, node->record.entries) {
        esc_buf_string(out, entry == node->record.entries.first ? "" : ",");
        esc_json_text(out, entry->entry.name.text);
        esc_buf_char(out, ':');
        write_value(where, entry->entry.value, out);
    }
    esc_buf_char(out, '}');
}

static void write_list(EscWhere *where, const EscNode *node, EscBuf *out)
{
    esc_buf_char(out, '[');
    ESC_EACH_NODE(item, node->list.items) {
        esc_buf_string(out, item == node->list.items.first ? "" : ",");
        write_value(where, item, out);
    }
    esc_buf_char(out, ']');
}

static void write_value(EscWhere *where, const EscNode *node, EscBuf *out)
{
    EscDatum datum;
    if (node->kind == ESC_NODE_RECORD) {
        write_record(where, node, out);
        return;
    }
    if (node->kind == ESC_NODE_LIST) {
        write_list(where, node, out);
        return;
    }
    if (!esc_scenario_datum(where, node, &datum))
        return;
    if (datum.kind == ESC_DATUM_BOOL)
        esc_buf_string(out, datum.truth ? "true" : "false");
    else if (datum.kind == ESC_DATUM_NUMBER)
        esc_json_number(out, datum.number);
    else if (datum.kind == ESC_DATUM_DURATION)
        esc_json_number(out, (double)datum.ms / 1000);
    else
        esc_json_text(out, datum.text);
}

EscText esc_scenario_json(EscWhere *where, const EscNode *node)
{
    EscBuf json;
    esc_buf_init(&json, ESC_SOURCE_SIZE_MAX);
    write_value(where, node, &json);
    EscText text = esc_arena_text(where->workspace->arena, esc_buf_as_text(&json));
    esc_buf_done(where->workspace, &json);
    return text;
}

/* --- in a file ---------------------------------------------------------------------------------- */

static bool is_inside(EscText path)
{
    return path.size > 0 && path.data[0] != '/' && !esc_text_contains(path, ESC_TEXT(".."));
}

static void no_payload(EscWorkspace *workspace, EscSpan span, const char *why)
{
    esc_report_hint(
        workspace, esc_report(workspace, "E0417", span, "this payload cannot be received: %s", why),
        "name a file below the folder of the workspace that holds one JSON value");
}

static EscText read_payload(EscWorkspace *workspace, EscText path, EscSpan span)
{
    EscBuf bytes;
    EscText text = {0};
    esc_buf_init(&bytes, PAYLOAD_BYTES_MAX);
    EscStatus status = ESC_NOT_FOUND;
    if (is_inside(path) && workspace->io.read != NULL)
        status = workspace->io.read(workspace->io.context, path, &bytes, NULL);
    if (status == ESC_NO_MEMORY)
        esc_workspace_fail(workspace, status);
    else if (status != ESC_OK)
        no_payload(workspace, span, "there is no such file");
    else
        text = esc_arena_text(workspace->arena, esc_buf_as_text(&bytes));
    esc_buf_release(&bytes);
    return text;
}

static bool is_json(EscWorkspace *workspace, EscText text, EscSpan span)
{
    static const EscJsonLimits limits = {PAYLOAD_DEPTH_MAX, PAYLOAD_VALUES_MAX};
    EscArena *arena = esc_arena_new(ESC_ARENA_BYTES_MAX);
    const EscJson *json = NULL;
    EscWhy why = {.text = "no memory"};
    EscStatus status =
        arena == NULL ? ESC_NO_MEMORY : esc_json_read(arena, text, &limits, &json, &why);
    esc_arena_free(arena);
    if (status == ESC_NO_MEMORY)
        esc_workspace_fail(workspace, status);
    else if (status != ESC_OK)
        no_payload(workspace, span, why.text);
    return status == ESC_OK;
}

/* Headers that the request of a test has. */
static void check_sent_headers(EscWorkspace *workspace, const EscNode *node, EscScenarioStep *step)
{
    EscScenarioHeader *headers = esc_arena_alloc_array(
        workspace->arena, node->test_receive.headers.count + 1u, sizeof *headers);
    if (headers == NULL) {
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
        return;
    }
    ESC_EACH(item, node->test_receive.headers) {
        const EscNode *name = item->header.name, *value = item->header.value;
        EscScenarioHeader header = {esc_plain_text(workspace, name),
                                    esc_plain_text(workspace, value)};
        if (name->text.is_plain && esc_header_fault(header.name) == ESC_HEADER_NO_NAME)
            esc_report_hint(
                workspace,
                esc_report(workspace, "E0426", name->span, "this is no name of a header"),
                "such as `header \"X-GitHub-Event\" \"push\"`");
        headers[step->headers_count++] = header;
    }
    step->headers = headers;
}

/* Such a file holds no JSON. */
static bool is_form(const EscScenarioStep *step)
{
    for (uint32_t i = 0; i < step->headers_count; i++)
        if (esc_header_names_equal(step->headers[i].name, ESC_TEXT("content-type")) &&
            esc_text_starts_with(step->headers[i].value,
                                 ESC_TEXT("application/x-www-form-urlencoded")))
            return true;
    return false;
}

void esc_scenario_receive(EscWhere *where, const EscNode *node, EscScenarioStep *step)
{
    EscWorkspace *workspace = where->workspace;
    EscName name = node->test_receive.source;
    const EscSymbol *symbol = esc_symbol_find(workspace, name.text);
    if (symbol == NULL || symbol->kind != ESC_SYMBOL_SOURCE) {
        EscSuggest suggest = esc_suggest(name.text);
        esc_suggest_try_symbols(&suggest, workspace, 1u << ESC_SYMBOL_SOURCE);
        EscDiagnostic *diagnostic = esc_report(
            workspace, "E0101", name.span, "there is no source `%.*s`", ESC_TEXT_ARG(name.text));
        if (!esc_suggest_hint(workspace, &suggest, diagnostic, name.span))
            esc_report_hint(workspace, diagnostic, "declare `source %.*s { … }`",
                            ESC_TEXT_ARG(name.text));
        return;
    }
    step->name = name.text;
    check_sent_headers(workspace, node, step);
    const EscNode *file = node->test_receive.file;
    if (file == NULL) {
        step->text = esc_scenario_json(where, node->test_receive.body);
        return;
    }
    EscText path = esc_plain_text(workspace, file);
    EscText text = read_payload(workspace, path, file->span);
    if (text.size > 0 && (is_form(step) || is_json(workspace, text, file->span)))
        step->text = text;
}
